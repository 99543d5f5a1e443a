/* Options and alternatives: what the total comes to with what is ticked. The server adds it up again. */

/** Amounts have at most four decimals; whole ten-thousandths add up without rounding. */
const FINEST = 10000;
const whole = (text) => Math.round(Number(text) * FINEST);

export default function choose(part, { lang, money }) {
  const boxes = [...part.querySelectorAll("[data-amount]")];
  const sum = part.closest("form").querySelector("[data-sum]");
  const { rest, text, currency } = part.dataset;

  function count() {
    const ticked = boxes.filter((box) => box.checked).map((box) => whole(box.dataset.amount));
    const total = ticked.reduce((sofar, one) => sofar + one, whole(rest)) / FINEST;
    sum.textContent = text.replace("%(amount)s", money(total, currency, lang));
  }

  part.addEventListener("change", count);
  count();
}
