// One file on its way to the shop, in pieces (tus): its row in the list, pause, retry and the end. Fetched
// by upload.js, of whose element it is given the texts.

/** A key of its own for each file, so that sending it again after a lost answer makes no second. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** One of the page's own icons; what it means is said in words beside it. */
function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "portal-icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#portal-${name}`);
  drawing.append(use);
  return drawing;
}

const ICONS = { sent: "check", failed: "alert", lost: "alert" };

const MEGABYTE = 1024 * 1024;
/** Pieces begin at what nginx takes by itself, and follow the line and the server from there. */
const PIECES = { first: MEGABYTE, least: MEGABYTE / 16, most: 32 * MEGABYTE, quick: 4000 };
/** Milliseconds between two tries; every piece that arrives begins the row anew. */
const PATIENCE = [500, 1000, 3000, 5000, 10_000, 20_000];

/** The protocol's client, fetched once. A script of its own, so that a fetch that failed can be repeated. */
export function client(address) {
  client.loading ??= new Promise((resolve, reject) => {
    const nonce = document.querySelector("script[data-portal-script]")?.nonce ?? "";
    const script = Object.assign(document.createElement("script"), { src: address, nonce });
    script.addEventListener("load", () => resolve(window.tus));
    script.addEventListener("error", () => {
      client.loading = null;
      script.remove();
      reject(new Error(address));
    });
    document.head.append(script);
  });
  return client.loading;
}

/** One file on its way: its row in the list, and the upload. */
export class Sending {
  constructor(file, upload) {
    this.file = file;
    this.upload = upload;
    this.key = newKey();
    this.most = PIECES.most;
    this.row = element("li", "portal-sending");
    this.name = element("p", "portal-sending-name");
    this.name.append(Object.assign(document.createElement("bdi"), { textContent: file.name }));
    this.bar = element("progress", "portal-sending-bar");
    this.bar.max = 100;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", `${upload.dataset.textSending}: ${file.name}`);
    this.words = element("p", "portal-sending-words");
    this.buttons = element("div", "portal-sending-buttons");
    this.main = this.button(() => this.press());
    this.stop = this.button(() => this.cancel());
    this.row.append(this.name, this.buttons, this.bar, this.words);
    this.show("waiting", "");
  }

  button(act) {
    const made = element("button", "portal-sending-button");
    made.type = "button";
    made.addEventListener("click", act);
    this.buttons.append(made);
    return made;
  }

  label(button, text) {
    button.hidden = !text;
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${this.file.name}`);
  }

  show(state, words, main = "") {
    this.state = state;
    this.row.dataset.state = state;
    this.words.replaceChildren(...(ICONS[state] ? [icon(ICONS[state])] : []), words);
    this.label(this.main, main);
    const isUnderWay = ["waiting", "sending", "paused", "lost"].includes(state);
    this.label(this.stop, isUnderWay ? this.upload.dataset.textCancel : "");
  }

  press() {
    if (this.state === "sending") this.pause();
    else this.upload.send([this]);
    this.main.focus({ preventScroll: true });
  }

  pause() {
    const { textPaused, textResume } = this.upload.dataset;
    this.tus?.abort();
    this.show("paused", `${textPaused} ${this.upload.percent(this.bar.value)}`, textResume);
    this.upload.say(`${textPaused}: ${this.file.name}`);
    this.end();
  }

  cancel() {
    const { textCancelled } = this.upload.dataset;
    this.show("cancelled", textCancelled);
    // Told to the server, too; where it does not hear it, the upload ends by itself.
    this.tus?.abort(true).catch(() => {});
    this.upload.say(`${textCancelled}: ${this.file.name}`);
    this.upload.input.focus({ preventScroll: true });
    this.end();
  }

  fail(words, canRetry = false) {
    this.show("failed", words, canRetry ? this.upload.dataset.textRetry : "");
    this.upload.say(`${this.file.name}: ${words}`);
    this.end();
  }

  /** The line is gone: it goes on by itself when the browser has one again, or when asked to. */
  lose() {
    const { textLost, textRetry } = this.upload.dataset;
    this.show("lost", textLost, textRetry);
    this.upload.say(`${this.file.name}: ${textLost}`);
    this.end();
  }

  end() {
    this.ended?.();
  }

  /** What the server would say anyway, before a large file travels for nothing. */
  refusal() {
    const { textEmpty, textTooLarge, textKind, maxBytes } = this.upload.dataset;
    if (this.file.size === 0) return textEmpty;
    if (this.file.size > Number(maxBytes)) return textTooLarge;
    return this.upload.accepts(this.file) ? "" : textKind;
  }

  send() {
    const refusal = this.refusal();
    if (refusal) {
      this.fail(refusal);
      return Promise.resolve();
    }
    const { textSending, textPause } = this.upload.dataset;
    this.show("sending", textSending, textPause);
    return new Promise((resolve) => {
      this.ended = resolve;
      this.start().catch(() => this.state === "sending" && this.lose());
    });
  }

  async start() {
    const { Upload } = await client(this.upload.dataset.client);
    if (this.state !== "sending") return;
    if (!this.tus) {
      this.tus = new Upload(this.file, this.options());
      const [earlier] = await this.tus.findPreviousUploads();
      if (this.state !== "sending") return;
      if (earlier) this.tus.resumeFromPreviousUpload(earlier);
    }
    this.since = performance.now();
    this.tus.start();
  }

  options() {
    const { endpoint, item = "" } = this.upload.dataset;
    const { name, size, lastModified } = this.file;
    return {
      endpoint,
      metadata: { filename: name, key: this.key, ...(item && { item }) },
      headers: { Accept: "application/json", "X-CSRFToken": this.upload.token },
      chunkSize: PIECES.first,
      retryDelays: PATIENCE,
      fingerprint: async () => ["portal", endpoint, item, name, size, lastModified].join(" "),
      removeFingerprintOnSuccess: true,
      onShouldRetry: (error) => this.isWorthAnotherTry(error),
      onProgress: (sent, total) => this.progress(Math.floor((sent / total) * 100)),
      onChunkComplete: () => this.accepted(),
      onSuccess: () => this.succeed(),
      onError: (error) => this.answered(error),
    };
  }

  accepted() {
    const now = performance.now();
    const { options } = this.tus;
    if (now - this.since < PIECES.quick) {
      options.chunkSize = Math.min(options.chunkSize * 2, this.most);
    }
    this.since = now;
  }

  isWorthAnotherTry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const isPiece = error.originalRequest.getMethod() !== "POST";
    this.since = performance.now();
    if (status === 413 && !said(error) && this.tus.options.chunkSize > PIECES.least) {
      // Once: what was refused is not tried again with each second piece.
      this.most = this.tus.options.chunkSize /= 2;
      return true;
    }
    if ([405, 501].includes(status) && !this.tus.options.overridePatchMethod) {
      this.tus.options.overridePatchMethod = true;
      return true;
    }
    if (status === 0) return navigator.onLine;
    return status >= 500 || status === 423 || (status === 409 && isPiece);
  }

  progress(percent) {
    if (this.state !== "sending") return;
    this.bar.value = percent;
    this.words.textContent = `${this.upload.dataset.textSending} ${this.upload.percent(percent)}`;
  }

  succeed() {
    if (this.state === "cancelled") return;
    this.show("sent", this.upload.dataset.textSent);
    this.upload.say(`${this.file.name}: ${this.upload.dataset.textSent}`);
    this.end();
  }

  answered(error) {
    if (this.state !== "sending") return;
    const status = error.originalResponse?.getStatus() ?? 0;
    // Whose visit has ended comes back by the link, in another tab of the same browser.
    if (said(error)) this.fail(said(error), status === 404 || status >= 429);
    else if (status === 413) this.fail(this.upload.dataset.textTooLarge);
    else this.lose();
  }
}

/** The server's own sentence; none where a proxy answered in its place. */
function said(error) {
  try {
    return JSON.parse(error.originalResponse.getBody()).error ?? "";
  } catch {
    return "";
  }
}
