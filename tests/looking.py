"""What axe finds wrong on a page that stands still."""

from axe_playwright_python.sync_playwright import Axe

#: What a part's own script adds is there, and styled. Colours fade and dialogs rise: they are at
#: their end at once. What turns or creeps goes on.
STILL = """async () => {
  const parts = [...document.querySelectorAll("[data-portal-module]")];
  await Promise.all(parts.map((part) => import(new URL(part.dataset.portalModule, location.href))));
  const styles = [...document.querySelectorAll("link[rel=stylesheet]")].filter((one) => !one.sheet);
  await Promise.all(styles.map((one) => new Promise((done) => one.addEventListener("load", done))));
  document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < 1000)
    .forEach((one) => one.finish());
}"""
AXE = Axe().axe_script
#: Collecting what is well took longer than looking.
ONLY_FAULTS = {"resultTypes": ["violations"]}
LOOK = "async (options) => (await axe.run(options)).violations"


def wait_until_still(page):
    page.evaluate(STILL)


def violations(page, **options):
    """One line for each fault. ``options`` are axe's own; ``page`` may be a frame."""
    wait_until_still(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(LOOK, ONLY_FAULTS | options)
    return [
        f"{one['id']}: {node['target']} {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"]
    ]
