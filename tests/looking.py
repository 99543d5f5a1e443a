"""What axe finds wrong on a page that stands still."""

from axe_playwright_python.sync_playwright import Axe

#: Colours fade and dialogs rise; what turns or creeps for longer is not waited for.
STILL = """() => Promise.allSettled(
  document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < 1000)
    .map((one) => one.finished)
)"""
AXE = Axe()
#: Collecting what is well took longer than looking.
ONLY_FAULTS = {"resultTypes": ["violations"]}


def wait_until_still(page):
    page.evaluate(STILL)


def violations(page, **options):
    """One line for each fault. ``options`` are axe's own; ``page`` may be a frame."""
    wait_until_still(page)
    found = AXE.run(page, options=ONLY_FAULTS | options).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"]
    ]
