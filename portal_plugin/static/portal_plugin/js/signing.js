/* Draw a signature with a finger, a pen or the mouse. Its lines go with the form as whole numbers in a box
   of 600 by 200; whoever cannot draw types their name in the field below. */

const [WIDTH, HEIGHT] = [600, 200];
const [MOST_STROKES, MOST_POINTS] = [60, 3000];
const STEP = 3;

const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));

export default function sign(part, portal) {
  const pad = part.querySelector("[data-sign-pad]");
  const field = part.querySelector("input");
  const line = pad.querySelector("path");
  const clear = part.querySelector("[data-sign-clear]");
  const said = part.querySelector("[data-sign-said]");
  let strokes = kept();
  let pen = null;

  /** What was drawn before the form came back. */
  function kept() {
    try {
      const found = JSON.parse(field.value || "[]");
      return Array.isArray(found) && found.every(Array.isArray) ? found.map((stroke) => stroke.map(Number)) : [];
    } catch {
      return [];
    }
  }

  function draw() {
    line.setAttribute("d", strokes.map(pathOf).join(""));
    clear.hidden = !strokes.length;
  }

  function pathOf(stroke) {
    const points = [];
    for (let at = 0; at < stroke.length; at += 2) points.push(`${stroke[at]} ${stroke[at + 1]}`);
    return `M${points[0]}L${points.slice(1).join("L") || points[0]}`;
  }

  function place(event) {
    const box = pad.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    return [within(x, WIDTH), within(((event.clientY - box.top) / box.height) * HEIGHT, HEIGHT)];
  }

  function down(event) {
    const isFull = strokes.length >= MOST_STROKES || strokes.flat().length >= MOST_POINTS * 2;
    if (event.button || pen || isFull) return;
    event.preventDefault();
    pen = event.pointerId;
    pad.setPointerCapture(pen);
    strokes.push(place(event));
    draw();
  }

  function moved(event) {
    if (event.pointerId !== pen) return;
    const stroke = strokes.at(-1);
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const [x, y] = place(each);
      const isFar = Math.abs(x - stroke.at(-2)) >= STEP || Math.abs(y - stroke.at(-1)) >= STEP;
      if (isFar && strokes.flat().length < MOST_POINTS * 2) stroke.push(x, y);
    }
    draw();
  }

  function up(event) {
    if (event.pointerId !== pen) return;
    pen = null;
    field.value = JSON.stringify(strokes);
    said.textContent = part.dataset.textDrawn;
    portal.settle(field.form.elements.signature);
  }

  clear.addEventListener("click", () => {
    strokes = [];
    field.value = "";
    said.textContent = part.dataset.textCleared;
    draw();
    pad.focus();
  });
  pad.addEventListener("pointerdown", down);
  pad.addEventListener("pointermove", moved);
  for (const name of ["pointerup", "pointercancel"]) pad.addEventListener(name, up);
  part.hidden = false;
  draw();
}
