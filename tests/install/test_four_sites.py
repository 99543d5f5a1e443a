"""The page and its dialogs inside bases that fight with it: nothing of the site shows through."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal_plugin.models import PortalSettings
from portal_plugin.services import answering, previews, proofs
from tests import factories, samples
from tests.looking import violations, wait_until_still
from tests.paying import FEES

from .blocks import block

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BASES = Path(__file__).parent / "bases"
BRAND = "rgb(15, 118, 110)"
SITES = ["fresh", "reboot", "preflight", "dark"]
SIZES = ["phone", "desktop"]


@pytest.fixture
def use_base(settings, tmp_path):
    """``use_base(name)`` makes it the site's base template. The dark one has other block names,
    which are mapped as the README says."""

    def use_base(name):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(BASES / f"{name}.html", folder / "layout.html")
        mapping = block("README.md", "Make it yours", "django")
        (folder / "portal_layout.html").write_text(mapping)
        template = "portal_layout.html" if name == "dark" else "layout.html"
        ours = {"BASE_TEMPLATE": template, "STRICT_CSP": False}
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **ours}
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder]}]

    return use_base


@pytest.fixture
def site_base(request, use_base):
    use_base(request.param)
    return request.param


@pytest.fixture
def estimate(transactional_db):
    """Three items, one of them with a proof, in the shop's colour."""
    estimate = factories.estimate_factory(items=3)
    PortalSettings.objects.update(brand_colour="#0f766e")
    key = estimate.lines[0].key
    proofs.add_proof_version(estimate, key, samples.upload(), wording="Fresh bread")
    proofs.send_now(estimate, None)
    previews.drain()
    return estimate


@pytest.fixture
def page(site_base, estimate, size, visit):
    return visit(estimate, size)


def _check_controls(dialog):
    submit = dialog.get_by_role("button", name="Submit Approval")
    assert style(submit, "backgroundColor") == BRAND
    assert style(submit, "textTransform") == "none"
    assert submit.bounding_box()["height"] >= 44
    tick = dialog.get_by_label("I have read and accept the Approval Terms")
    assert tick.bounding_box()["width"] == pytest.approx(24, abs=1)
    picture = dialog.locator("img").first
    assert style(picture, "borderTopLeftRadius") == "0px"
    wording = dialog.locator("q").first
    quote = wording.evaluate("node => getComputedStyle(node, '::before').content")
    assert quote == "open-quote"


#: The dialogs, and what else is asked of one of them.
DIALOGS = {
    "Approve: A1 poster": _check_controls,
    "Approve Multiple Items": None,
    "Decline: A1 poster": None,
    "View / Add Comments": None,
    "Upload / Download Files": None,
    "Change Request": None,
}

in_every_site = pytest.mark.parametrize(
    ("site_base", "size"), [(s, z) for s in SITES for z in SIZES], indirect=["site_base"]
)


def style(locator, name):
    return locator.evaluate(f"node => getComputedStyle(node)['{name}']")


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
    wait_until_still(page)
    return dialog


@in_every_site
def test_page_and_dialogs(page, site_base):
    """In one test: a page of its own for each question took longer than asking."""
    assert page.locator("nav, .bar").count() or site_base == "fresh"
    assert fits(page) is True
    assert violations(page) == []
    assert page.trouble == []
    _check_primary_button(page)
    for name, check in DIALOGS.items():
        dialog = open_dialog(page, name)
        box = dialog.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= page.viewport_size["width"]
        assert fits(page) is True, name
        assert violations(page) == [], name
        ground = "rgb(17, 17, 17)" if site_base == "dark" else "rgb(255, 255, 255)"
        assert style(dialog, "backgroundColor") == ground, name
        if check:
            check(dialog)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


def _check_primary_button(page):
    primary = page.locator("[data-portal-primary] .portal-button")
    assert style(primary, "backgroundColor") == BRAND
    assert style(primary, "color") == "rgb(255, 255, 255)"
    assert style(primary, "textTransform") == "none"
    assert style(primary, "textDecorationLine") == "none"


#: What a site's rules for bare elements change most. Elements are compared one by one.
LOOKS = """() => {
  const names = ["textTransform", "letterSpacing", "fontStyle", "fontWeight", "textAlign", "float",
    "borderTopWidth", "borderBottomWidth", "borderInlineStartWidth", "listStyleType", "display",
    "borderTopLeftRadius", "paddingTop", "paddingInlineStart", "marginTop", "marginBottom",
    "textDecorationLine", "whiteSpace", "position", "opacity"];
  const skipped = "svg, svg *, [hidden], [type=hidden], .portal-root, dialog";
  return [...document.querySelectorAll("#portal *")].filter((node) => !node.matches(skipped))
    .map((node) => {
      const style = getComputedStyle(node);
      const isClear = style.backgroundColor === "rgba(0, 0, 0, 0)";
      const values = names.map((name) => `${name}: ${style[name]}`);
      return [`${node.tagName}.${node.className}`, ...values, `clear: ${isClear}`];
    });
}"""
#: Drawn by the browser, and as the site's colour scheme wants it.
NATIVE = {"INPUT.portal-box", "INPUT.portal-pay-radio", "OPTION."}


in_hostile_sites = pytest.mark.parametrize("site", ["reboot", "preflight", "dark"])


def differences(plain, dressed):
    assert [one[0] for one in plain] == [one[0] for one in dressed]
    assert len(plain) > 20
    return {
        (one[0], before, after)
        for one, other in zip(plain, dressed, strict=True)
        for before, after in zip(one[1:], other[1:], strict=True)
        if before != after and one[0] not in NATIVE
    }


@in_hostile_sites
def test_nothing_of_the_site_shows_through(site, use_base, estimate, visit):
    def looks(name):
        use_base(name)
        page = visit(estimate)
        open_dialog(page, "Approve Multiple Items")
        return page.evaluate(LOOKS)

    assert differences(looks("fresh"), looks(site)) == set()


@pytest.fixture
def orders(transactional_db):
    """One that is decided and to be paid, with a message; one that waits, and asks for much."""
    factories.site_factory(method_fees=FEES, takes_other_amounts=True, lets_invite=True)
    decided = factories.order_factory(items=2)
    factories.approve(decided)
    answering.reply(decided, "We will use the brass screws.", factories.user_factory())
    waiting = factories.order_factory(items=1, asks_signature="yes", asks_purchase_order="yes")
    return decided, waiting


#: The pages of the one that is decided, and of the one that waits.
PAGES = (
    ("", "a/pay/", "a/comment/", "a/upload/", "a/invite/", "a/send_link/"),
    ("", "a/approve/{key}/", "a/decline/{key}/", "a/decline_all/", "a/change_request/"),
)


@in_hostile_sites
def test_nor_on_the_pages_without_scripts(site, use_base, visit, orders):
    def looks(name):
        use_base(name)
        seen = []
        for order, tails in zip(orders, PAGES, strict=True):
            page = visit(order, scripts=False)
            start = page.url
            for tail in tails:
                page.goto(start + tail.format(key=order.lines[0].key))
                seen += page.evaluate(LOOKS)
        page.goto(start.partition("d/")[0] + "how-it-works/en/")
        return seen + page.evaluate(LOOKS)

    assert differences(looks("fresh"), looks(site)) == set()
