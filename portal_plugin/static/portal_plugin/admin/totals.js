// The totals follow what is typed. The server adds up; while something is no number the last good
// totals stay, with a sentence that says what is wrong.

const PAUSE = 400;
const strip = document.querySelector("[data-portal-totals]");
const form = strip?.closest("form");
const sums = strip?.querySelector("[data-portal-totals-sums]");
const problem = strip?.querySelector("[data-portal-totals-problem]");

let timer;
let latest = 0;

const refresh = async () => {
  const turn = ++latest;
  let response;
  try {
    response = await fetch(strip.dataset.url, {
      method: "POST",
      body: new FormData(form),
      credentials: "same-origin",
    });
  } catch {
    return; // no network: the next change asks again
  }
  const text = await response.text();
  if (turn !== latest) return;
  strip.toggleAttribute("data-is-behind", !response.ok);
  if (response.ok) {
    // A screen reader reads what changed, and nothing where nothing did.
    if (sums.innerHTML.trim() !== text.trim()) sums.innerHTML = text;
    problem.textContent = "";
  } else if (response.status === 422) {
    problem.textContent = text;
  }
};

const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
};

for (const event of ["input", "change", "w-formset:added", "w-formset:removed"]) {
  form?.addEventListener(event, soon);
}
if (strip?.hasAttribute("data-is-typed")) soon();
