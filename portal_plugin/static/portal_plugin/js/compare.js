/* Two pictures beside each other, one over the other, or what differs between them. They are enlarged and
   moved together. The script that enlarges is fetched from the address that the template names. */

/** How far a colour may be off before it counts: encoding alone moves it by some steps. */
const NOISE = 40;
const WIDEST = 1280;

export default async function compare(part) {
  const { stage, buttons } = await import(new URL(part.dataset.lookModule, location.href));
  const get = (name) => part.querySelector(`[data-compare-${name}]`);
  const said = get("said");
  const range = get("range");
  const canvas = get("canvas");
  const texts = part.dataset;
  const frames = [...part.querySelectorAll("[data-look-frame]")];
  const both = frames.map((frame) => stage(frame, follow));
  const group = {
    zoomBy: (factor) => both[1].zoomBy(factor),
    whole: () => both[1].whole(),
    get scale() {
      return both[1].scale;
    },
  };
  const count = buttons(get("tools"), group);

  function follow(moved) {
    for (const each of both) if (each !== moved) each.show(moved.view());
    count();
  }

  function slide() {
    part.style.setProperty("--portal-cut", `${100 - range.value}%`);
  }

  async function choose(mode) {
    part.dataset.mode = mode;
    get("slide").hidden = mode !== "slider";
    get("pair").hidden = mode === "difference";
    get("tools").hidden = mode === "difference";
    canvas.hidden = mode !== "difference";
    said.textContent = "";
    if (mode !== "difference") return both.forEach((each) => each.redraw());
    const found = await differ();
    if (part.dataset.mode === mode) said.textContent = found;
  }

  /** Both pictures in the same width, the taller one's height; what only one has counts as changed. */
  async function differ() {
    const pictures = both.map((each) => each.picture);
    for (const lost of pictures.filter(isLost)) lost.src = lost.src;
    await Promise.all(pictures.map((picture) => picture.decode().catch(() => {})));
    if (pictures.some(isLost)) return texts.textLost;
    const width = Math.min(WIDEST, Math.max(...pictures.map((picture) => picture.naturalWidth)));
    const heights = pictures.map((picture) => Math.round((width * picture.naturalHeight) / picture.naturalWidth));
    const height = Math.max(...heights);
    const [before, now] = pictures.map((picture, index) => pixels(picture, width, heights[index], height));
    Object.assign(canvas, { width, height });
    const result = new ImageData(width, height);
    const changed = paint(before.data, now.data, result.data);
    canvas.getContext("2d").putImageData(result, 0, 0);
    const isOtherShape = Math.abs(heights[0] - heights[1]) > 2;
    return [sentence(changed, width * height), isOtherShape ? texts.textSizes : ""].join(" ").trim();
  }

  function sentence(changed, all) {
    if (!changed) return texts.textSame;
    const percent = Math.max((changed / all) * 100, 0.1);
    const shown = new Intl.NumberFormat(part.closest("[lang]").lang, { maximumFractionDigits: 1, numberingSystem: "latn" });
    return texts.textChanged.replace("%(percent)s", shown.format(percent));
  }

  for (const radio of part.querySelectorAll("[name=mode]")) {
    radio.addEventListener("change", () => choose(radio.value));
  }
  range.addEventListener("input", slide);
  get("modes").hidden = false;
  slide();
}

function isLost(picture) {
  return picture.complete && !picture.naturalWidth;
}

function pixels(picture, width, height, room) {
  const sheet = Object.assign(document.createElement("canvas"), { width, height: room });
  const drawing = sheet.getContext("2d", { willReadFrequently: true });
  drawing.fillStyle = "#fff";
  drawing.fillRect(0, 0, width, height);
  drawing.drawImage(picture, 0, 0, width, height);
  return drawing.getImageData(0, 0, width, room);
}

/** What stayed in pale grey, what changed in one colour. Returns how many pixels changed. */
function paint(before, now, result) {
  let changed = 0;
  for (let i = 0; i < now.length; i += 4) {
    const off = Math.max(...[0, 1, 2, 3].map((channel) => Math.abs(before[i + channel] - now[i + channel])));
    const grey = 255 - (255 - (now[i] * 3 + now[i + 1] * 6 + now[i + 2]) / 10) * 0.35;
    const isChanged = off > NOISE;
    changed += isChanged;
    result.set(isChanged ? [212, 0, 106, 255] : [grey, grey, grey, 255], i);
  }
  return changed;
}
