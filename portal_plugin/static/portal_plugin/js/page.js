/* What the page does besides its dialog: times of the reader's own zone, the bar of phones, the colour
   behind dialogs, links to pay and to look closely, and one word to the shop that a person is here.
   Whoever comes back to it sees it as it is now. */

const root = document.getElementById("portal");
const visit = document.querySelector("[data-portal-visit]");

/** Times come in the shop's zone; here they are told in the reader's. */
function localTimes(where) {
  const format = new Intl.DateTimeFormat(root.lang, { dateStyle: "medium", timeStyle: "short", numberingSystem: "latn" });
  for (const time of where.querySelectorAll("time[data-local]")) {
    time.textContent = format.format(new Date(time.dateTime));
    delete time.dataset.local;
  }
}

/** The bar repeats the page's one button, and steps aside while that one is in view. */
const watch = new IntersectionObserver(([entry]) => {
  root.querySelector("[data-portal-bar]")?.toggleAttribute("data-away", entry.isIntersecting);
});

function watchButton() {
  watch.disconnect();
  const button = root.querySelector("[data-portal-primary]");
  if (button) watch.observe(button);
}

/** Dialogs and the bar lie over the page, so they need its colour; a picture behind it has none. */
function readSurface() {
  for (let node = root; node; node = node.parentElement) {
    const { backgroundColor, backgroundImage } = getComputedStyle(node);
    if (backgroundImage !== "none") return;
    if (!/^rgba|\/|^transparent/.test(backgroundColor)) {
      root.style.setProperty("--portal-surface", backgroundColor);
      root.style.setProperty("--portal-ink", getComputedStyle(root).color);
      return;
    }
  }
}

/** Mail scanners open links; only people press, type or scroll a page that is in view. */
function tellWhenSeen() {
  const signs = ["pointerdown", "keydown", "scroll"];
  const once = () => {
    if (document.visibilityState !== "visible") return;
    for (const sign of signs) removeEventListener(sign, once, true);
    const body = new URLSearchParams({ csrfmiddlewaretoken: visit.dataset.token });
    fetch(visit.dataset.seen, { method: "POST", body, keepalive: true }).catch(() => {});
  };
  for (const sign of signs) addEventListener(sign, once, { capture: true, passive: true });
}

/** Two kinds of links open something of their own; where its script is away they are followed. */
const openers = {
  pay: async (link, { payModule, payStyle }) => {
    root.portal.style(payStyle);
    const module = await import(new URL(payModule, location.href));
    await root.portal.close();
    await module.open(link, root.portal);
  },
  zoom: async (link, { zoomModule }) => {
    const module = await import(new URL(zoomModule, location.href));
    root.portal.show(module.look(link), link.href, link);
  },
};

async function openOther(event) {
  const link = event.target.closest("[data-portal-opens=pay], [data-portal-zoom]");
  const isSpecial = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || isSpecial || !root.portal) return;
  event.preventDefault();
  try {
    await openers["portalZoom" in link.dataset ? "zoom" : "pay"](link, root.dataset);
  } catch (error) {
    console.warn("Following the link instead", error);
    location.assign(link.href);
  }
}

/** Some browsers keep a page whole for going back, whatever its headers say: what it shows may be
    over by then, or not this reader's any more. */
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

if (root) {
  root.addEventListener("click", openOther);
  root.addEventListener("portal:arrived", (event) => {
    localTimes(event.target);
    watchButton();
  });
  localTimes(root);
  watchButton();
  readSurface();
  if (!document.querySelector("main, [role=main]")) root.setAttribute("role", "main");
  // Later than the browser's own scrolling back to where the reader was.
  if (visit) addEventListener("load", () => setTimeout(tellWhenSeen, 800));
}
