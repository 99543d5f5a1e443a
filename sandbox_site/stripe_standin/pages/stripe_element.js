// The first part of stripe.js: the card form as the shop's page sees it.
const ORIGIN = new URL(document.currentScript.src).origin;
const NEVER = new Promise(() => {});
let frames = 0;

class IntegrationError extends Error {
  constructor(message) {
    super(message);
    this.name = "IntegrationError";
  }
}

class Emitter {
  constructor() {
    this._handlers = {};
  }

  on(event, handler) {
    (this._handlers[event] ||= []).push(handler);
    return this;
  }

  once(event, handler) {
    const once = (data) => {
      this.off(event, once);
      handler(data);
    };
    return this.on(event, once);
  }

  off(event, handler) {
    const kept = (this._handlers[event] || []).filter((one) => handler && one !== handler);
    this._handlers[event] = kept;
    return this;
  }

  _emit(event, data) {
    for (const handler of [...(this._handlers[event] || [])]) handler(data);
  }
}

// The card form: a frame of this origin, which is talked to by messages alone.
class PaymentElement extends Emitter {
  constructor(elements, options) {
    super();
    this._elements = elements;
    this._options = options;
    this._calls = new Map();
    this._count = 0;
    this._receive = this._receive.bind(this);
  }

  mount(target) {
    const node = typeof target === "string" ? document.querySelector(target) : target;
    if (!(node instanceof Element)) {
      throw new IntegrationError(`The selector you specified (${target}) applies to no DOM elements that are currently on the page.`);
    }
    if (this._frame) this.unmount();
    window.addEventListener("message", this._receive);
    const holder = document.createElement("div");
    holder.className = "__PrivateStripeElement";
    const frame = document.createElement("iframe");
    frame.name = `__privateStripeFrame${++frames}`;
    frame.title = "Secure payment input frame";
    frame.allow = "payment *; clipboard-write";
    frame.src = `${ORIGIN}/elements/payment?${new URLSearchParams({ locale: this._elements._locale })}`;
    frame.style.cssText = "display:block;border:0;margin:-4px;inline-size:calc(100% + 8px);block-size:230px;color-scheme:light;max-inline-size:none;";
    holder.append(frame);
    node.replaceChildren(holder);
    node.classList.add("StripeElement");
    this._node = node;
    this._frame = frame;
    return this;
  }

  unmount() {
    window.removeEventListener("message", this._receive);
    for (const { reject } of this._calls.values()) reject(new IntegrationError("The element was unmounted."));
    this._calls.clear();
    this._node?.replaceChildren();
    this._node?.classList.remove("StripeElement");
    this._frame = this._node = null;
    return this;
  }

  destroy() {
    this.unmount();
    this._elements._element = null;
  }

  update(options) {
    this._options = { ...this._options, ...options };
    return this;
  }

  focus() {
    this._frame?.focus();
    if (this._frame) this._call("focus").catch(() => {});
  }

  blur() {
    this._frame?.blur();
  }

  _receive({ source, origin, data }) {
    if (!this._frame || source !== this._frame.contentWindow || origin !== ORIGIN) return;
    if (data.standin !== "element") return;
    if (data.reply) {
      this._calls.get(data.reply)?.resolve(data.result);
      this._calls.delete(data.reply);
    } else if (data.event === "loaded") {
      this._emit("loaderstart", { elementType: "payment" });
      this._tell("init", this._elements._settings(this._options));
    } else if (data.event === "height") {
      this._frame.style.blockSize = `${data.data}px`;
    } else {
      this._emit(data.event, data.data);
    }
  }

  _tell(verb, data, number) {
    this._frame?.contentWindow.postMessage({ standin: "page", verb, data, number }, ORIGIN);
  }

  _call(verb, data) {
    if (!this._frame) return Promise.reject(new IntegrationError("The Payment Element is not mounted."));
    const number = ++this._count;
    return new Promise((resolve, reject) => {
      this._calls.set(number, { resolve, reject });
      this._tell(verb, data, number);
    });
  }
}
