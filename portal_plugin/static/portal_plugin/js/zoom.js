/* A proof larger than the frame it stands in: a click or the button, then scroll with anything. */

export default function zoom(part, portal) {
  const frame = part.querySelector("[data-frame]");
  const button = part.querySelector("[data-zoom]");

  function toggle(event) {
    const isZoomed = frame.toggleAttribute("data-zoomed");
    button?.setAttribute("aria-pressed", isZoomed);
    if (!isZoomed) return;
    // What is kept of a form that was left opens again with the whole proof.
    portal?.dialog?.addEventListener("close", whole, { once: true });
    for (const picture of frame.querySelectorAll("[data-large]")) sharpen(picture);
    goTo(event);
  }

  /** The larger picture takes the place of the other when it is there: where it gets lost, that one stays. */
  function sharpen(picture) {
    const { large } = picture.dataset;
    delete picture.dataset.large;
    const file = Object.assign(new Image(), { src: large });
    file.decode().then(() => (picture.src = large), () => (picture.dataset.large = large));
  }

  function whole() {
    frame.removeAttribute("data-zoomed");
    button?.setAttribute("aria-pressed", false);
  }

  /** What was pressed stays under the pointer. */
  function goTo(event) {
    const box = frame.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    if (!event.target.closest("[data-frame]")) return;
    frame.scrollTo({
      left: x * (frame.scrollWidth - frame.clientWidth),
      top: y * (frame.scrollHeight - frame.clientHeight),
    });
  }

  frame.addEventListener("click", toggle);
  if (button) {
    button.hidden = false;
    button.addEventListener("click", toggle);
  }
}

/** The inside of a dialog for the proof that ``link`` opens: all its pages, as large as fits. */
export function look(link) {
  const { alt } = link.querySelector("img");
  const title = make("h2", { className: "portal-dialog-title", id: "portal-dialog-title", tabIndex: -1 });
  title.textContent = link.closest("li")?.querySelector("h3")?.textContent ?? alt;
  const frame = make("div", { className: "portal-closeup-frame", tabIndex: 0, role: "group", ariaLabel: alt });
  Object.assign(frame.dataset, { frame: "", fill: "" });
  for (let page = 1; page <= link.dataset.portalZoom; page++) {
    const src = link.href.replace(/\/1\/(?=large\/$)/, `/${page}/`);
    frame.append(make("img", { className: "portal-closeup-picture", src, alt: page === 1 ? alt : "" }));
  }
  const figure = make("figure", { className: "portal-closeup" });
  figure.append(frame);
  zoom(figure);
  return [title, figure];
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
