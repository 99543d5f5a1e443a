/* Several items to tick: select all, and what is ticked as a count and a sum. */

/** Amounts have at most four decimals; whole ten-thousandths add up without rounding. */
const FINEST = 10000;

export default function choices(part, { lang, money }) {
  const boxes = [...part.querySelectorAll("input[name=items]")];
  const all = part.querySelector("[data-all]");
  const sum = part.closest("form").querySelector("[data-sum]");

  function count() {
    const ticked = boxes.filter((box) => box.checked);
    const parts = ticked.map((box) => Math.round(Number(box.dataset.amount) * FINEST));
    const total = parts.reduce((sofar, one) => sofar + one, 0) / FINEST;
    sum.textContent = part.dataset.text
      .replace("%(count)s", ticked.length)
      .replace("%(total)s", boxes.length)
      .replace("%(amount)s", money(total, part.dataset.currency, lang));
    const box = all.querySelector("input");
    box.checked = ticked.length === boxes.length;
    box.indeterminate = ticked.length > 0 && !box.checked;
    if (ticked.length) part.querySelector(".portal-error")?.remove();
  }

  all.hidden = false;
  part.addEventListener("change", (event) => {
    if (all.contains(event.target)) for (const box of boxes) box.checked = event.target.checked;
    count();
  });
  count();
}
