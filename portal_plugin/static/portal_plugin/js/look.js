/* A picture to look at closely: fingers, wheel, keys and buttons enlarge and move it. Other scripts learn
   from two events what happened in it, ``portal:tapped`` and ``portal:paged``, and reach it as ``look``. */

const LARGEST = 8;
const STEP = 1.5;
const TAP_MOVES = 8;
const TAP_PAUSE = 280;
/** Milliseconds until a picture that got lost may be asked for again. */
const RETRY = 3000;

const between = (low, value, high) => Math.min(Math.max(value, low), high);

/** What stands in ``frame`` enlarged and moved. ``changed`` is told after each step, ``tapped`` where in the
    picture (as fractions of it) somebody tapped once. */
export function stage(frame, changed = () => {}, tapped = null) {
  const sheet = frame.querySelector("[data-look-sheet]");
  const picture = sheet.querySelector("img");
  const pointers = new Map();
  let [scale, x, y] = [1, 0, 0];
  let start = null;
  let lastTap = null;

  function draw() {
    x = held(x, sheet.offsetLeft, sheet.offsetWidth, frame.clientWidth);
    y = held(y, sheet.offsetTop, sheet.offsetHeight, frame.clientHeight);
    sheet.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    sheet.style.setProperty("--portal-zoom", scale);
    frame.toggleAttribute("data-zoomed", scale > 1);
    if (scale > 1.2 && picture.dataset.large) sharpen();
  }

  /** The larger picture takes the place of the other when it is there: where it gets lost, that one stays. */
  function sharpen() {
    const { src, dataset } = picture;
    const { large } = dataset;
    const unlessTurned = (act) => () => picture.src === src && act();
    delete dataset.large;
    const file = Object.assign(new Image(), { src: large });
    const again = unlessTurned(() => {
      dataset.large = large;
      draw();
    });
    file.decode().then(unlessTurned(() => (picture.src = large)), () => setTimeout(again, RETRY));
  }

  /** In the middle while there is room, else without a gap at either side. */
  function held(value, offset, size, room) {
    const free = room - size * scale;
    return free >= 0 ? free / 2 - offset : between(free - offset, value, -offset);
  }

  function redraw() {
    draw();
    changed(api);
  }

  /** ``left`` and ``top`` of the frame stay where they are in the picture. */
  function zoomTo(wanted, left = frame.clientWidth / 2, top = frame.clientHeight / 2) {
    const next = between(1, wanted, LARGEST);
    const keep = (at, offset, moved) => at - offset - ((at - offset - moved) / scale) * next;
    x = keep(left, sheet.offsetLeft, x);
    y = keep(top, sheet.offsetTop, y);
    scale = next;
    redraw();
  }

  function move(right, down) {
    x += right;
    y += down;
    redraw();
  }

  const api = {
    frame,
    sheet,
    picture,
    zoomBy: (factor) => zoomTo(scale * factor),
    whole: () => zoomTo(1),
    redraw: draw,
    get scale() {
      return scale;
    },
    /** What is in the middle of the frame, as fractions of the picture. */
    view() {
      const at = (room, offset, moved, size) => between(0, (room / 2 - offset - moved) / scale / size, 1);
      return {
        scale,
        u: at(frame.clientWidth, sheet.offsetLeft, x, sheet.offsetWidth),
        v: at(frame.clientHeight, sheet.offsetTop, y, sheet.offsetHeight),
      };
    },
    show(view) {
      scale = view.scale;
      x = frame.clientWidth / 2 - sheet.offsetLeft - view.u * sheet.offsetWidth * scale;
      y = frame.clientHeight / 2 - sheet.offsetTop - view.v * sheet.offsetHeight * scale;
      draw();
    },
  };

  // -- Fingers and mouse ------------------------------------------------------------------------------

  const inFrame = (event) => {
    const box = frame.getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  };

  function down(event) {
    if (event.button || event.target.closest("[data-pin]")) return;
    pointers.set(event.pointerId, inFrame(event));
    if (event.pointerType === "mouse") frame.setPointerCapture(event.pointerId);
    start = pointers.size === 1 ? { ...inFrame(event), at: event.timeStamp, isTap: true } : null;
  }

  function moved(event) {
    if (!pointers.has(event.pointerId)) return;
    const before = [...pointers.values()];
    const old = pointers.get(event.pointerId);
    const now = inFrame(event);
    if (start && Math.hypot(now.left - start.left, now.top - start.top) > TAP_MOVES) start.isTap = false;
    pointers.set(event.pointerId, now);
    if (pointers.size === 2) pinch(before, [...pointers.values()]);
    else if (scale > 1 && !start?.isTap) move(now.left - old.left, now.top - old.top);
  }

  function pinch([a, b], [c, d]) {
    const far = (p, q) => Math.hypot(p.left - q.left, p.top - q.top) || 1;
    const middle = (p, q) => ({ left: (p.left + q.left) / 2, top: (p.top + q.top) / 2 });
    const [from, to] = [middle(a, b), middle(c, d)];
    zoomTo((scale * far(c, d)) / far(a, b), to.left, to.top);
    move(to.left - from.left, to.top - from.top);
  }

  function up(event) {
    const isTap = pointers.delete(event.pointerId) && event.type === "pointerup" && start?.isTap;
    if (isTap && event.timeStamp - start.at < 600) tap(event);
    start = null;
  }

  /** Twice enlarges; once is somebody else's, a moment later. */
  function tap(event) {
    const { left, top } = inFrame(event);
    const box = sheet.getBoundingClientRect();
    const place = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    if (lastTap) {
      clearTimeout(lastTap);
      lastTap = null;
      return zoomTo(scale > 1 ? 1 : 2.5, left, top);
    }
    const isInside = [place.x, place.y].every((part) => part >= 0 && part <= 1);
    lastTap = setTimeout(() => {
      lastTap = null;
      if (isInside) tapped?.(place);
    }, TAP_PAUSE);
  }

  /** Plain turning scrolls the page, until the picture has the focus or is enlarged already. */
  function wheel(event) {
    const isMeant = event.ctrlKey || scale > 1 || frame === document.activeElement;
    const isAtEnd = event.deltaY > 0 ? scale <= 1 : scale >= LARGEST;
    if (!isMeant || (isAtEnd && !event.ctrlKey)) return;
    event.preventDefault();
    const { left, top } = inFrame(event);
    zoomTo(scale * Math.exp(-event.deltaY / 300), left, top);
  }

  const far = 60;
  const keys = {
    "+": () => api.zoomBy(STEP),
    "=": () => api.zoomBy(STEP),
    "-": () => api.zoomBy(1 / STEP),
    0: () => api.whole(),
    ArrowLeft: () => move(far, 0),
    ArrowRight: () => move(-far, 0),
    ArrowUp: () => move(0, far),
    ArrowDown: () => move(0, -far),
  };

  function key(event) {
    const isOther = event.ctrlKey || event.metaKey || event.altKey || event.target !== frame;
    const isMove = event.key.startsWith("Arrow");
    if (isOther || !(event.key in keys) || (isMove && scale === 1)) return;
    event.preventDefault();
    keys[event.key]();
  }

  frame.dataset.awake = "";
  frame.tabIndex = 0;
  frame.role = "group";
  frame.ariaLabel = picture.alt;
  frame.addEventListener("pointerdown", down);
  frame.addEventListener("pointermove", moved);
  for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, up);
  frame.addEventListener("wheel", wheel, { passive: false });
  frame.addEventListener("keydown", key);
  // Two fingers are ours; one scrolls the page until something is enlarged.
  const two = (event) => event.touches.length > 1 && event.preventDefault();
  for (const name of ["touchstart", "touchmove"]) frame.addEventListener(name, two, { passive: false });
  new ResizeObserver(draw).observe(frame);
  return api;
}

/** The three buttons, and what they say. */
export function buttons(group, one) {
  const percent = group.querySelector("[data-look-percent]");
  const acts = { in: () => one.zoomBy(STEP), out: () => one.zoomBy(1 / STEP), whole: () => one.whole() };
  group.hidden = false;
  group.addEventListener("click", (event) => acts[event.target.closest("[data-look]")?.dataset.look]?.());
  return () => {
    percent.textContent = `${Math.round(one.scale * 100)} %`;
  };
}

export default function look(part) {
  const frame = part.querySelector("[data-look-frame]");
  const said = part.querySelector("[data-look-said]");
  const pages = [...part.querySelectorAll("[data-look-page]")];
  const texts = part.dataset;
  let page = Number(part.querySelector("[aria-current]")?.dataset.lookPage ?? 1);
  let waiting = 0;

  /** Not each step of a finger, but where it came to rest. */
  function say(sentence) {
    clearTimeout(waiting);
    waiting = setTimeout(() => (said.textContent = sentence), 400);
  }

  const tell = (name, detail) => part.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  const one = stage(
    frame,
    () => {
      count();
      say(texts.textZoom.replace("%(percent)s", Math.round(one.scale * 100)));
    },
    (place) => tell("portal:tapped", { page, ...place }),
  );
  const count = buttons(part.querySelector("[data-look-tools]"), one);

  function goTo(number) {
    const link = pages.find((each) => Number(each.dataset.lookPage) === number);
    if (!link || number === page) return;
    page = number;
    for (const each of pages) each.ariaCurrent = each === link ? "page" : null;
    const { screen, large, width, height } = link.dataset;
    Object.assign(one.picture, { src: screen, width, height });
    one.picture.dataset.large = large;
    for (const dots of one.sheet.querySelectorAll("[data-look-dots]")) {
      if (Number(dots.dataset.lookDots) === page) dots.removeAttribute("display");
      else dots.setAttribute("display", "none");
    }
    one.whole();
    say(texts.textPage.replace("%(page)s", page).replace("%(pages)s", pages.length));
    tell("portal:paged", { page });
  }

  function turn(event) {
    const step = { PageUp: -1, PageDown: 1 }[event.key];
    if (!step || !pages.length) return;
    event.preventDefault();
    goTo(page + step);
  }

  frame.addEventListener("keydown", turn);
  for (const link of pages) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      goTo(Number(link.dataset.lookPage));
    });
  }
  part.look = {
    goTo,
    one,
    get page() {
      return page;
    },
  };
  tell("portal:paged", { page });
}
