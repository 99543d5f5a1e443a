/* Paying. Stripe's script is fetched when somebody wants to pay, and never before; its card form is
   drawn first and the payment begun on the server when Pay is pressed, so that the server's amount is
   the one that counts: https://docs.stripe.com/payments/accept-a-payment-deferred */

/** Milliseconds until the card form must be there; then Stripe's own page is offered. */
const PATIENCE = 8000;
/** Pauses between two looks at how far a payment has come. From the fourth on the server asks Stripe. */
const PAUSES = [500, 800, 1200, 2500, 3000, 4000, 5000, 6000];
const FRAGMENT = { "X-Portal-Fragment": "1" };
const FOCUSABLE = "a[href], button:not([disabled]), iframe, input:not([type=hidden]), summary, [tabindex='0']";

let scripts = null;

/** A click on Pay Now. */
export async function open(link, portal) {
  await styled();
  const nodes = await fetched(link.href);
  const modal = new Modal(portal, link);
  modal.show(nodes);
}

/** A payment form, or the progress of a payment, that stands in a page of its own. */
export default function awaken(part, portal, modal = null) {
  if (part.matches(".portal-pay-progress")) return follow(part, portal, modal);
  return new Panel(part, portal, modal).start();
}

// -- The form -----------------------------------------------------------------------------------------

class Panel {
  constructor(part, portal, modal) {
    Object.assign(this, { part, portal, modal });
    this.form = part.querySelector("[data-portal-pay-form]");
  }

  async start() {
    if (!this.form) return;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.isBusy) this.pay(event.submitter);
    });
    if (this.find("card")) await this.draw();
  }

  find(name) {
    return this.part.querySelector(`[data-portal-pay-${name}]`);
  }

  async draw() {
    this.find("plain").hidden = true;
    this.find("card").hidden = this.find("submit").hidden = false;
    this.find("submit").disabled = true;
    try {
      await within(PATIENCE, this.mount());
      this.find("skeleton").hidden = true;
      this.find("submit").disabled = false;
    } catch (error) {
      console.warn("Stripe's card form did not load", error);
      this.offerPage();
    }
  }

  async mount() {
    const { script, key, amount, currency, locale } = this.part.dataset;
    const Stripe = await stripe(script, this.portal);
    this.stripe = Stripe(key, { locale: locale || "auto" });
    this.elements = this.stripe.elements({
      mode: "payment",
      amount: Number(amount),
      currency,
      appearance: appearance(this.part),
    });
    const element = this.elements.create("payment");
    await new Promise((resolve, reject) => {
      element.on("ready", resolve);
      element.on("loaderror", ({ error }) => reject(error));
      element.mount(this.find("element"));
    });
  }

  offerPage() {
    this.elements = null;
    this.find("card").hidden = this.find("submit").hidden = true;
    this.find("hosted").hidden = false;
    this.say(this.part.dataset.textSlow, "info");
  }

  async pay(button) {
    this.busy(button);
    this.say("");
    try {
      if (button?.name === "hosted") await this.begin(button);
      else await this.payByCard();
    } catch (error) {
      console.warn("The payment did not get through", error);
      this.say(this.part.dataset.textLost);
    } finally {
      this.busy(null);
    }
  }

  async payByCard() {
    const typed = await this.elements.submit();
    if (typed.error) return this.say(typed.error.message);
    const begun = await this.begin();
    if (!begun) return;
    if (!begun.client_secret) return this.finish();
    const { error } = await this.stripe.confirmPayment({
      elements: this.elements,
      clientSecret: begun.client_secret,
      confirmParams: { return_url: new URL(begun.return_url, location.href).href },
      redirect: "if_required",
    });
    if (!error) return this.finish();
    if (error.type === "validation_error") return this.say(error.message);
    // Only of a declined card it is certain that nothing was taken; anything else the server finds out.
    if (error.type !== "card_error" && error.payment_intent?.status !== "requires_payment_method") return this.finish();
    this.say(`${error.message} ${this.part.dataset.textFree}`);
  }

  /** Where the server has nothing against it: what Stripe's script needs to go on. */
  async begin(button) {
    const response = await fetch(this.form.getAttribute("action"), {
      method: "POST",
      headers: { ...FRAGMENT, Accept: "application/json" },
      body: new FormData(this.form, button),
    });
    if (response.headers.has("X-Portal-Go")) {
      location.assign(response.headers.get("X-Portal-Go"));
      return new Promise(() => {});
    }
    const facts = await response.json();
    if (response.ok) return facts;
    await this.refused(response, facts);
    return null;
  }

  /** The amount has changed, or there is nothing left to pay: show how it stands now, and say why. */
  async refused(response, facts) {
    const reason = facts.error || Object.values(facts.fields ?? {}).flat().join(" ");
    if (response.status !== 409) return this.say(reason || this.part.dataset.textLost);
    const nodes = await fetched(this.form.getAttribute("action"));
    const panel = this.modal ? this.modal.show(nodes) : replaced(this.part, nodes, this.portal);
    (await panel)?.say?.(reason);
  }

  async finish() {
    this.modal?.changed();
    const nodes = await fetched(this.part.dataset.state);
    if (this.modal) this.modal.show(nodes);
    else replaced(this.part, nodes, this.portal);
  }

  busy(button) {
    this.isBusy = Boolean(button);
    this.modal?.hold(this.isBusy);
    this.form.ariaBusy = this.isBusy ? "true" : null;
    for (const one of this.form.querySelectorAll("button")) one.ariaDisabled = this.isBusy ? "true" : null;
    if (button) button.ariaBusy = "true";
    else for (const one of this.form.querySelectorAll("button")) one.ariaBusy = null;
  }

  say(sentence, kind = "bad") {
    const place = this.part.querySelector("[data-portal-problems]");
    if (!place) return;
    if (!sentence) return place.replaceChildren();
    const notice = made("div", "portal-notice");
    notice.dataset.kind = kind;
    notice.append(made("p", "portal-notice-text", sentence));
    place.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }
}

// -- How far it has come ------------------------------------------------------------------------------

async function follow(part, portal, modal) {
  wire(part, portal, modal);
  for (let step = 0; part.dataset.state === "open" && step < PAUSES.length; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSES[step]));
    if (!part.isConnected) return;
    const ask = part.querySelector("[data-portal-pay-ask]");
    const options = step < 3 ? {} : { method: "POST", body: new FormData(ask) };
    const nodes = await fetched(ask.getAttribute("action"), options).catch(() => null);
    const fresh = nodes && found(nodes);
    if (fresh && fresh.dataset.state !== "open") {
      modal?.changed();
      if (modal) return modal.show(nodes);
      return location.reload();
    }
  }
  if (part.dataset.state !== "open") return;
  part.querySelector("[data-portal-pay-early]").hidden = true;
  part.querySelector("[data-portal-pay-late]").hidden = false;
  part.querySelector("[data-portal-pay-spinner]").hidden = true;
}

function wire(part, portal, modal) {
  if (!modal) return;
  part.querySelector("[data-portal-pay-done]")?.addEventListener("click", (event) => {
    event.preventDefault();
    modal.close();
  });
  part.querySelector("[data-portal-pay-again]")?.addEventListener("click", async (event) => {
    event.preventDefault();
    modal.show(await fetched(event.currentTarget.href));
  });
}

// -- The dialog -----------------------------------------------------------------------------------------

/* Not opened with showModal(): Stripe draws the bank's question on the body, and whatever is in the top
   layer would lie over it. It is no aria-modal either, or screen readers would not find that question. */
class Modal {
  constructor(portal, link) {
    Object.assign(this, { portal, link, isChanged: false, isHeld: false });
    this.cover = made("div", "portal-pay-cover");
    this.dialog = made("dialog", "portal-dialog portal-pay-dialog");
    const { lang, dir } = portal.dialog;
    Object.assign(this.dialog, { lang, dir });
    this.dialog.setAttribute("aria-labelledby", "portal-pay-title");
    this.body = made("div", "portal-dialog-body");
    const shut = portal.dialog.querySelector("[data-portal-close]").cloneNode(true);
    shut.addEventListener("click", () => this.close());
    this.dialog.append(shut, this.body);
    this.cover.append(edge(() => this.last()), this.dialog, edge(() => this.first()));
    this.cover.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.open();
  }

  open() {
    this.quieted = [...document.body.children].filter((node) => !node.inert && !isStripes(node));
    for (const node of this.quieted) node.inert = true;
    lock(true);
    document.body.append(this.cover);
    this.dialog.show();
  }

  /** Resolves to what was awakened: a Panel has ``say``. */
  show(nodes) {
    this.body.replaceChildren(...nodes);
    const title = this.body.querySelector("#portal-dialog-title, h1, h2");
    if (title) Object.assign(title, { id: "portal-pay-title", tabIndex: -1 });
    title?.focus();
    const part = this.body.querySelector(".portal-pay");
    if (!part) return null;
    if (part.matches(".portal-pay-progress")) return void follow(part, this.portal, this);
    const panel = new Panel(part, this.portal, this);
    panel.start();
    return panel;
  }

  hold(isHeld) {
    this.isHeld = isHeld;
  }

  changed() {
    this.isChanged = true;
  }

  close() {
    if (this.isHeld) return;
    this.cover.remove();
    for (const node of this.quieted) node.inert = false;
    lock(false);
    const back = () => (this.link.isConnected ? this.link : heading(this.portal.root))?.focus();
    if (this.isChanged) this.portal.refresh().then(back);
    else back();
  }

  first() {
    this.dialog.querySelector(FOCUSABLE)?.focus();
  }

  last() {
    [...this.dialog.querySelectorAll(FOCUSABLE)].filter((one) => one.checkVisibility()).at(-1)?.focus();
  }
}

/** Where the focus would leave the dialog it is sent to the other end. */
function edge(go) {
  const sentinel = made("span", "portal-pay-edge");
  sentinel.tabIndex = 0;
  sentinel.addEventListener("focus", go);
  return sentinel;
}

/** The page behind stands still, and keeps the room of its scrollbar. */
function lock(isLocked) {
  const { classList, clientWidth } = document.documentElement;
  classList.toggle("portal-locked-gutter", isLocked && innerWidth > clientWidth);
  classList.toggle("portal-locked", isLocked);
}

function isStripes(node) {
  return node.matches("script, style, iframe") || Boolean(node.querySelector(":scope > iframe[name^=__privateStripe]"));
}

function heading(root) {
  const title = root.querySelector("h1");
  if (title) title.tabIndex = -1;
  return title;
}

// -- Small parts --------------------------------------------------------------------------------------

/** Stripe's global function. A script that failed is forgotten, so that the next try loads it anew. */
function stripe(address, portal) {
  if (window.Stripe) return Promise.resolve(window.Stripe);
  scripts ??= new Promise((resolve, reject) => {
    const script = made("script", "");
    script.nonce = document.querySelector("script[data-portal-script]")?.nonce ?? "";
    script.src = address;
    script.onload = () => (window.Stripe ? resolve(window.Stripe) : reject(new Error("no Stripe")));
    script.onerror = () => {
      scripts = null;
      script.remove();
      reject(new Error(`${address} did not load`));
    };
    document.head.append(script);
  });
  return scripts;
}

function within(milliseconds, promise) {
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`not there after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]);
}

/** The nodes of one of our fragments, as an array. */
async function fetched(url, options = {}) {
  const response = await fetch(url, { ...options, headers: FRAGMENT });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const from = page.querySelector("#portal-page") ?? page.body;
  if (!from.querySelector("[class^=portal-]")) throw new Error(`${response.status} from ${url}`);
  return [...from.childNodes].map((node) => document.adoptNode(node));
}

function found(nodes) {
  const elements = nodes.filter((node) => node instanceof Element);
  return elements.map((node) => (node.matches(".portal-pay") ? node : node.querySelector(".portal-pay"))).find(Boolean);
}

/** The same form or its outcome in a page of its own, as it is now. */
function replaced(part, nodes, portal) {
  const fresh = found(nodes);
  if (!fresh) return location.reload();
  part.replaceWith(fresh);
  const title = nodes.find((node) => node.id === "portal-dialog-title");
  const shown = document.querySelector("#portal-page h1");
  if (title && shown) shown.textContent = title.textContent;
  return awaken(fresh, portal);
}

/** The card form looks like the page around it. */
function appearance(part) {
  const probe = made("span", "portal-pay-probe");
  part.append(probe);
  const text = pixel(getComputedStyle(probe).color);
  const brand = pixel(getComputedStyle(probe).backgroundColor);
  const { fontFamily } = getComputedStyle(part);
  probe.remove();
  const isDark = text.reduce((sum, value) => sum + value) > 3 * 150;
  return {
    theme: isDark ? "night" : "stripe",
    variables: { colorPrimary: written(brand), colorText: written(text), fontFamily, fontSizeBase: "16px", borderRadius: "8px" },
  };
}

/** Red, green and blue of whatever form a colour is written in. */
function pixel(colour) {
  const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function written(rgb) {
  return `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** The sheet is there before what it hides is shown. */
async function styled() {
  const sheet = [...document.querySelectorAll("link[rel=stylesheet]")].find((link) => /\/pay\.[^/]*css$/.test(link.pathname ?? new URL(link.href).pathname));
  if (!sheet || sheet.sheet) return;
  await within(2000, new Promise((resolve) => sheet.addEventListener("load", resolve, { once: true }))).catch(() => {});
}

function made(tag, className, content = "") {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}
