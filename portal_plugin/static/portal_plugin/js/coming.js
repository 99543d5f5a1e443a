/* What the server is still at work on comes by itself: a receipt's PDF, the picture of a proof. Without
   this script the sentence that stands in its place says to reload. */

/** Before each look: most of it is ready at once, the rest waits for a busy server. */
const SECONDS = [1, 2, 4, 8, 15, 30, 60];

export default async function coming(part, portal) {
  for (const seconds of SECONDS) {
    await new Promise((done) => setTimeout(done, seconds * 1000));
    if (!part.isConnected) return;
    const there = document.hidden ? null : await lookFor(part);
    if (!there) continue;
    const around = part.parentElement;
    part.replaceWith(there);
    portal.arrived(around);
    portal.announce(there.textContent.trim() || there.querySelector("img")?.alt);
    return;
  }
}

/** What stands in its place on the page of now; null while that is the same sentence. */
async function lookFor({ dataset }) {
  try {
    const answer = await fetch(location.href);
    const page = Object.assign(document.createElement("template"), { innerHTML: await answer.text() });
    const found = page.content.querySelector(`[data-portal-coming="${CSS.escape(dataset.portalComing)}"]`);
    return found && !found.dataset.portalModule ? document.adoptNode(found) : null;
  } catch {
    return null;
  }
}
