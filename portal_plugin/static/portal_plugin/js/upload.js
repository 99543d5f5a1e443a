// The file field: drop, paste or choose; each file is sent by itself, with a bar of its own.
// Without this file the form sends all chosen files at once.

const FIELD = "files";

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

const ICONS = { sent: "check", failed: "alert" };

/** One file on its way: its row in the list, and the request. */
class Sending {
  constructor(file, upload) {
    this.file = file;
    this.upload = upload;
    this.key = newKey();
    this.row = element("li", "portal-sending");
    this.name = element("p", "portal-sending-name");
    this.name.append(Object.assign(document.createElement("bdi"), { textContent: file.name }));
    this.bar = element("progress", "portal-sending-bar");
    this.bar.max = 100;
    this.bar.setAttribute("aria-label", `${upload.dataset.textSending}: ${file.name}`);
    this.words = element("p", "portal-sending-words");
    this.button = element("button", "portal-sending-button");
    this.button.type = "button";
    this.button.addEventListener("click", () => this.press());
    this.row.append(this.name, this.button, this.bar, this.words);
    this.show("waiting", "", upload.dataset.textCancel);
  }

  show(state, words, button = "") {
    this.state = state;
    this.row.dataset.state = state;
    this.words.replaceChildren(...(ICONS[state] ? [icon(ICONS[state])] : []), words);
    this.button.hidden = !button;
    this.button.textContent = button;
    this.button.setAttribute("aria-label", `${button}: ${this.file.name}`);
  }

  press() {
    if (this.state === "failed") {
      this.upload.send([this]);
    } else if (this.state === "waiting" || this.state === "sending") {
      const request = this.request;
      this.show("cancelled", this.upload.dataset.textCancelled);
      request?.abort();
      this.upload.say(`${this.upload.dataset.textCancelled}: ${this.file.name}`);
    }
    this.upload.input.focus({ preventScroll: true });
  }

  fail(words, canRetry = false) {
    this.show("failed", words, canRetry ? this.upload.dataset.textRetry : "");
    this.upload.say(`${this.file.name}: ${words}`);
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
    this.show("sending", this.upload.dataset.textSending, this.upload.dataset.textCancel);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      this.request = request;
      request.open("POST", this.upload.form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => this.progress(event));
      request.addEventListener("load", () => this.answered(request));
      request.addEventListener("error", () => this.fail(this.upload.dataset.textLost, true));
      request.addEventListener("loadend", resolve);
      request.send(this.upload.dataFor(this));
    });
  }

  progress(event) {
    if (this.state !== "sending" || !event.lengthComputable) return;
    const percent = Math.round((event.loaded / event.total) * 100);
    this.bar.value = percent;
    this.words.textContent = `${this.upload.dataset.textSending} ${this.upload.percent(percent)}`;
  }

  answered(request) {
    let answer = {};
    try {
      answer = JSON.parse(request.responseText);
    } catch {
      // A proxy's page, not an answer of ours: the status says enough.
    }
    if (request.status >= 200 && request.status < 300) {
      this.show("sent", this.upload.dataset.textSent);
      this.upload.say(`${this.file.name}: ${this.upload.dataset.textSent}`);
      return;
    }
    const said = [answer.fields?.[FIELD] ?? answer.error ?? ""].flat().join(" ");
    if (said) this.fail(said, request.status >= 429);
    else if (request.status === 413) this.fail(this.upload.dataset.textTooLarge);
    else this.fail(this.upload.dataset.textLost, true);
  }
}

class PortalUpload extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.input = this.querySelector("input[type=file]");
    if (this.leaving || !this.form || !this.input) return;
    this.list = this.querySelector("[data-upload-list]");
    this.status = this.querySelector("[data-upload-status]");
    this.drop = this.querySelector("[data-upload-drop]");
    this.queue = [];
    this.dataset.ready = "";
    this.querySelector("[data-upload-script]").hidden = false;
    this.leaving = new AbortController();
    const options = { signal: this.leaving.signal };
    this.input.addEventListener("change", () => this.choose(), options);
    this.form.addEventListener("submit", (event) => this.submit(event), options);
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      this.drop.addEventListener(name, (event) => this.dragged(event), options);
    }
    document.addEventListener("paste", (event) => this.pasted(event), options);
    // Also after the dialog was closed: what is on its way goes on.
    window.addEventListener("beforeunload", (event) => this.warn(event));
    this.isInDialog = Boolean(this.closest("dialog"));
    this.setSubmitHidden();
  }

  disconnectedCallback() {
    this.leaving?.abort();
    this.leaving = null;
  }

  setSubmitHidden() {
    const submit = this.form.querySelector("[data-upload-submit]");
    if (submit) submit.hidden = true;
  }

  choose() {
    this.add(this.input.files);
    this.input.value = "";
  }

  submit(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    this.input.click();
  }

  dragged(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.drop.toggleAttribute("data-over", event.type === "dragenter" || event.type === "dragover");
    if (event.type === "drop") this.add(event.dataTransfer.files);
  }

  pasted(event) {
    const files = event.clipboardData?.files ?? [];
    if (files.length === 0 || event.target.closest?.("textarea, [contenteditable]")) return;
    event.preventDefault();
    this.add(files);
  }

  warn(event) {
    if (this.isBusy) event.preventDefault();
  }

  get isBusy() {
    return this.queue.some((one) => one.state === "waiting" || one.state === "sending");
  }

  accepts(file) {
    const kinds = this.input.accept.split(",");
    const extension = `.${file.name.split(".").pop()}`.toLowerCase();
    if (kinds.includes(extension)) return true;
    return [".png", ".jpg", ".jpeg", ".webp", ".pdf"].includes(extension);
  }

  percent(value) {
    const locale = this.closest("[lang]")?.lang || undefined;
    return new Intl.NumberFormat(locale, { style: "percent" }).format(value / 100);
  }

  dataFor(sending) {
    const data = new FormData(this.form);
    data.delete(FIELD);
    data.set("client_key", sending.key);
    data.append(FIELD, sending.file, sending.file.name);
    return data;
  }

  add(files) {
    const added = [...files].map((file) => new Sending(file, this));
    if (added.length === 0) return;
    this.queue.push(...added);
    this.list.hidden = false;
    this.list.append(...added.map((one) => one.row));
    this.send(added);
  }

  /** One after the other: on a phone two uploads at once only share one line. */
  send(added) {
    const work = async () => {
      for (const sending of added) {
        if (sending.state !== "cancelled") await sending.send();
      }
      if (added.some((one) => one.state === "sent")) await this.finished();
    };
    this.turn = (this.turn ?? Promise.resolve()).then(work);
  }

  async finished() {
    const finished = this.form.querySelector("[data-upload-finished]");
    if (finished) finished.hidden = false;
    // Behind a dialog lies the document's page, which lists the files, too.
    const page = this.isInDialog ? document.getElementById("portal")?.portal : null;
    await Promise.all([this.refreshFiles(), page?.refresh()]);
  }

  /** The list below, as the server sees it now. */
  async refreshFiles() {
    const old = this.form.parentElement?.querySelector("[data-upload-files]");
    if (!old) return;
    try {
      const answer = await fetch(this.form.action, { headers: { "X-Portal-Fragment": "1" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-upload-files]");
      if (answer.ok && fresh) old.replaceChildren(...fresh.childNodes);
    } catch {
      // The files are there; the list shows them when the page is opened again.
    }
  }

  /** For screen readers: several files may end within one second, and each is read out. */
  say(words) {
    this.status.append(element("p", "", words));
  }
}

customElements.define("portal-upload", PortalUpload);
