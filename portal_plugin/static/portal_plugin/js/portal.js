/* Opens the page's actions in its dialog, and sends their forms from there. Every action is a page of
   its own: without this script the browser simply follows the link. What only some actions need
   (choices, zoom, upload) is named by their templates in data-portal-module, and fetched when it
   appears. */

const root = document.getElementById("portal");
const nonce = document.querySelector("script[data-portal-script]")?.nonce ?? "";
const texts = root?.dataset ?? {};
const portal = root?.portal;

/** Where to go when the dialog closes, and whether the page behind it knows what was done. */
let leaveTo = "";
let isFresh = true;

/** The link that was pressed last: an answer to one before it comes too late to be shown. */
let wanted = null;

// -- Opening ------------------------------------------------------------------------------------------

async function open(link) {
  const url = link.href;
  wanted = link;
  if (portal.unsent.has(url)) return portal.show(portal.unsent.get(url), url, link);
  if (link.ariaBusy) return;
  link.ariaBusy = "true";
  try {
    const nodes = inside(await text(await call(url)));
    if (isWanted(link)) portal.show(nodes, url, link);
  } catch {
    if (isWanted(link)) portal.show(sorry(url), url, link);
  } finally {
    link.ariaBusy = null;
  }
}

/** Not below the payment dialog, which makes inert all that was there before. */
function isWanted(link) {
  return wanted === link && !root.closest("[inert]");
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

/** A template's content is inert: no styles of another answer, whose nonce this page refuses. */
function parse(html) {
  return Object.assign(document.createElement("template"), { innerHTML: html }).content;
}

/** The nodes of a fragment as it is, or of the inside of a whole page of ours. */
function inside(html) {
  const page = parse(html);
  const from = page.querySelector("#portal-page > .portal-narrow, #portal-page") ?? page;
  from.querySelector(".portal-crumb, .portal-shop")?.remove();
  const title = from.querySelector("#portal-dialog-title, h1");
  if (title) asTitle(title);
  return [...from.childNodes].map((node) => document.adoptNode(node));
}

function asTitle(heading) {
  const name = "portal-dialog-title";
  return Object.assign(heading, { className: name, id: name, tabIndex: -1 });
}

function sorry(url) {
  const again = element("a", "portal-button", texts.textAgain);
  again.href = url;
  const end = element("div", "portal-form-end");
  end.append(again);
  return [asTitle(element("h2", "", texts.textShut)), end];
}

// -- Sending ------------------------------------------------------------------------------------------

async function send(form, button) {
  if (form.ariaBusy) return;
  const url = new URL(form.getAttribute("action"), location.href).href;
  const label = button?.textContent;
  form.ariaBusy = "true";
  if (button) Object.assign(button, { textContent: texts.textBusy, ariaBusy: "true" });
  portal.announce(texts.textBusy);
  form.querySelector("[data-lost]")?.remove();
  try {
    const response = await call(url, { method: "POST", body: new FormData(form) });
    await answered(response, url, form);
  } catch (error) {
    console.warn("The form could not be sent", error);
    problem(form, texts.textLost);
  } finally {
    form.ariaBusy = null;
    if (button) Object.assign(button, { textContent: label, ariaBusy: null });
  }
}

async function answered(response, url, form) {
  const elsewhere = response.headers.get("X-Portal-Go");
  if (elsewhere) return location.assign(elsewhere);
  const nodes = inside(await text(response));
  form.remove(); // it was sent, and is not kept as unsent
  portal.show(nodes, url);
  if (response.headers.has("X-Portal-Done")) done();
  else explain();
}

function done() {
  const back = portal.dialog.querySelector("[data-portal-done]");
  portal.announce(portal.dialog.querySelector("#portal-dialog-title").textContent.trim());
  back?.focus();
  if (back && back.pathname !== location.pathname) leaveTo = back.href;
  else refresh();
}

/** The first thing that stands in the way gets the focus, and is read out; or else what comes next. */
function explain() {
  portal.dialog.querySelector("[data-portal-body]").dataset.refused = "";
  const reason = portal.dialog.querySelector(".portal-error, .portal-notice, p[role=alert]");
  const first = portal.dialog.querySelector("[aria-invalid=true], .portal-error") ?? reason ?? portal.dialog.querySelector("[autofocus]");
  first?.closest("details")?.setAttribute("open", "");
  if (first?.matches("p")) first.tabIndex = -1;
  first?.focus();
  // What is wrong with it stands below it, on a phone perhaps behind the button.
  portal.dialog.querySelector(".portal-error")?.scrollIntoView({ block: "nearest" });
  portal.announce(reason?.textContent.trim());
}

const ALERT = '<svg class="portal-icon" aria-hidden="true"><use href="#portal-alert"/></svg>';

/** It stands there until the form is sent again. */
function problem(form, sentence) {
  const notice = element("div", "portal-notice");
  Object.assign(notice.dataset, { kind: "bad", lost: "" });
  notice.tabIndex = -1;
  notice.append(parse(ALERT), element("p", "portal-notice-text", sentence));
  form.querySelector("[data-portal-problems]")?.replaceChildren(notice);
  notice.focus();
}

/** A field that was refused and is filled now is not called wrong any longer: the server looks again. */
function filled({ target: field }) {
  const isFilled = field.type === "checkbox" ? field.checked : field.value?.trim();
  if (field.ariaInvalid === "true" && isFilled) settle(field);
}

function settle(field) {
  field.ariaInvalid = null;
  const told = field.closest("[aria-describedby$=_error]");
  if (!told || told.querySelector("[aria-invalid=true]")) return;
  const ids = told.getAttribute("aria-describedby").split(" ");
  document.getElementById(ids.pop())?.remove();
  told.setAttribute("aria-describedby", ids.join(" "));
}

// -- The page behind ------------------------------------------------------------------------------------

/** Reads the page again; until it is here, it says that it is not as it was. Fails quietly: it is fresh
    after the next load. */
async function refresh() {
  isFresh = true;
  const before = root.querySelector("#portal-page");
  before.ariaBusy = "true";
  try {
    const response = await fetch(location.pathname);
    const page = parse(await response.text());
    // A proxy's answer, say, is no page of ours: the one that is there stays.
    if (!page.querySelector("#portal-page")) throw new Error(`${response.status} from ${response.url}`);
    for (const part of ["#portal-page", "[data-portal-bar]"]) {
      const [old, fresh] = [root.querySelector(part), page.querySelector(part)];
      if (old && fresh) old.replaceWith(document.adoptNode(fresh));
      else old?.remove();
    }
    arrived(root);
    if (!portal.dialog.open) portal.giveFocusBack();
  } catch (error) {
    console.warn("The page could not be read again", error);
  } finally {
    before.ariaBusy = null;
  }
}

/** Runs before the dialog is emptied: what it holds says whether something was done. */
function closing() {
  const back = portal.dialog.querySelector("[data-portal-done]:not([hidden])");
  if (leaveTo) location.assign(leaveTo);
  else if (back && !isFresh) refresh();
  isFresh = false;
}

// -- Content that arrives --------------------------------------------------------------------------------

/** Wakes the scripts that ``where`` names, and tells the others that it is there. */
function arrived(where) {
  where.dispatchEvent(new CustomEvent("portal:arrived", { bubbles: true }));
  for (const link of where.querySelectorAll("a[href]")) {
    if (isAction(link) || "portalZoom" in link.dataset) link.ariaHasPopup = "dialog";
  }
  for (const part of where.querySelectorAll("[data-portal-module]:not([data-awake])")) {
    part.dataset.awake = "";
    style(part.dataset.portalStyle);
    import(new URL(part.dataset.portalModule, location.href)).then((module) => module.default?.(part, portal));
  }
}

function style(href) {
  if (!href || document.querySelector(`link[href="${CSS.escape(href)}"]`)) return;
  document.head.append(Object.assign(element("link", ""), { rel: "stylesheet", href, nonce }));
}

/** The last dot of a currency's sign, such as the Kuwaiti dinar's in Arabic, which no amount of a page has.
    It looks at the letter before: a pattern that only looks behind is an error in iPhones of before 2023, and
    nothing of this file runs there then. */
const LAST_DOT = /(\p{L})\.(?=\u200f?$)/u;

/** ``amount`` in whole units, written as the server writes it. */
function money(amount, currency, locale) {
  const shown = new Intl.NumberFormat(locale || undefined, { style: "currency", currency, numberingSystem: "latn" });
  return shown.format(amount).replace(LAST_DOT, "$1");
}

function element(tag, className, content = "") {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}

// -- Wiring -------------------------------------------------------------------------------------------

/** Whether a link goes to an action of the document, and nothing says that it opens otherwise. */
function isAction(link) {
  return /\/d\/[^/]+\/a\/./.test(link.pathname) && !link.dataset.portalOpens;
}

function clicked(event) {
  const link = event.target.closest("a[href]");
  const isSpecial = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || isSpecial || event.defaultPrevented) return;
  const isDone = portal.dialog.contains(link) && link.matches("[data-portal-done]");
  if (!isDone && !isAction(link)) return;
  event.preventDefault();
  if (isDone) portal.dialog.close();
  else open(link);
}

function submitted(event) {
  if (!event.target.matches("[data-portal-form]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
}

if (portal) {
  Object.assign(portal, { arrived, money, refresh, settle, style });
  portal.csrf = () => root.querySelector("[name=csrfmiddlewaretoken]")?.value ?? texts.token ?? "";
  root.addEventListener("click", clicked);
  root.addEventListener("input", filled);
  root.addEventListener("close", closing, { capture: true });
  portal.dialog.addEventListener("submit", submitted);
  arrived(root);
}
