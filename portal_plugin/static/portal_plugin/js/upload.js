// The file field: drop, paste or choose; each file is sent by itself and in pieces, with a bar of its
// own, and goes on where it was after a lost line or a reload. Without this file the form sends all
// chosen files at once.

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
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
    window.addEventListener("online", () => this.goOn());
    this.isInDialog = Boolean(this.closest("dialog"));
    this.setSubmitHidden();
    this.loaded = import(new URL(this.dataset.sending, location.href));
    this.loaded.then(({ client }) => client(this.dataset.client).catch(() => {}), () => this.giveUp());
    // Chosen before this script had come: nobody was there to hear of it.
    if (this.input.files.length > 0) this.choose();
  }

  disconnectedCallback() {
    this.leaving?.abort();
    this.leaving = null;
  }

  setSubmitHidden(isHidden = true) {
    const submit = this.form.querySelector("[data-upload-submit]");
    if (submit) submit.hidden = isHidden;
  }

  /** What sends files piece by piece got lost on its way: the form sends them, as without scripts. */
  giveUp() {
    this.leaving?.abort();
    delete this.dataset.ready;
    this.querySelector("[data-upload-script]").hidden = true;
    this.setSubmitHidden(false);
  }

  putBack(files) {
    const list = new DataTransfer();
    for (const file of files) list.items.add(file);
    this.input.files = list.files;
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
    if (event.target.closest?.("textarea, input:not([type=file]), [contenteditable]")) return;
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    const isLink = files.length === 0 && /^https:\/\/\S+$/.test(text);
    if (files.length === 0 && !isLink) return;
    event.preventDefault();
    if (isLink) this.sendLink(text);
    else this.add(files);
  }

  /** The form for links, with the pasted one filled in; whether it leaves is the person's to say. */
  sendLink(url) {
    const found = new MutationObserver(() => {
      const field = document.querySelector('dialog input[name="url"]');
      if (!field) return;
      found.disconnect();
      field.value = url;
    });
    found.observe(document.body, { childList: true, subtree: true });
    setTimeout(() => found.disconnect(), 10_000);
    this.form.querySelector("[data-upload-link]")?.click();
  }

  goOn() {
    const lost = this.queue.filter((one) => one.state === "lost");
    if (lost.length > 0) this.send(lost);
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

  get token() {
    return this.form.elements.csrfmiddlewaretoken?.value ?? "";
  }

  async add(chosen) {
    // A copy: the browser empties its list as soon as the field is.
    const files = [...chosen];
    const { Sending } = await this.loaded.catch(() => ({}));
    if (!Sending) return this.putBack(files);
    const added = files.map((file) => new Sending(file, this));
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
        if (!["cancelled", "sending", "sent"].includes(sending.state)) await sending.send();
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
      if (!answer.ok || !fresh) return;
      old.replaceChildren(...fresh.childNodes);
      old.dispatchEvent(new CustomEvent("portal:arrived", { bubbles: true }));
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
