/* Opens the page's links in one dialog. Each of them is a page of its own: without this script the
   browser simply follows it. What only some dialogs need (choices, zoom, upload) is named by their
   templates in data-portal-module, and fetched when they appear. */

const root = document.getElementById("portal");
const dialog = root?.querySelector("[data-portal-dialog]");
const nonce = document.querySelector("script[data-portal-script]")?.nonce ?? "";
const texts = root?.dataset ?? {};

/** Typed and not yet sent, by the address of its form: kept until the page is left. */
const unsent = new Map();
let opener = null;
let near = "";
let address = "";
let leaveTo = "";

/** What scripts of single actions get: see the first lines. */
const portal = {
  root,
  dialog,
  lang: root?.lang,
  announce,
  refresh,
  close: shut,
  csrf: () => root.querySelector("[name=csrfmiddlewaretoken]")?.value ?? texts.token ?? "",
};

// -- Opening and filling ----------------------------------------------------------------------------

async function open(link) {
  if (link.ariaBusy) return;
  remember(link);
  if (unsent.has(link.href)) return show(unsent.get(link.href), link.href);
  link.ariaBusy = "true";
  try {
    show(inside(await text(await call(link.href))), link.href);
  } catch {
    show(sorry(link), link.href);
  } finally {
    link.ariaBusy = null;
  }
}

function remember(link) {
  if (dialog.open) return;
  opener = link;
  near = link.closest("[id]").id;
}

function call(url, options = {}) {
  return fetch(url, { ...options, headers: { "X-Portal-Fragment": "1" } });
}

/** The answer's HTML; an answer that is none of ours counts as none at all. */
async function text(response) {
  const html = await response.text();
  if (!html.includes("portal-")) throw new Error(`${response.status} from ${response.url}`);
  return html;
}

/** A fragment as it is, or the inside of a whole page of ours. */
function inside(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const from = page.querySelector("#portal-page > .portal-narrow, #portal-page") ?? page.body;
  from.querySelector(".portal-crumb")?.remove();
  const title = from.querySelector("#portal-dialog-title, h1");
  if (title) Object.assign(title, { id: "portal-dialog-title", tabIndex: -1, className: "portal-dialog-title" });
  return [...from.childNodes];
}

function show(nodes, url) {
  address = url;
  unsent.delete(url);
  dialog.querySelector("[data-portal-ask]").hidden = true;
  const body = dialog.querySelector("[data-portal-body]");
  body.replaceChildren(...nodes.map((node) => document.adoptNode(node)));
  if (!dialog.open) {
    dialog.showModal();
    document.documentElement.classList.toggle("portal-locked", hasScrollbar());
  }
  delete body.dataset.refused;
  dialog.toggleAttribute("data-wide", Boolean(body.querySelector("[data-fill]")));
  body.scrollTop = 0;
  tell(body);
  wake(body);
  body.querySelector("#portal-dialog-title")?.focus();
}

function sorry(link) {
  const title = element("h2", "portal-dialog-title", texts.textShut);
  Object.assign(title, { id: "portal-dialog-title", tabIndex: -1 });
  const again = element("a", "portal-button", texts.textAgain);
  again.href = link.href;
  again.dataset.portalOpens = "dialog";
  const end = element("div", "portal-form-end");
  end.append(again);
  return [title, end];
}

// -- Sending ------------------------------------------------------------------------------------------

async function send(form, button) {
  if (form.ariaBusy) return;
  form.ariaBusy = "true";
  const label = button?.textContent;
  if (button) Object.assign(button, { textContent: texts.textBusy, ariaBusy: "true" });
  announce(texts.textBusy);
  try {
    const response = await call(form.getAttribute("action"), { method: "POST", body: new FormData(form) });
    if (response.headers.has("X-Portal-Go")) return location.assign(response.headers.get("X-Portal-Go"));
    answer(inside(await text(response)), response);
  } catch {
    problem(form, texts.textLost);
  } finally {
    form.ariaBusy = null;
    if (button) Object.assign(button, { textContent: label, ariaBusy: null });
  }
}

function answer(nodes, response) {
  show(nodes, address);
  if (!response.headers.has("X-Portal-Done")) return explain();
  const back = dialog.querySelector("[data-portal-done]");
  announce(dialog.querySelector("#portal-dialog-title")?.textContent);
  back?.focus();
  if (back && back.pathname !== location.pathname) leaveTo = back.href;
  else refresh();
}

/** The first thing that stands in the way gets the focus, and is read out. */
function explain() {
  dialog.querySelector("[data-portal-body]").dataset.refused = "";
  const first = dialog.querySelector("[aria-invalid=true], [data-portal-problems] [tabindex], [role=alert]");
  announce(dialog.querySelector(".portal-error, [role=alert]")?.textContent);
  first?.closest("details")?.setAttribute("open", "");
  first?.focus();
}

function problem(form, sentence) {
  const notice = element("div", "portal-notice");
  notice.dataset.kind = "bad";
  notice.tabIndex = -1;
  notice.append(element("p", "portal-notice-text", sentence));
  form.querySelector("[data-portal-problems]")?.replaceChildren(notice);
  notice.focus();
}

// -- Closing ------------------------------------------------------------------------------------------

/** Whether a person wrote something in the dialog that was not sent, or was sent and refused. */
function isDirty() {
  const body = dialog.querySelector("[data-portal-body]");
  const fields = [...body.querySelectorAll("textarea:not([readonly]), [type=text], [type=email]")];
  return fields.some((field) => field.value !== ("refused" in body.dataset ? "" : field.defaultValue));
}

function wantsToClose() {
  const question = dialog.querySelector("[data-portal-ask]");
  if (!question.hidden || !isDirty()) return shut();
  question.hidden = false;
  question.querySelector("[data-portal-keep]").focus();
}

function shut() {
  if (dialog.open) dialog.close();
}

function closed() {
  const body = dialog.querySelector("[data-portal-body]");
  if (isDirty()) unsent.set(address, [...body.childNodes]);
  body.replaceChildren();
  document.documentElement.classList.remove("portal-locked");
  announce("");
  if (leaveTo) return location.assign(leaveTo);
  backTo(opener);
}

/** Focus to where the person came from; where that button is gone, to what it was about. */
function backTo(link) {
  const same = link && [...root.querySelectorAll("a[href]")].find((one) => one.href === link.href);
  const place = near === "portal-page" ? null : document.getElementById(near);
  const target = link?.isConnected ? link : (same ?? place ?? root.querySelector("h1"));
  if (target && !target.matches("a[href], button")) target.tabIndex = -1;
  target?.focus();
}

/** The page behind the dialog as it is now. Fails quietly: it is fresh after the next load. */
async function refresh() {
  try {
    const response = await fetch(location.pathname);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of ["#portal-page", "[data-portal-bar]"]) {
      const [old, fresh] = [root.querySelector(part), page.querySelector(part)];
      if (old && fresh) old.replaceWith(document.adoptNode(fresh));
      else old?.remove();
    }
    tell(root);
    wake(root);
  } catch (error) {
    console.warn("The page could not be read again", error);
  }
}

// -- Scripts of single actions -----------------------------------------------------------------------

function wake(container) {
  for (const link of container.querySelectorAll("[data-portal-opens], [data-portal-zoom]")) link.ariaHasPopup = "dialog";
  for (const part of container.querySelectorAll("[data-portal-module]:not([data-awake])")) {
    part.dataset.awake = "";
    style(part.dataset.portalStyle);
    import(new URL(part.dataset.portalModule, location.href)).then((module) => module.default(part, portal));
  }
}

function style(href) {
  if (!href || document.querySelector(`link[href="${CSS.escape(href)}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href, nonce }));
}

/** A proof in a large frame of its own. */
async function look(link) {
  const module = await import(new URL(texts.zoomModule, location.href)).catch(() => null);
  if (!module) return location.assign(link.href);
  remember(link);
  show(module.look(link), link.href);
}

async function pay(link) {
  if (dialog.open) {
    const isClosed = new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
    shut();
    await isClosed;
  }
  style(texts.payStyle);
  try {
    const module = await import(new URL(texts.payModule, location.href));
    await module.open(link, portal);
  } catch (error) {
    console.warn("The payment form could not be loaded", error);
    location.assign(link.href);
  }
}

// -- Small parts --------------------------------------------------------------------------------------

/** To the page's other scripts: there is new content in ``where``. */
function tell(where) {
  where.dispatchEvent(new CustomEvent("portal:arrived", { bubbles: true }));
}

/** For screen readers; behind an open dialog the page's own region is silent. */
function announce(sentence) {
  const regions = root.querySelectorAll("[data-portal-status]");
  for (const region of regions) {
    region.textContent = region.closest("dialog") === (dialog.open ? dialog : null) ? (sentence ?? "") : "";
  }
}

function element(tag, className, content = "") {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}

function hasScrollbar() {
  return document.documentElement.scrollHeight > innerHeight;
}

/** A click that the browser itself should follow: with a modifier, or not with the first button. */
function isSpecial(event) {
  return event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

// -- Wiring -------------------------------------------------------------------------------------------

function clicked(event) {
  const at = event.target.closest("a, button, dialog");
  if (!at || event.defaultPrevented || isSpecial(event)) return;
  if (at.matches("[data-portal-opens]")) {
    event.preventDefault();
    return at.dataset.portalOpens === "pay" ? pay(at) : open(at);
  }
  if (at.matches("[data-portal-zoom]")) {
    event.preventDefault();
    return look(at);
  }
  if (!dialog.contains(at)) return;
  if (at.matches("[data-portal-done]")) event.preventDefault();
  if (at.matches("[data-portal-done], [data-portal-leave]")) shut();
  if (at.matches("[data-portal-close]")) wantsToClose();
  if (at.matches("[data-portal-keep]")) keepWriting();
}

function keepWriting() {
  dialog.querySelector("[data-portal-ask]").hidden = true;
  dialog.querySelector("textarea, [type=text]")?.focus();
}

function start() {
  root.addEventListener("click", clicked);
  dialog.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-portal-form]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    wantsToClose();
  });
  let began = null;
  dialog.addEventListener("pointerdown", (event) => (began = event.target));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && began === dialog) wantsToClose();
  });
  dialog.addEventListener("close", closed);
  wake(root);
}

if (dialog?.showModal) start();
