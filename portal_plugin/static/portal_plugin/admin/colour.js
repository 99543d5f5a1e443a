// The brand colour's sample: the button as customers get it, and its contrast in words.

const luminance = (hex) => {
  const [red, green, blue] = [1, 3, 5]
    .map((start) => parseInt(hex.slice(start, start + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const contrast = (one, other) => {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
};

const show = (field) => {
  const sample = field.querySelector("[data-portal-sample]");
  const colour = field.querySelector("input").value;
  const text = contrast("#ffffff", colour) >= 4.5 ? "#ffffff" : "#000000";
  sample.style.backgroundColor = colour;
  sample.style.color = text;
  const says = text === "#ffffff" ? "white" : "black";
  for (const sentence of field.querySelectorAll("[data-portal-contrast]")) {
    sentence.hidden = sentence.dataset.portalContrast !== says;
    const ratio = sentence.querySelector("[data-portal-ratio]");
    ratio.textContent = new Intl.NumberFormat(document.documentElement.lang || "en", {
      maximumFractionDigits: 1,
    }).format(contrast(text, colour));
  }
};

for (const field of document.querySelectorAll("[data-portal-colour]")) {
  field.addEventListener("input", () => show(field));
  show(field);
}
