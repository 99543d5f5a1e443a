// The card form, inside its own frame: what is typed here never reaches the shop's page.
"use strict";

(() => {
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const form = document.getElementById("payment-form");
  const PANELS = { card: ["number", "expiry", "cvc"], sepa_debit: ["name", "email", "iban"] };
  const VARIABLES = [
    "colorPrimary", "colorBackground", "colorText", "colorTextSecondary", "colorDanger",
    "fontFamily", "fontSizeBase", "borderRadius", "spacingUnit",
  ];
  const THEMES = {
    night: { colorPrimary: "#85d996", colorBackground: "#30313d", colorText: "#ffffff", colorTextSecondary: "#c4c6d0", colorDanger: "#fe87a1" },
    flat: { colorBackground: "#f1f1f1", colorText: "#000000", colorTextSecondary: "#545969" },
  };
  let origin = null; // the shop's page, known from its first message
  let settings = {};

  const post = (message) => {
    window.parent.postMessage({ standin: "element", ...message }, origin || "*");
  };
  const field = (name) => form.elements[name];
  const method = () => form.elements.method.value;
  const problemOf = (name) => Fields.problems[name](field(name).value, field("number").value);

  // --- what is wrong --------------------------------------------------------------------------

  const show = (name, code) => {
    const note = document.getElementById(`${name}-error`);
    note.textContent = code ? texts[code] : "";
    note.hidden = !code;
    if (code) field(name).setAttribute("aria-invalid", "true");
    else field(name).removeAttribute("aria-invalid");
  };

  const submit = () => {
    const wrong = PANELS[method()].filter((name) => problemOf(name));
    PANELS[method()].forEach((name) => show(name, problemOf(name)));
    if (!wrong.length) return { selectedPaymentMethod: method() };
    field(wrong[0]).focus();
    const code = problemOf(wrong[0]);
    return { error: { type: "validation_error", code, message: texts[code] } };
  };

  // --- what is offered ------------------------------------------------------------------------

  const offer = (kinds) => {
    for (const radio of form.elements.method) {
      radio.closest("label").hidden = !kinds.includes(radio.value);
    }
    document.getElementById("methods").hidden = kinds.length < 2;
    if (!kinds.includes(method())) form.elements.method.value = kinds[0];
    choose();
  };

  const choose = () => {
    for (const kind of Object.keys(PANELS)) {
      document.getElementById(`${kind}-panel`).hidden = kind !== method();
    }
    changed();
  };

  const changed = () => {
    const names = PANELS[method()];
    post({
      event: "change",
      data: {
        elementType: "payment",
        collapsed: false,
        complete: names.every((name) => !problemOf(name)),
        empty: names.every((name) => !field(name).value),
        value: { type: method() },
      },
    });
  };

  const look = ({ theme, variables = {} } = {}) => {
    const chosen = { ...(THEMES[theme] || {}), ...variables };
    for (const name of VARIABLES) {
      if (chosen[name]) document.documentElement.style.setProperty(`--${name}`, chosen[name]);
    }
  };

  const deferredMethods = ({ currency, allowedPaymentMethodTypes, excludedPaymentMethodTypes, paymentMethodTypes }) => {
    const dynamic = String(currency).toLowerCase() === "eur" ? ["card", "sepa_debit"] : ["card"];
    const allowed = paymentMethodTypes || allowedPaymentMethodTypes || dynamic;
    return dynamic.filter((kind) => allowed.includes(kind) && !(excludedPaymentMethodTypes || []).includes(kind));
  };

  // Stripe refuses a payment that takes other methods than its form was made with.
  const isOffered = (types) => {
    const kinds = deferredMethods(settings.deferred);
    return kinds.length === types.length && kinds.every((kind) => types.includes(kind));
  };

  // --- the API --------------------------------------------------------------------------------

  const connectionError = () => ({ error: { type: "api_connection_error", message: texts.error_connection } });

  const localized = (error) => {
    const text = texts[`error_${error.decline_code}`] || texts[`error_${error.code}`];
    return text ? { ...error, message: text } : error;
  };

  const request = async (path, options) => {
    try {
      const answer = await fetch(path, { ...options, headers: { Authorization: `Bearer ${settings.key}` } });
      const body = await answer.json();
      return answer.ok ? { paymentIntent: body } : { error: localized(body.error) };
    } catch {
      return connectionError();
    }
  };

  const intentPath = (clientSecret) => `/v1/payment_intents/${encodeURIComponent(clientSecret.split("_secret_")[0])}`;

  const retrieve = (clientSecret) =>
    request(`${intentPath(clientSecret)}?${new URLSearchParams({ client_secret: clientSecret })}`);

  // {a: {b: 1}} becomes a[b]=1, as Stripe reads it.
  const encode = (value, path, into) => {
    if (value === null || value === undefined) return into;
    if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) encode(inner, path ? `${path}[${key}]` : key, into);
    } else into.append(path, value);
    return into;
  };

  const typed = (given) => {
    const billing = { ...settings.billingDetails, ...given.billing_details };
    if (method() === "sepa_debit") {
      const details = { ...billing, name: field("name").value.trim(), email: field("email").value.trim() };
      return { type: "sepa_debit", sepa_debit: { iban: field("iban").value }, billing_details: details };
    }
    const expiry = Fields.digits(field("expiry").value);
    return {
      type: "card",
      billing_details: billing,
      card: {
        number: Fields.digits(field("number").value),
        exp_month: Number(expiry.slice(0, 2)),
        exp_year: 2000 + Number(expiry.slice(2)),
        cvc: field("cvc").value,
      },
    };
  };

  const differs = (intent) => {
    const { amount, currency } = settings.deferred || {};
    return settings.deferred && (amount !== intent.amount || String(currency).toLowerCase() !== intent.currency);
  };

  const confirm = async ({ clientSecret, confirmParams }) => {
    const checked = submit();
    if (checked.error) return checked;
    const { payment_method_data: data = {}, ...params } = confirmParams;
    if (settings.deferred) {
      const { paymentIntent, error } = await retrieve(clientSecret);
      if (error) return { error };
      if (differs(paymentIntent)) {
        return { error: { type: "invalid_request_error", message: "The amount and currency of the PaymentIntent do not match those of Elements." } };
      }
      if (!isOffered(paymentIntent.payment_method_types)) {
        return { error: { type: "invalid_request_error", message: "The payment method types of the PaymentIntent do not match those of Elements." } };
      }
    }
    lock(true);
    const body = encode(
      { ...params, client_secret: clientSecret, use_stripe_sdk: true, payment_method_data: { ...data, ...typed(data) } },
      "",
      new URLSearchParams(),
    );
    const result = await request(`${intentPath(clientSecret)}/confirm`, { method: "POST", body });
    lock(false);
    return result;
  };

  const lock = (on) => {
    for (const control of form.elements) control.disabled = on;
  };

  const init = async (options) => {
    settings = options;
    look(options.appearance);
    const billing = options.billingDetails || {};
    field("name").value = billing.name || "";
    field("email").value = billing.email || "";
    const shop = options.business || texts.the_shop;
    document.getElementById("mandate").textContent = texts.mandate.replace("$shop", shop);
    if (options.deferred) {
      const kinds = deferredMethods(options.deferred);
      if (!kinds.length) {
        const error = { type: "invalid_request_error", message: "No valid payment method types for this configuration." };
        return post({ event: "loaderror", data: { elementType: "payment", error } });
      }
      offer(kinds);
    } else {
      const { paymentIntent, error } = await retrieve(options.clientSecret);
      if (error) return post({ event: "loaderror", data: { elementType: "payment", error } });
      offer(paymentIntent.payment_method_types);
    }
    form.hidden = false;
    height();
    post({ event: "ready", data: { elementType: "payment" } });
  };

  const update = (options) => {
    settings = { ...settings, ...options };
    if (options.appearance) look(options.appearance);
    if (options.deferred) offer(deferredMethods(options.deferred));
    return {};
  };

  const focus = () => {
    field(PANELS[method()][0]).focus();
    return {};
  };

  // --- talk with the page ---------------------------------------------------------------------

  const verbs = {
    init, submit, confirm, update, focus,
    retrieve: ({ clientSecret }) => retrieve(clientSecret),
    localize: (error) => localized(error).message,
  };

  window.addEventListener("message", async ({ source, data, origin: sender }) => {
    if (source !== window.parent || !data || data.standin !== "page" || !verbs[data.verb]) return;
    if (origin && sender !== origin) return;
    origin = sender;
    const result = await verbs[data.verb](data.data || {});
    if (data.number) post({ reply: data.number, result });
  });

  const height = () => post({ event: "height", data: document.body.scrollHeight });
  new ResizeObserver(height).observe(form);

  // The form grows by what it says: at once, the button below would move away from under a press.
  const SETTLED = 300; // milliseconds
  const complain = (input) => {
    if (input.value && input !== document.activeElement) show(input.name, problemOf(input.name));
  };

  form.addEventListener("input", ({ target }) => {
    if (target.name === "method") return choose();
    Fields.reformat(target);
    if (target.name === "number") {
      document.getElementById("brand").textContent = Fields.brand(Fields.digits(target.value)).toUpperCase();
    }
    if (target.hasAttribute("aria-invalid")) show(target.name, problemOf(target.name));
    changed();
  });
  form.addEventListener("focusout", ({ target }) => {
    if (target.name !== "method") setTimeout(complain, SETTLED, target);
    post({ event: "blur", data: { elementType: "payment" } });
  });
  form.addEventListener("focusin", () => post({ event: "focus", data: { elementType: "payment" } }));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") post({ event: "escape", data: { elementType: "payment" } });
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  post({ event: "loaded" });
})();
