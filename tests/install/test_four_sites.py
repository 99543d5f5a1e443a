"""The page and its dialogs inside bases that fight with it: nothing of the site shows through."""

import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from portal_plugin.models import PortalSettings
from portal_plugin.services import previews, proofs
from tests import factories, samples

from .blocks import block

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BASES = Path(__file__).parent / "bases"
BRAND = "rgb(15, 118, 110)"
SITES = ["fresh", "reboot", "preflight", "dark"]
SIZES = ["phone", "desktop"]
DIALOGS = [
    "Approve: A1 poster",
    "Approve Multiple Items",
    "Decline: A1 poster",
    "View / Add Comments",
    "Upload / Download Files",
    "Change Request",
]


@pytest.fixture
def site_base(request, settings, tmp_path):
    """The site's base template; the dark one has other block names, mapped as the README says."""
    name = request.param
    shutil.copy(BASES / f"{name}.html", tmp_path / "layout.html")
    mapping = block("README.md", "Make it yours", "django")
    (tmp_path / "portal_layout.html").write_text(mapping)
    template = "portal_layout.html" if name == "dark" else "layout.html"
    settings.PORTAL_PLUGIN = {
        **settings.PORTAL_PLUGIN,
        "BASE_TEMPLATE": template,
        "STRICT_CSP": False,
    }
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    return name


@pytest.fixture
def page(site_base, size, visit):
    """An estimate of three items, one of them with a proof, in the shop's colour."""
    estimate = factories.estimate_factory(items=3)
    PortalSettings.objects.update(brand_colour="#0f766e")
    key = estimate.lines[0].key
    proofs.add_proof_version(estimate, key, samples.upload(), wording="Fresh bread")
    proofs.send_now(estimate, None)
    previews.drain()
    return visit(estimate, size)


in_every_site = pytest.mark.parametrize(
    ("site_base", "size"), [(s, z) for s in SITES for z in SIZES], indirect=["site_base"]
)


def style(locator, name):
    return locator.evaluate(f"node => getComputedStyle(node)['{name}']")


def violations(page):
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {n['html'][:200]} {n['failureSummary']}"
        for one in found
        for n in one["nodes"]
    ]


def fits(page):
    """Nothing scrolls sideways, and nothing of the portal is cut off at the side."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const wide = [...document.querySelectorAll("#portal *")].filter((node) => {
            const box = node.getBoundingClientRect();
            return box.width > 1 && (box.right > width + 1 || box.left < -1);
          });
          return document.documentElement.scrollWidth <= width && !wide.length
            || wide.map((node) => node.outerHTML.slice(0, 200)).join("\\n") || "scrolls";
        }"""
    )


def open_dialog(page, name):
    starts = re.compile("^" + re.escape(name).replace("/", "."))
    page.get_by_role("link", name=starts).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("form")).to_be_visible()
    page.wait_for_timeout(300)
    return dialog


@in_every_site
def test_page(page, site_base):
    assert page.locator("nav, .bar").count() or site_base == "fresh"
    assert fits(page) is True
    assert violations(page) == []
    assert page.trouble == []


@in_every_site
def test_dialogs(page, size):
    for name in DIALOGS:
        dialog = open_dialog(page, name)
        box = dialog.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert fits(page) is True, name
        assert violations(page) == [], name
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


@in_every_site
def test_controls_keep_their_look(page):
    primary = page.locator("[data-portal-primary] .portal-button")
    assert style(primary, "backgroundColor") == BRAND
    assert style(primary, "color") == "rgb(255, 255, 255)"
    assert style(primary, "textTransform") == "none"
    assert style(primary, "textDecorationLine") == "none"
    dialog = open_dialog(page, "Approve: A1 poster")
    submit = dialog.get_by_role("button", name="Submit Approval")
    assert style(submit, "backgroundColor") == BRAND
    assert style(submit, "textTransform") == "none"
    assert submit.bounding_box()["height"] >= 44
    tick = dialog.get_by_label("I have read and accept the Approval Terms")
    assert tick.bounding_box()["width"] == pytest.approx(24, abs=1)
    picture = dialog.locator("img").first
    assert style(picture, "borderTopLeftRadius") == "0px"


@in_every_site
def test_dialog_is_as_light_or_dark_as_the_page(page, site_base):
    dialog = open_dialog(page, "View / Add Comments")
    wanted = "rgb(17, 17, 17)" if site_base == "dark" else "rgb(255, 255, 255)"
    assert style(dialog, "backgroundColor") == wanted
