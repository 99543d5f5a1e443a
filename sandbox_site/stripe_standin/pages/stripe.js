// Stands in for https://js.stripe.com: the calls and answers of the real script that a shop uses.
// https://docs.stripe.com/js. Served as one script: stripe_element.js, then stripe.js.
class Elements {
  constructor(stripe, options) {
    if (!options.clientSecret && !options.mode) {
      throw new IntegrationError("In order to create a payment element, you must pass a clientSecret or mode when creating the Elements group.");
    }
    if (options.clientSecret && !/^pi_\w+_secret_\w+$/.test(options.clientSecret)) {
      throw new IntegrationError(`Invalid value for elements(): clientSecret should be a client secret of the form \${id}_secret_\${secret}. You specified: ${options.clientSecret}.`);
    }
    if (options.mode && options.mode !== "payment") {
      throw new IntegrationError(`Invalid value for elements(): the stand-in knows mode payment only, not ${options.mode}.`);
    }
    if (options.mode && !(Number.isInteger(options.amount) && options.amount > 0 && options.currency)) {
      throw new IntegrationError("Invalid value for elements(): amount must be greater than 0, and currency a string, in mode payment.");
    }
    this._stripe = stripe;
    this._options = options;
    this._element = null;
    this._submitted = false;
  }

  get _locale() {
    const wish = this._options.locale || this._stripe._locale || "auto";
    return wish === "auto" ? navigator.language : wish;
  }

  _settings(options = {}) {
    const { clientSecret, mode, appearance } = this._options;
    return {
      key: this._stripe._key,
      clientSecret,
      deferred: mode ? { ...this._options, appearance: undefined } : undefined,
      appearance,
      billingDetails: options.defaultValues?.billingDetails,
      business: options.business?.name,
    };
  }

  create(type, options = {}) {
    if (type !== "payment") throw new IntegrationError(`A valid Element name must be provided. You specified: ${type}.`);
    if (this._element) throw new IntegrationError("Can only create one Element of type payment.");
    this._element = new PaymentElement(this, options);
    return this._element;
  }

  getElement(type) {
    return type === "payment" || type === PaymentElement ? this._element : null;
  }

  update(options) {
    this._options = { ...this._options, ...options };
    this._submitted = false;
    const { deferred, appearance } = this._settings();
    if (this._element?._frame) this._element._call("update", { deferred, appearance }).catch(() => {});
  }

  async submit() {
    if (!this._element) throw new IntegrationError("No Element to submit: create and mount one first.");
    const result = await this._element._call("submit");
    this._submitted = !result.error;
    return result;
  }

  async fetchUpdates() {
    const { error } = await this._element._call("retrieve", { clientSecret: this._options.clientSecret });
    return error ? { error } : {};
  }
}

// The bank's question lies over the page, on its body, as Stripe's does.
const overlay = (url) =>
  new Promise((resolve) => {
    if (new URL(url).origin !== ORIGIN) throw new IntegrationError("The next action is not of this origin.");
    const before = document.activeElement;
    const cover = document.createElement("div");
    cover.tabIndex = -1;
    cover.style.cssText = "position:fixed;inset:0;z-index:2147483647;display:grid;place-items:center;padding:12px;background:rgba(10,15,35,.6);pointer-events:auto;";
    const frame = document.createElement("iframe");
    frame.name = `__privateStripeFrame${++frames}`;
    frame.title = "3D Secure authentication";
    frame.style.cssText = "border:0;border-radius:10px;background:#fff;inline-size:min(100%,480px);block-size:min(100%,460px);box-shadow:0 20px 60px rgba(0,0,0,.35);";
    frame.src = url;
    const done = ({ source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== ORIGIN || data.standin !== "challenge") return;
      window.removeEventListener("message", done);
      cover.remove();
      before?.focus?.();
      resolve();
    };
    window.addEventListener("message", done);
    frame.addEventListener("load", () => frame.focus());
    cover.append(frame);
    document.body.append(cover);
  });

class StripeClient {
  constructor(key, { locale } = {}) {
    if (!/^pk_/.test(key || "")) {
      throw new IntegrationError("Please call Stripe() with your publishable key. You used an empty string or a secret key.");
    }
    this._key = key;
    this._locale = locale;
  }

  elements(options = {}) {
    return new Elements(this, options);
  }

  async retrievePaymentIntent(clientSecret) {
    const query = new URLSearchParams({ client_secret: clientSecret });
    const id = encodeURIComponent(clientSecret.split("_secret_")[0]);
    try {
      const answer = await fetch(`${ORIGIN}/v1/payment_intents/${id}?${query}`, {
        headers: { Authorization: `Bearer ${this._key}` },
      });
      const body = await answer.json();
      return answer.ok ? { paymentIntent: body } : { error: body.error };
    } catch {
      return { error: { type: "api_connection_error", message: "We are experiencing issues connecting to our payments provider. You have not been charged. Please check your internet connection and try again." } };
    }
  }

  async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" } = {}) {
    const element = elements?.getElement("payment");
    if (!element?._frame) throw new IntegrationError("Elements should have a mounted Payment Element or Express Checkout Element.");
    const secret = clientSecret || elements._options.clientSecret;
    if (!secret) throw new IntegrationError("stripe.confirmPayment(): a clientSecret is needed.");
    if (redirect !== "if_required" && !confirmParams.return_url) {
      throw new IntegrationError("stripe.confirmPayment(): the `confirmParams.return_url` argument is required unless passing `redirect: 'if_required'`.");
    }
    if (elements._options.mode && !elements._submitted) {
      throw new IntegrationError("elements.submit() must be called before stripe.confirmPayment().");
    }
    const result = await element._call("confirm", { clientSecret: secret, confirmParams });
    const last = result.error ? result : await this._finish(result.paymentIntent, element);
    if (last.error || redirect === "if_required") return last;
    return this._leave(confirmParams.return_url, last.paymentIntent);
  }

  async handleNextAction({ clientSecret }) {
    const { paymentIntent, error } = await this.retrievePaymentIntent(clientSecret);
    return error ? { error } : this._finish(paymentIntent);
  }

  async _finish(intent, element) {
    if (intent.status !== "requires_action") return { paymentIntent: intent };
    await overlay(intent.next_action.use_stripe_sdk.stripe_js);
    const { paymentIntent, error } = element
      ? await element._call("retrieve", { clientSecret: intent.client_secret })
      : await this.retrievePaymentIntent(intent.client_secret);
    if (error) return { error };
    if (paymentIntent.status !== "requires_payment_method") return { paymentIntent };
    const last = paymentIntent.last_payment_error;
    const message = last.code === "payment_intent_authentication_failure"
      ? "We are unable to authenticate your payment method. Please choose a different payment method and try again."
      : last.message;
    return { error: { ...last, message: element ? await element._call("localize", { ...last, message }) : message, payment_intent: paymentIntent } };
  }

  _leave(address, intent) {
    const url = new URL(address);
    url.searchParams.set("payment_intent", intent.id);
    url.searchParams.set("payment_intent_client_secret", intent.client_secret);
    url.searchParams.set("redirect_status", intent.status);
    window.location.assign(url);
    return NEVER;
  }
}

window.Stripe = Object.assign((key, options) => new StripeClient(key, options), { version: 3 });
