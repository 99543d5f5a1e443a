"""The customer does each of the seven things: phone and desk, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Attachment, ChangeRequest, Comment, Decision, Order
from portal_plugin.services import pdfs
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Each two of scheme, size and script meet.
WAYS = [
    pytest.param("http", "desktop", True, id="desktop"),
    pytest.param("http", "phone", False, id="phone without scripts"),
    pytest.param("https", "phone", True, id="phone over https"),
    pytest.param("https", "desktop", False, id="desktop over https without scripts"),
]
every_way = pytest.mark.parametrize(
    ("site_server", "size", "scripts"), WAYS, indirect=["site_server"]
)


def form(page, scripts):
    """The open dialog, or the page that stands for it."""
    return page.get_by_role("dialog") if scripts else page.locator("main").last


def open_action(page, name, scripts):
    """By the start of the button's accessible name."""
    page.get_by_role("link", name=re.compile(f"^{re.escape(name)}".replace("/", "."))).first.click()
    return form(page, scripts)


def no_trouble(page):
    assert page.trouble == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


@every_way
def test_approve_one_item(visit, size, scripts):
    estimate = factories.estimate_factory(items=2)
    page = visit(estimate, size, scripts)
    shown = open_action(page, "Approve: A1 poster", scripts)
    expect(shown.get_by_text(factories.TERMS)).to_be_visible()
    box = shown.get_by_label("I have read and accept the Approval Terms")
    expect(box).not_to_be_checked()
    box.check()
    shown.get_by_role("button", name="Submit Approval").click()
    expect(page.get_by_text("“A1 poster” is approved").first).to_be_visible()
    assert Decision.objects.get().verdict == "approve"
    if scripts:
        no_trouble(page)


@every_way
def test_approve_several_items_and_get_an_order(visit, size, scripts):
    estimate = factories.estimate_factory(items=3)
    page = visit(estimate, size, scripts)
    shown = open_action(page, "Approve Multiple Items", scripts)
    for name in ("A1 poster", "A2 poster", "A3 poster"):
        shown.get_by_label(re.compile(name)).check()
    shown.get_by_label("I have read and accept the Approval Terms").check()
    shown.get_by_role("button", name="Submit Approvals").click()
    expect(page.get_by_text("This is now order").first).to_be_visible()
    order = Order.objects.get()
    if scripts:
        page.get_by_role("link", name=re.compile("order|document", re.I)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.number)


@every_way
def test_decline_with_a_reason(visit, size, scripts):
    page = visit(factories.estimate_factory(items=2), size, scripts)
    shown = open_action(page, "Decline: A1 poster", scripts)
    shown.get_by_label(re.compile("say why")).fill("Too big")
    shown.get_by_role("button", name="Decline this item").click()
    expect(page.get_by_text("You declined “A1 poster”").first).to_be_visible()
    assert Decision.objects.get().reason == "Too big"


@every_way
def test_comment(visit, size, scripts):
    page = visit(factories.estimate_factory(items=1), size, scripts)
    shown = open_action(page, "View / Add Comments", scripts)
    shown.get_by_label("Your comment").fill("When do you deliver?")
    shown.get_by_role("button", name="Send comment").click()
    expect(page.get_by_text("Your comment was sent").first).to_be_visible()
    assert Comment.objects.get().text == "When do you deliver?"


@every_way
def test_ask_for_a_change_and_take_it_back(visit, size, scripts):
    page = visit(factories.estimate_factory(items=1), size, scripts)
    shown = open_action(page, "Change Request", scripts)
    shown.get_by_label("What should be different?").fill("Darker red")
    shown.get_by_role("button", name="Submit Change Request").click()
    expect(page.get_by_text("Change request 1 was sent").first).to_be_visible()
    assert ChangeRequest.objects.get().text == "Darker red"
    page.goto(page.url)
    shown = open_action(page, "Withdraw", scripts)
    shown.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("is withdrawn").first).to_be_visible()
    assert ChangeRequest.objects.get().state == "withdrawn"


@every_way
def test_upload_a_file_and_get_it_back(visit, size, scripts, tmp_path):
    artwork = tmp_path / "logo.svg"
    artwork.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    page = visit(factories.estimate_factory(items=1), size, scripts)
    shown = open_action(page, "Upload / Download Files", scripts)
    shown.locator("input[type=file]").set_input_files(artwork)
    if scripts:
        expect(shown.get_by_role("log")).to_contain_text("logo.svg: Sent", timeout=20_000)
    else:
        shown.get_by_role("button", name="Upload").click()
        expect(page.get_by_text("Your file was sent to the shop.").first).to_be_visible()
    assert Attachment.objects.get().name == "logo.svg"
    page.goto(page.url.partition("/a/")[0].partition("?")[0])
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("logo.svg")).first.click()
    assert download.value.suggested_filename == "logo.svg"


@every_way
def test_open_the_pdf(visit, size, scripts):
    estimate = factories.estimate_factory(items=2)
    pdfs.drain()
    page = visit(estimate, size, scripts)
    page.get_by_role("link", name=re.compile("PDF Estimate")).first.click()
    expect(page.get_by_role("link", name=re.compile("Download"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).click()
    assert download.value.suggested_filename.endswith(".pdf")
    with open(download.value.path(), "rb") as file:
        assert file.read(5) == b"%PDF-"


def test_an_empty_change_request_keeps_what_was_said_and_says_what_is_missing(visit):
    page = visit(factories.estimate_factory(items=1), "phone")
    shown = open_action(page, "Change Request", True)
    shown.get_by_role("button", name="Submit Change Request").click()
    expect(shown.get_by_text("Write what should be different.").first).to_be_visible()
    assert not ChangeRequest.objects.exists()


def test_focus_goes_into_the_dialog_and_back(visit):
    page = visit(factories.estimate_factory(items=1))
    opener = page.get_by_role("link", name="Approve: A1 poster").last
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(opener).to_be_focused()


def test_a_sum_that_a_script_shows_is_written_as_on_the_page(visit):
    """Browsers end the sign of the Kuwaiti dinar with a dot that no other amount has."""
    estimate = factories.estimate_factory(items=2, language="ar", currency="KWD")
    page = visit(estimate)
    page.locator("#portal a[href='a/approve_multiple/']:visible").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[data-all] input").check()
    total = page.locator(".portal-totals").inner_text()
    shown = dialog.locator("[data-sum]").inner_text().rpartition("·")[2]
    plain = re.sub(r"[\u200e\u200f\u061c\u2066-\u2069]|\s", "", shown)
    assert plain.endswith("د.ك")
    assert plain in re.sub(r"[\u200e\u200f\u061c\u2066-\u2069]|\s", "", total)
