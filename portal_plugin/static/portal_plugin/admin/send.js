// The email beside the form follows what is typed. Nothing is saved by looking.

const PAUSE = 500;
const form = document.querySelector("[data-portal-send]");
const frame = document.querySelector("[data-portal-email]");

let timer;
let latest = 0;

const refresh = async () => {
  const turn = ++latest;
  const response = await fetch(form.dataset.previewUrl, {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
  });
  if (response.ok && turn === latest) {
    frame.srcdoc = await response.text();
  }
};

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
});
