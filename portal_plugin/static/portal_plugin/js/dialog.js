/* The page's one dialog: shows what it is given, keeps what was typed and not sent, and gives the focus
   back. Other scripts reach it, and each other, as ``portal`` of the root element. */

const root = document.getElementById("portal");
const dialog = root?.querySelector("[data-portal-dialog]");
const body = dialog?.querySelector("[data-portal-body]");
const question = dialog?.querySelector("[data-portal-ask]");

/** What was typed and not sent, by the address of its form: kept until the page is left. */
const unsent = new Map();
let address = "";
let opener = null;
let near = "";

/** ``nodes`` are the dialog's new content, ``url`` what they are of, ``link`` what opened them. */
function show(nodes, url, link) {
  if (!dialog.open) remember(link);
  // An answer that comes late takes the place of another form: what was typed there is kept.
  else if (url !== address && isDirty()) unsent.set(address, [...body.childNodes]);
  address = url;
  unsent.delete(url);
  question.hidden = true;
  body.replaceChildren(...nodes);
  delete body.dataset.refused;
  dialog.toggleAttribute("data-wide", Boolean(body.querySelector("[data-fill]")));
  if (!dialog.open) dialog.showModal();
  lock(true);
  root.portal.arrived(body);
  body.querySelector("#portal-dialog-title")?.focus({ preventScroll: true });
  body.scrollTop = body.querySelector("[data-thread]") ? body.scrollHeight : 0;
}

/** The page behind stands still, and keeps the room of its scrollbar. */
function lock(isLocked) {
  const { classList, clientWidth } = document.documentElement;
  if (!isLocked || innerWidth > clientWidth) classList.toggle("portal-locked-gutter", isLocked);
  classList.toggle("portal-locked", isLocked);
}

/** For screen readers; behind an open dialog the page's own region is silent. */
function announce(sentence) {
  for (const region of root.querySelectorAll("[data-portal-status]")) {
    const isHeard = dialog.contains(region) === dialog.open;
    region.textContent = isHeard ? (sentence ?? "") : "";
  }
}

// -- The keyboard of a phone ---------------------------------------------------------------------------

/** Less than this many pixels are the browser's own bars; a keyboard is higher. */
const KEYBOARD = 120;
const CRAMPED = 480;

/** A keyboard makes no page smaller, it lies over it: what is at the foot of the window goes above it. */
function makeRoom() {
  const { documentElement: page, activeElement: field } = document;
  const { height, offsetTop, scale } = visualViewport;
  const below = page.clientHeight - height - offsetTop;
  const hidden = scale === 1 && below > KEYBOARD ? Math.round(below) : 0;
  page.style.setProperty("--portal-keyboard", `${hidden}px`);
  page.classList.toggle("portal-cramped", hidden > 0 && height < CRAMPED);
  if (hidden && dialog.contains(field)) field.scrollIntoView({ block: "nearest" });
}

// -- Closing ------------------------------------------------------------------------------------------

/** Whether a person wrote or drew something that was not sent, or was sent and refused. */
function isDirty() {
  const fields = [...body.querySelectorAll("textarea:not([readonly]), [type=text], [type=email], [name=signature_strokes]")];
  const isRefused = "refused" in body.dataset;
  return fields.some((field) => field.value !== (isRefused || field.type === "hidden" ? "" : field.defaultValue));
}

function wantsToClose() {
  if (!question.hidden || !isDirty()) return dialog.close();
  // What is on its way is not unsent: its answer is a moment away.
  if (body.querySelector("form[aria-busy]")) return;
  question.hidden = false;
  question.querySelector("[data-portal-keep]").focus();
}

function keepWriting() {
  question.hidden = true;
  body.querySelector("textarea, [type=text]")?.focus();
}

function closed() {
  if (isDirty()) unsent.set(address, [...body.childNodes]);
  body.replaceChildren();
  lock(false);
  announce("");
  giveFocusBack();
}

/** Resolves when the dialog is shut and its focus has gone back. */
async function close() {
  if (!dialog.open) return;
  const isClosed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.close();
  await isClosed;
}

function remember(link) {
  opener = link;
  near = link?.closest("[id]").id;
}

/** To what the person pressed; where that is gone, to what it was about. */
function giveFocusBack() {
  const same = [...root.querySelectorAll("a[href]")].find((link) => link.href === opener?.href);
  const place = near === "portal-page" ? null : document.getElementById(near);
  const target = opener?.isConnected ? opener : (same ?? place ?? root.querySelector("h1"));
  if (target && !target.matches("a[href], button")) target.tabIndex = -1;
  target?.focus();
}

// -- Wiring -------------------------------------------------------------------------------------------

function clicked({ target }) {
  if (target.closest("[data-portal-close]")) wantsToClose();
  if (target.closest("[data-portal-leave]")) dialog.close();
  if (target.closest("[data-portal-keep]")) keepWriting();
}

function start() {
  let pressed = null;
  dialog.addEventListener("click", clicked);
  dialog.addEventListener("close", closed);
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    wantsToClose();
  });
  // Only a press that also began on the backdrop: not the end of marking a text.
  dialog.addEventListener("pointerdown", (event) => (pressed = event.target));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && pressed === dialog) wantsToClose();
  });
  visualViewport?.addEventListener("resize", makeRoom);
  root.portal = { root, dialog, lang: root.lang, show, close, announce, unsent, giveFocusBack };
}

if (dialog?.showModal) start();
