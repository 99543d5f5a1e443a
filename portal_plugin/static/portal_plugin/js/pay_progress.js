/* How far a payment has come; in the payment dialog or in a page of its own. */

/** Milliseconds between two looks at a payment. From the fourth on the server asks Stripe. */
const PAUSES = [500, 800, 1200, 2500, 3000, 4000, 5000, 6000];
const LOOKS_BEFORE_ASKING = 3;

/** Looks until there is an end to it, or nobody can say more. ``dialog`` is the PayDialog it is in. */
export default async function follow(part, portal, dialog = null) {
  for (let step = 0; part.dataset.state === "open" && step < PAUSES.length; step += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSES[step]));
    if (!part.isConnected) return;
    const ask = part.querySelector("[data-portal-pay-ask]");
    const url = ask.getAttribute("action");
    const now = await looked(url, step < LOOKS_BEFORE_ASKING ? null : new FormData(ask));
    if (now === "open") continue;
    if (!dialog) return location.assign(url);
    dialog.changed();
    return dialog.go(url);
  }
  if (part.dataset.state !== "open") return;
  for (const name of ["early", "spinner"]) part.querySelector(`[data-portal-pay-${name}]`)?.setAttribute("hidden", "");
  for (const name of ["late", "clock"]) part.querySelector(`[data-portal-pay-${name}]`).removeAttribute("hidden");
  const title = part.parentElement.querySelector("h1, h2");
  if (title) title.textContent = part.dataset.textLate;
}

/** The payment's state; a look that does not get through is no news. */
async function looked(url, body) {
  try {
    const response = await fetch(url, { method: body ? "POST" : "GET", headers: { Accept: "application/json" }, body });
    return response.ok ? (await response.json()).state : "open";
  } catch {
    return "open";
  }
}
