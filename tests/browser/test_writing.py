"""Staff write an estimate in the admin: totals follow, an item is copied, a proof is dropped."""

import base64
import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Estimate, PortalSettings, ProofVersion
from tests import factories, samples

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

DROP = """([target, names, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const files = new DataTransfer();
  for (const name of names) files.items.add(new File([bytes], name, { type: "image/png" }));
  const carries = { bubbles: true, cancelable: true, dataTransfer: files };
  const event = (kind) => new DragEvent(kind, carries);
  document.querySelector(target).dispatchEvent(event("dragover"));
  document.querySelector(target).dispatchEvent(event("drop"));
}"""


@pytest.fixture
def admin(signed_in):
    return signed_in(factories.user_factory())


def test_an_estimate_is_written(admin, site_server):
    document = factories.estimate_factory(items=2, published=False)
    second = document.lines[1].key  # before the page's own saving writes rows between
    admin.goto(f"{site_server.url}/admin/snippets/portal_plugin/estimate/edit/{document.pk}/")
    totals = admin.get_by_role("region", name="Totals")
    expect(totals).to_contain_text("€238.00")

    admin.locator("[name=line_items-0-quantity]").fill("3")
    expect(totals).to_contain_text("€297.50")
    admin.locator("[name=line_items-0-quantity]").fill("-3")
    expect(totals).to_contain_text("A1 poster, Quantity")
    expect(totals).to_contain_text("€297.50")
    admin.locator("[name=line_items-0-quantity]").fill("2")
    expect(totals).not_to_contain_text("Quantity")

    admin.locator("#inline_child_line_items-0").get_by_text("Copy this item").click()
    copy = admin.locator("[name=line_items-2-name]")
    expect(copy).to_have_value("A1 poster")
    expect(copy).to_be_focused()
    expect(admin.locator("[name=line_items-2-key]")).to_have_value(re.compile("^[0-9a-f-]{36}$"))
    orders = "[name$='-ORDER']"
    places = admin.eval_on_selector_all(orders, "all => all.map((each) => each.name + each.value)")
    assert places == [f"line_items-{row}-ORDER{place}" for place, row in enumerate((0, 2, 1), 1)]
    expect(totals).to_contain_text("€357.00")

    data = base64.b64encode(samples.png()).decode()
    admin.evaluate(DROP, ["#inline_child_line_items-1", ["front.png"], data])
    dialog = admin.get_by_role("dialog", name=re.compile("A2 poster"))
    dialog.get_by_label("The exact text on it, letter by letter").fill("BAKERY")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(admin.locator("#inline_child_line_items-1")).to_contain_text("Goes out with the next")
    expect(dialog).to_have_count(0)
    version = ProofVersion.objects.get()
    assert (version.wording, version.proof.item_key) == ("BAKERY", second)

    admin.wait_for_timeout(700)  # the page saves itself half a second after the last change
    admin.wait_for_load_state("networkidle")
    admin.get_by_role("tab", name="Items").focus()
    admin.keyboard.press("Control+s")
    admin.wait_for_timeout(100)
    expect(admin.locator(".messages")).to_contain_text("updated")
    saved = Estimate.objects.get().get_latest_revision_as_object()
    assert [item.name for item in saved.lines] == ["A1 poster", "A1 poster", "A2 poster"]
    assert len({item.key for item in saved.lines}) == 3
    assert not admin.trouble


def test_each_of_several_files_dropped_at_once_is_asked_about_and_counted(admin, site_server):
    document = factories.estimate_factory(items=1, published=False)
    admin.goto(f"{site_server.url}/admin/snippets/portal_plugin/estimate/edit/{document.pk}/")
    row = admin.locator("#inline_child_line_items-0")
    expect(row).to_be_visible()
    data = base64.b64encode(samples.png()).decode()
    admin.evaluate(DROP, ["#inline_child_line_items-0", ["front.png", "back.png"], data])
    for place, label in enumerate(("front", "back"), start=1):
        dialog = admin.get_by_role("dialog")
        expect(dialog.get_by_label("File", exact=True)).to_have_value(re.compile(f"{label}.png"))
        expect(dialog).to_contain_text(f"File {place} of 2")
        expect(dialog.get_by_label("What it shows")).to_be_focused()
        dialog.get_by_label("What it shows").fill(label)
        dialog.get_by_role("button", name="Add", exact=True).click()
        expect(row).to_contain_text(f"{label} · version 1")
    expect(admin.get_by_role("dialog")).to_have_count(0)
    expect(row).to_contain_text("Proofs and files (2)")
    assert not admin.trouble


def test_a_file_that_is_on_its_way_and_not_wanted_any_more_is_not_added(admin, site_server):
    document = factories.estimate_factory(items=1, published=False)
    admin.goto(f"{site_server.url}/admin/snippets/portal_plugin/estimate/edit/{document.pk}/")
    expect(admin.locator("#inline_child_line_items-0")).to_be_visible()
    admin.route("**/files/", lambda route: None)  # an answer that does not come
    data = base64.b64encode(samples.png()).decode()
    admin.evaluate(DROP, ["#inline_child_line_items-0", ["front.png"], data])
    dialog = admin.get_by_role("dialog")
    with admin.expect_event("requestfailed", lambda request: request.url.endswith("/files/")):
        dialog.get_by_role("button", name="Add", exact=True).click()
        dialog.get_by_role("button", name="Do not add").click()
    expect(dialog).to_have_count(0)


def test_what_is_folded_away_is_drawn_when_it_is_opened(admin, site_server):
    document = factories.estimate_factory(items=2, published=False)
    admin.goto(f"{site_server.url}/admin/snippets/portal_plugin/estimate/edit/{document.pk}/")
    totals = admin.get_by_role("region", name="Totals")
    expect(totals).to_contain_text("€238.00")
    selected = admin.locator("[name=line_items-0-is_selected]")
    expect(selected).to_have_attribute("type", "hidden")

    row = admin.locator("#inline_child_line_items-0")
    row.get_by_text("Discount, tax and options of this item").click()
    expect(selected).to_have_attribute("type", "checkbox")
    expect(selected).to_be_checked()
    expect(admin.locator("[name=line_items-0-is_optional]")).not_to_be_checked()
    row.get_by_label("Discount (%)").fill("50")
    expect(totals).to_contain_text("€178.50")

    admin.locator("#inline_child_line_items-1").get_by_text("Copy this item").click()
    expect(admin.locator("[name=line_items-2-is_selected]")).to_be_checked()
    expect(admin.locator("[name=line_items-2-discount_percent]")).to_have_value("0")
    assert not admin.trouble


def test_instalments_are_written_without_a_complaint_of_the_browser(admin, site_server):
    document = factories.estimate_factory(items=1, published=False)
    PortalSettings.objects.filter(site=document.site).update(takes_instalments=True)
    admin.on("console", lambda said: admin.trouble.append(said.text) if said.type == "error" else 0)
    admin.goto(f"{site_server.url}/admin/snippets/portal_plugin/estimate/edit/{document.pk}/")
    admin.get_by_role("tab", name="Money").click()
    admin.get_by_text("Instalments", exact=True).first.click()
    expect(admin.locator("#instalments-root")).to_be_visible()
    admin.locator("#instalments-root .c-sf-add-button").first.click()
    admin.locator("[name=instalments-0-value-percent]").fill("30")
    assert not admin.trouble


def test_so_are_fees(admin, site_server):
    site = factories.site_factory(method_fees=[{"method": "card", "percent": "2", "fixed": "0"}])
    admin.on("console", lambda said: admin.trouble.append(said.text) if said.type == "error" else 0)
    admin.goto(f"{site_server.url}/admin/settings/portal_plugin/portalsettings/{site.pk}/")
    admin.get_by_role("tab", name="Money").click()
    row = admin.locator("[name=method_fees-0-value-percent]")
    expect(row).to_have_value("2")
    admin.locator("#method_fees-root .c-sf-add-button").first.evaluate("button => button.click()")
    expect(admin.locator("[name=method_fees-count]")).to_have_value("2")
    assert not admin.trouble


def test_a_list_that_comes_late_does_not_hide_what_was_added(admin, site_server):
    document = factories.estimate_factory(items=1, published=False)
    waiting = []

    def hold_back(route):
        waiting.append(route) if route.request.method == "GET" else route.continue_()

    admin.route("**/items/*/files/", hold_back)
    admin.goto(f"{site_server.url}/admin/snippets/portal_plugin/estimate/edit/{document.pk}/")
    row = admin.locator("#inline_child_line_items-0")
    row.get_by_text("Proofs and files").click()
    row.get_by_role("button", name="Add a proof or a file").click()
    dialog = admin.get_by_role("dialog")
    proof = {"name": "front.png", "mimeType": "image/png", "buffer": samples.png()}
    dialog.get_by_label("File", exact=True).set_input_files(proof)
    dialog.get_by_label("The exact text on it").fill("BAKERY")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(row).to_contain_text("Goes out with the next")

    (late,) = waiting
    with admin.expect_response("**/items/*/files/"):
        late.fulfill(content_type="text/html", body="<p>Nothing here yet.</p>")
    admin.wait_for_timeout(200)
    expect(row).to_contain_text("Goes out with the next")
    assert not admin.trouble
