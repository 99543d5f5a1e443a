/* The dialog that payments are made in.

   It is not opened with showModal(): Stripe draws the bank's question on the body, and whatever is in
   the browser's top layer would lie over it. It is no aria-modal either, or screen readers would not
   find that question. So it has a cover of its own, keeps the focus, and makes inert what was there
   before. */

const FOCUSABLE = "a[href], button:not([disabled]), iframe, input:not([type=hidden]), summary";
const CSS_PATIENCE = 2000;

/** A click on Pay Now. */
export async function open(link, portal) {
  const [nodes] = await Promise.all([fetched(link.href), styled()]);
  // Pressed twice, or something else was opened meanwhile: this answer comes too late.
  if (portal.dialog.open || document.querySelector(".portal-pay-cover")) return;
  await new PayDialog(link, portal).show(nodes);
}

class PayDialog {
  constructor(link, portal) {
    Object.assign(this, { link, portal, isChanged: false, isHeld: false });
    this.cover = made("div", "portal-pay-cover");
    this.dialog = made("dialog", "portal-dialog portal-pay-dialog");
    this.body = made("div", "portal-dialog-body");
    this.dialog.setAttribute("aria-labelledby", "portal-pay-title");
    this.dialog.append(this.closer(), this.body);
    this.cover.append(edge(() => this.last()), this.dialog, edge(() => this.first()));
    this.cover.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.cover.addEventListener("click", (event) => this.clicked(event));
    this.dress();
    this.appear();
  }

  closer() {
    const button = this.portal.dialog.querySelector("[data-portal-close]").cloneNode(true);
    button.addEventListener("click", () => this.close());
    return button;
  }

  /** The cover is outside of the page's own part, which has the language, colours and letters. */
  dress() {
    const { lang, dir } = this.portal.root;
    Object.assign(this.cover, { lang, dir });
    const page = getComputedStyle(this.portal.root);
    this.cover.style.fontFamily = page.fontFamily;
    for (const token of ["--portal-surface", "--portal-ink"]) {
      this.cover.style.setProperty(token, page.getPropertyValue(token));
    }
  }

  appear() {
    this.quieted = [...document.body.children].filter((node) => !node.inert && !isStripes(node));
    for (const node of this.quieted) node.inert = true;
    lock(true);
    document.body.append(this.cover);
    this.dialog.show();
  }

  async load(url) {
    await this.show(await fetched(url));
  }

  /** The same, or as a page where it gets lost: the browser says so, and what came of it stands there. */
  go(url) {
    return this.load(url).catch((error) => {
      console.warn("Going there instead", error);
      location.assign(url);
      return new Promise(() => {});
    });
  }

  /** Resolves when the script that the content names has begun with it. */
  async show(nodes) {
    this.body.replaceChildren(...nodes);
    this.body.scrollTop = 0;
    const title = this.body.querySelector("#portal-dialog-title, h1, h2");
    if (title) Object.assign(title, { id: "portal-pay-title", className: "portal-dialog-title", tabIndex: -1 });
    title?.focus();
    const part = this.body.querySelector("[data-portal-module]");
    if (!part) return;
    this.portal.style(part.dataset.portalStyle);
    if (this.isChanged && (part.dataset.state ?? "open") !== "open") this.refresh();
    const module = await import(new URL(part.dataset.portalModule, location.href));
    module.default(part, this.portal, this);
  }

  clicked(event) {
    const link = event.target.closest("[data-portal-pay-done], [data-portal-pay-again]");
    if (!link) return;
    event.preventDefault();
    if (link.matches("[data-portal-pay-done]")) this.close();
    else this.go(link.href);
  }

  /** While a payment is being made the dialog stays. */
  hold(isHeld) {
    this.isHeld = isHeld;
  }

  /** The page behind is not as it was. */
  changed() {
    this.isChanged = true;
  }

  /** Begun behind the dialog as soon as the payment is over, so that nobody is asked to pay again. */
  refresh() {
    this.isChanged = false;
    this.refreshing = this.portal.refresh();
  }

  async close() {
    if (this.isHeld) return;
    this.cover.remove();
    for (const node of this.quieted) node.inert = false;
    lock(false);
    if (this.isChanged) this.refresh();
    await this.refreshing;
    const { root } = this.portal;
    const same = [...root.querySelectorAll("a[href]")].find((one) => one.href === this.link.href);
    const target = this.link.isConnected ? this.link : (same ?? root.querySelector("h1"));
    if (target && !target.matches("a")) target.tabIndex = -1;
    target?.focus();
  }

  first() {
    this.dialog.querySelector(FOCUSABLE)?.focus();
  }

  last() {
    const all = [...this.dialog.querySelectorAll(FOCUSABLE)];
    all.filter((one) => one.getClientRects().length).at(-1)?.focus();
  }
}

/** Where the focus would leave the dialog it is sent to the other end. */
function edge(go) {
  const sentinel = made("span", "portal-pay-edge");
  sentinel.tabIndex = 0;
  sentinel.addEventListener("focus", go);
  return sentinel;
}

/** Frames that Stripe's script has put on the body have to go on working. */
function isStripes(node) {
  return node.matches("script, style, iframe") || Boolean(node.querySelector(":scope > iframe[name^=__privateStripe]"));
}

/** The page behind stands still, and keeps the room of its scrollbar. */
function lock(isLocked) {
  const { classList, clientWidth } = document.documentElement;
  if (!isLocked || innerWidth > clientWidth) classList.toggle("portal-locked-gutter", isLocked);
  classList.toggle("portal-locked", isLocked);
}

/** The nodes of one of our fragments. A template's content is inert: no style of it is tried. */
async function fetched(url) {
  const response = await fetch(url, { headers: { "X-Portal-Fragment": "1" } });
  const holder = Object.assign(document.createElement("template"), { innerHTML: await response.text() });
  const from = holder.content.querySelector("#portal-page") ?? holder.content;
  if (!from.querySelector("[class^=portal-]")) throw new Error(`${response.status} from ${url}`);
  return [...from.childNodes].map((node) => document.adoptNode(node));
}

/** Nothing is shown before the sheet that says what is hidden. */
async function styled() {
  const isOurs = (link) => /\/pay\.[^/]*css$/.test(new URL(link.href).pathname);
  const sheet = [...document.querySelectorAll("link[rel=stylesheet]")].find(isOurs);
  if (!sheet || sheet.sheet) return;
  const loaded = new Promise((resolve) => sheet.addEventListener("load", resolve, { once: true }));
  const late = new Promise((resolve) => setTimeout(resolve, CSS_PATIENCE));
  await Promise.race([loaded, late]);
}

function made(tag, className) {
  return Object.assign(document.createElement(tag), { className });
}
