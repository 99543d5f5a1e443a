/* The card form; in the payment dialog or in a page of its own.

   Stripe's script is fetched when somebody wants to pay, and never before. Its form is drawn first, and
   the payment begun on the server when Pay is pressed, so that the server's amount is the one that
   counts: https://docs.stripe.com/payments/accept-a-payment-deferred */

/** Milliseconds until the card form must be there; then Stripe's own page is offered. */
const PATIENCE = 8000;

let loading = null;

/** ``part`` has the payment form; ``dialog`` is the PayDialog it is in. */
export default function awaken(part, portal, dialog = null) {
  return new CardForm(part, portal, dialog).start();
}

export class CardForm {
  constructor(part, portal, dialog) {
    Object.assign(this, { part, portal, dialog, isBusy: false });
    this.form = part.querySelector("[data-portal-pay-form]");
  }

  async start() {
    if (!this.form) return;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.isBusy) this.pay(event.submitter);
    });
    const unfolded = ({ target }) => target.open && target.scrollIntoView({ block: "nearest" });
    this.part.addEventListener("toggle", unfolded, { capture: true });
    for (const scripted of this.part.querySelectorAll("[data-portal-pay-scripted]")) scripted.hidden = false;
    const other = this.form.elements.other_amount;
    other?.addEventListener("input", () => this.choose());
    other?.addEventListener("change", () => (other.ariaInvalid = other.validity.valid ? null : "true"));
    if (this.find("card")) this.part.querySelector(".portal-pay-other")?.removeAttribute("open");
    if (this.find("card")) await this.draw();
  }

  find(name) {
    return this.part.querySelector(`[data-portal-pay-${name}]`);
  }

  // -- Stripe's form ----------------------------------------------------------------------------------

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
      this.offerStripesPage();
    }
  }

  /** Another amount is on the button, in Stripe's form, and in what is written on a transfer, as soon as
      it is one. The server decides. */
  choose() {
    const button = this.find("submit")?.querySelector(".portal-amount");
    if (button) button.textContent = this.money(this.total());
    this.elements?.update({ amount: this.total() });
    const isDue = this.amount() === Number(this.part.dataset.amount);
    for (const place of this.part.querySelectorAll("[data-portal-pay-sum]")) place.textContent = this.money(this.amount());
    for (const code of this.part.querySelectorAll(".portal-pay-code")) code.hidden = !isDue;
  }

  /** What is paid of the order, in Stripe's minor units. */
  amount() {
    const { amount, units } = this.part.dataset;
    const { value, validity } = this.form.elements.other_amount ?? {};
    return value && validity.valid ? Math.round(Number(value) * Number(units)) : Number(amount);
  }

  /** The same with everything that comes on top. */
  total() {
    return this.amount();
  }

  money(minor) {
    const { currency, units, locale } = this.part.dataset;
    return this.portal.money(minor / Number(units), currency, locale);
  }

  /** How Stripe's form is drawn. */
  options() {
    const { currency } = this.part.dataset;
    return { mode: "payment", amount: this.total(), currency, appearance: appearance(this.part) };
  }

  async mount() {
    const { script, key, locale } = this.part.dataset;
    const Stripe = await stripe(script);
    this.stripe = Stripe(key, { locale: locale || "auto" });
    this.elements = this.stripe.elements(this.options());
    const element = (this.element = this.elements.create("payment"));
    await new Promise((resolve, reject) => {
      element.on("ready", resolve);
      element.on("loaderror", ({ error }) => reject(error));
      element.mount(this.find("element"));
    });
  }

  offerStripesPage() {
    this.find("card").hidden = this.find("submit").hidden = true;
    this.find("hosted").hidden = false;
    this.say(this.part.dataset.textSlow, "info");
  }

  // -- Paying -----------------------------------------------------------------------------------------

  /** A browser says what is wrong with a field that is in sight, and of another one nothing. */
  isAmount() {
    const other = this.form.elements.other_amount;
    if (!other || other.validity.valid) return true;
    other.closest("details").open = true;
    return other.reportValidity();
  }

  async pay(button) {
    if (!this.isAmount()) return;
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
    const isSurelyUnpaid = error.type === "card_error" || error.payment_intent?.status === "requires_payment_method";
    // Of anything else nobody here knows what came of it: the server finds out.
    if (!isSurelyUnpaid) return this.finish();
    this.say(`${error.message} ${this.part.dataset.textFree}`);
  }

  /** What Stripe's script needs to go on; nothing where the server has something against it. */
  async begin(button) {
    const response = await fetch(this.form.getAttribute("action"), {
      method: "POST",
      headers: { Accept: "application/json", "X-Portal-Fragment": "1" },
      body: new FormData(this.form, button),
    });
    if (response.headers.has("X-Portal-Go")) return leave(response.headers.get("X-Portal-Go"));
    const facts = await response.json();
    if (response.ok) return facts;
    await this.refused(response.status, facts);
    return null;
  }

  /** Another amount is due now, or none: show how it stands, and why nothing was done. */
  async refused(status, facts) {
    const reason = facts.error || Object.values(facts.fields ?? {}).flat().join(" ");
    if (status !== 409) return this.say(reason || this.part.dataset.textLost);
    if (!this.dialog) return this.form.submit();
    this.dialog.changed();
    await this.dialog.load(this.form.getAttribute("action"));
    this.dialog.body.querySelector("[data-portal-problems]")?.replaceChildren(notice(reason));
  }

  /** How far it has come, in the dialog or as the page that is there for it. */
  async finish() {
    if (!this.dialog) return leave(this.part.dataset.state);
    this.dialog.changed();
    await this.dialog.go(this.part.dataset.state);
  }

  busy(button) {
    this.isBusy = Boolean(button);
    this.dialog?.hold(this.isBusy);
    for (const one of this.form.querySelectorAll("button")) {
      one.ariaDisabled = this.isBusy ? "true" : null;
      one.ariaBusy = one === button ? "true" : null;
    }
  }

  say(sentence, kind) {
    const place = this.part.querySelector("[data-portal-problems]");
    place.replaceChildren(...(sentence ? [notice(sentence, kind)] : []));
    place.scrollIntoView({ block: "nearest" });
  }
}

// -- Small parts --------------------------------------------------------------------------------------

/** Stripe's global function. A script that failed is forgotten, so that the next try loads it anew. */
function stripe(address) {
  if (window.Stripe) return Promise.resolve(window.Stripe);
  loading ??= new Promise((resolve, reject) => {
    const script = made("script", "");
    script.nonce = document.querySelector("script[data-portal-script]")?.nonce ?? "";
    script.src = address;
    script.onload = () => resolve(window.Stripe);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error(`${address} did not load`));
    };
    document.head.append(script);
  });
  return loading;
}

/** Nothing goes on here while the browser is on its way. */
function leave(address) {
  location.assign(address);
  return new Promise(() => {});
}

function within(milliseconds, promise) {
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`not there after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]);
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
  const variables = { colorText: written(text), fontFamily, fontSizeBase: "16px", borderRadius: "8px" };
  if (!isDark) variables.colorPrimary = written(brand);
  return { theme: isDark ? "night" : "stripe", variables };
}

/** Red, green and blue of a colour in whatever form it is written. */
function pixel(colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

function written(rgb) {
  return `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function notice(sentence, kind = "bad") {
  const box = made("div", "portal-notice");
  const name = kind === "bad" ? "alert" : "help";
  box.innerHTML = `<svg class="portal-icon" aria-hidden="true"><use href="#portal-${name}"/></svg>`;
  box.dataset.kind = kind;
  box.append(made("p", "portal-notice-text", sentence));
  return box;
}

function made(tag, className, content = "") {
  return Object.assign(document.createElement(tag), { className, textContent: content });
}
