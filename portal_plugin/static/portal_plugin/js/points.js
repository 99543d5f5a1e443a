/* Ties the list of what should be different to places in the picture: a tap or the button sets a point,
   fingers and arrow keys move it. Without this script the list says in words where a point is. */

const STEP = 0.01;
const FAR = 0.05;

export default function points(part, portal) {
  const list = part.querySelector("[data-points]");
  const template = part.querySelector("[data-point-template]");
  const add = part.querySelector("[data-point-add]");
  const send = part.querySelector("[data-point-send]");
  const total = part.closest("form").querySelector("[name$=TOTAL_FORMS]");
  const picture = part.querySelector(".portal-look");
  /** One full button at a time: whoever wrote a point is not about to approve. */
  const approve = part.closest("form").parentElement.querySelector(".portal-look-approve > [href]");
  const texts = part.dataset;
  const pins = new Map();

  const rows = () => [...list.children];
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const look = () => picture?.look;

  // -- Rows -------------------------------------------------------------------------------------------

  /** The first number that no row has: rows that were removed leave theirs free. */
  function newRow() {
    const taken = new Set(rows().map((row) => Number(/-(\d+)-/.exec(field(row, "text").name)[1])));
    let index = 0;
    while (taken.has(index)) index += 1;
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", index);
    total.value = Math.max(Number(total.value), index + 1);
    list.append(holder.content);
    return list.lastElementChild;
  }

  function count() {
    rows().forEach((row, index) => {
      const label = texts.textPoint.replace("%(number)s", index + 1);
      row.querySelector("[data-point-number]").textContent = index + 1;
      const remove = row.querySelector("[data-point-remove]");
      remove.hidden = false;
      remove.ariaLabel = `${remove.textContent.trim()}: ${label}`;
      const pin = pins.get(row);
      if (pin) Object.assign(pin, { textContent: index + 1, ariaLabel: label });
    });
    add.hidden = rows().length >= Number(texts.most);
    send.className = rows().length ? "portal-button" : "portal-button-outline";
    send.hidden = !rows().length;
    if (approve) approve.className = rows().length ? "portal-button-outline" : "portal-button";
  }

  function remove(row) {
    const after = row.nextElementSibling ?? row.previousElementSibling;
    pins.get(row)?.remove();
    pins.delete(row);
    row.remove();
    count();
    (after ? field(after, "text") : add).focus();
    portal.announce(texts.textRemoved);
  }

  // -- Places -----------------------------------------------------------------------------------------

  function place(row, x, y) {
    const inside = (value) => Math.min(Math.max(value, 0), 1).toFixed(4);
    field(row, "x").value = inside(x);
    field(row, "y").value = inside(y);
    const pin = pins.get(row) ?? makePin(row);
    pin.style.left = `${inside(x) * 100}%`;
    pin.style.top = `${inside(y) * 100}%`;
  }

  function makePin(row) {
    const pin = Object.assign(document.createElement("button"), { type: "button", className: "portal-pin" });
    pin.dataset.pin = "";
    pins.set(row, pin);
    row.querySelector("[data-point-place]").hidden = true;
    const current = { x: () => Number(field(row, "x").value), y: () => Number(field(row, "y").value) };
    pin.addEventListener("keydown", (event) => {
      const far = event.shiftKey ? FAR : STEP;
      const step = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }[event.key];
      if (event.key === "Delete") remove(row);
      if (!step) return;
      event.preventDefault();
      place(row, current.x() + step[0], current.y() + step[1]);
    });
    pin.addEventListener("pointerdown", (event) => pin.setPointerCapture(event.pointerId));
    pin.addEventListener("pointermove", (event) => {
      if (!pin.hasPointerCapture(event.pointerId)) return;
      const box = look().one.sheet.getBoundingClientRect();
      if (Math.hypot(event.movementX, event.movementY) === 0) return;
      place(row, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    pin.addEventListener("click", () => field(row, "text").focus());
    look().one.sheet.append(pin);
    return pin;
  }

  /** A new point, or ``null`` when there are as many as may be sent. */
  function set({ page, x, y }) {
    if (rows().length >= Number(texts.most)) return null;
    const row = newRow();
    const pageField = field(row, "page");
    if (pageField) pageField.value = page;
    place(row, x, y);
    pins.get(row).dataset.page = page;
    count();
    return row;
  }

  function addOne() {
    if (!look()) {
      const row = newRow();
      count();
      return field(row, "text").focus();
    }
    const { u, v } = look().one.view();
    const row = set({ page: look().page, x: u, y: v });
    if (!row) return;
    pins.get(row).focus();
    portal.announce(texts.textAdded.replace("%(number)s", rows().length));
  }

  /** What was written before stays; rows that nobody wrote into come when they are needed. */
  function begin() {
    for (const row of rows()) {
      const isEmpty = ["text", "x", "where"].every((name) => !field(row, name).value);
      if (isEmpty && !row.querySelector(".portal-error")) row.remove();
      else if (look() && field(row, "x").value) restore(row);
    }
    add.hidden = false;
    if (picture) {
      part.querySelector("[data-points-hint]").hidden = false;
      part.querySelector("[data-points-plain]").hidden = true;
    }
    count();
    onPage(look()?.page ?? 1);
  }

  function restore(row) {
    place(row, Number(field(row, "x").value), Number(field(row, "y").value));
    pins.get(row).dataset.page = field(row, "page")?.value || 1;
  }

  function onPage(page) {
    for (const pin of pins.values()) pin.hidden = Number(pin.dataset.page) !== page;
  }

  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-point-remove]")) remove(event.target.closest("[data-point]"));
  });
  list.addEventListener("focusin", (event) => {
    for (const [row, pin] of pins) pin.toggleAttribute("data-active", row.contains(event.target));
    const page = Number(pins.get(event.target.closest("[data-point]"))?.dataset.page);
    if (page) look().goTo(page);
  });
  add.addEventListener("click", addOne);
  part.addEventListener("portal:tapped", (event) => {
    const row = set(event.detail);
    if (row) field(row, "text").focus();
  });
  part.addEventListener("portal:paged", (event) => onPage(event.detail.page));
  if (!picture || look()) begin();
  else part.addEventListener("portal:paged", begin, { once: true });
}
