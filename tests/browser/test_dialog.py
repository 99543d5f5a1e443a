"""What the dialog promises: nothing typed is lost, nothing is sent twice, the focus comes back."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Comment, Decision, DirectLink
from portal_plugin.money import format_money
from tests import factories

LOST = "This did not get through."


def opener(tab, name):
    return tab.get_by_role("link", name=re.compile(f"^{name}")).first


def comments(tab):
    opener(tab, "View . Add Comments").click()
    return tab.get_by_role("dialog")


@pytest.fixture
def tab(visit):
    return visit(factories.estimate_factory(items=2))


def test_what_was_typed_survives_closing(tab):
    dialog = comments(tab)
    dialog.get_by_label("Your comment").fill("Half a thought")
    tab.keyboard.press("Escape")
    expect(dialog.get_by_text("You have not sent this yet.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep writing")).to_be_focused()
    dialog.get_by_role("button", name=re.compile("^Close and keep")).click()
    expect(dialog).not_to_be_visible()
    expect(comments(tab).get_by_label("Your comment")).to_have_value("Half a thought")


def test_what_is_on_its_way_is_not_called_unsent(tab):
    dialog = comments(tab)
    dialog.get_by_label("Your comment").fill("On its way")
    held = []
    tab.route("**/a/comment/", lambda route: held.append(route))
    dialog.get_by_role("button", name="Send comment").click()
    expect(dialog.get_by_role("button", name="One moment")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("You have not sent this yet.")).to_be_hidden()
    held[0].continue_()
    expect(dialog.get_by_role("heading")).to_contain_text("was sent")


def test_an_untouched_dialog_closes_at_once_and_gives_the_focus_back(tab):
    dialog = comments(tab)
    expect(dialog.get_by_role("heading", name="Comments")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(opener(tab, "View . Add Comments")).to_be_focused()


def test_a_click_beside_the_dialog_closes_it(tab):
    dialog = comments(tab)
    expect(dialog).to_be_visible()
    tab.mouse.click(5, 5)
    expect(dialog).not_to_be_visible()


def test_without_a_connection_the_text_stays_and_can_be_sent_again(tab):
    dialog = comments(tab)
    dialog.get_by_label("Your comment").fill("In the tunnel")
    tab.context.set_offline(True)
    dialog.get_by_role("button", name="Send comment").click()
    expect(dialog.get_by_role("alert")).to_contain_text(LOST)
    expect(dialog.get_by_label("Your comment")).to_have_value("In the tunnel")
    tab.context.set_offline(False)
    held = []
    tab.route("**/a/comment/", lambda route: held.append(route))
    dialog.get_by_role("button", name="Send comment").click()
    expect(dialog.get_by_role("button", name="One moment")).to_be_visible()
    expect(dialog.get_by_text(LOST)).to_have_count(0)
    held[0].continue_()
    expect(dialog.get_by_role("heading")).to_contain_text("was sent")
    assert Comment.objects.get().text == "In the tunnel"


def test_a_dialog_that_could_not_be_opened_offers_to_try_again(tab):
    tab.context.set_offline(True)
    dialog = comments(tab)
    expect(dialog.get_by_role("heading")).to_contain_text("could not be opened")
    tab.context.set_offline(False)
    dialog.get_by_role("link", name="Try again").click()
    expect(dialog.get_by_label("Your comment")).to_be_visible()


def test_a_double_click_sends_once(tab):
    dialog = comments(tab)
    dialog.get_by_label("Your comment").fill("Only once")
    dialog.get_by_role("button", name="Send comment").dblclick()
    expect(dialog.get_by_role("heading")).to_contain_text("was sent")
    assert Comment.objects.count() == 1


def test_a_refusal_goes_to_the_field_and_is_read_out(tab):
    opener(tab, "Approve: A1 poster").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Submit Approval").click()
    expect(dialog.get_by_label("I have read and accept")).to_be_focused()
    expect(dialog.locator("[data-portal-status]")).to_contain_text("tick the box")
    assert not Decision.objects.exists()


def test_after_an_approval_the_page_behind_is_fresh_and_the_focus_at_its_item(tab):
    opener(tab, "Approve: A1 poster").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("I have read and accept").check()
    held = []
    tab.route(re.compile("/d/[^/]+/$"), lambda route: held.append(route))
    dialog.get_by_role("button", name="Submit Approval").click()
    expect(dialog.locator("[data-portal-status]")).to_contain_text("is approved")
    dialog.get_by_role("link", name="Back to the document").click()
    expect(dialog).not_to_be_visible()
    page = tab.locator("#portal-page")
    expect(page).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(tab.get_by_text("Waiting for you: 1 item", exact=True)).to_be_visible()
    expect(page).not_to_have_attribute("aria-busy", "true")
    item = tab.get_by_role("listitem").filter(has=tab.get_by_role("heading", name="A1 poster"))
    expect(item).to_be_focused()
    assert tab.trouble == []


def test_ticks_count_and_add_up(tab):
    opener(tab, "Approve Multiple Items").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_text("0 of 2 · €0.00")).to_be_visible()
    dialog.get_by_label(re.compile("^A2 poster")).check()
    expect(dialog.get_by_text("1 of 2 · €119.00")).to_be_visible()
    dialog.get_by_label("Select all").check()
    expect(dialog.get_by_text("2 of 2 · €238.00")).to_be_visible()


def test_scripts_write_amounts_as_the_server_does(tab):
    for amount, currency, language in (
        (1234.5, "EUR", "de"),
        (5, "KWD", "ar"),
        (5, "KWD", "en"),
        (5, "DKK", "da"),
    ):
        script = "(sum) => document.getElementById('portal').portal.money(...sum)"
        shown = tab.evaluate(script, [amount, currency, language])
        assert shown == format_money(Decimal(amount), currency, language)


def test_a_scanner_that_only_loads_has_not_seen_it(visit, tab):
    tab.wait_for_timeout(1500)
    assert DirectLink.objects.get().last_seen_at is None
    with tab.expect_response(re.compile("/seen/$")) as seen:
        tab.mouse.click(300, 300)
    assert seen.value.status == 204
    assert DirectLink.objects.get().last_seen_at is not None


@pytest.mark.parametrize("width", [320, 360, 640, 1280])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_scrolls_sideways(visit, width, language):
    items = [factories.line_item(1, name="Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 2)]
    items.append(factories.line_item(2))
    tab = visit(factories.estimate_factory(items=items, language=language))
    tab.set_viewport_size({"width": width, "height": 740})
    for url in ("", "a/approve_multiple/", "a/upload/"):
        tab.goto(re.sub(r"(/d/[^/]+/).*", r"\1", tab.url) + url)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(wide) <= 0, url


def test_letters_of_twice_the_size_scroll_nothing_sideways(visit):
    tab = visit(factories.estimate_factory(items=1, language="de"), "phone")
    tab.evaluate("document.documentElement.style.fontSize = '200%'")
    assert tab.get_by_text("Wartet auf Freigabe").first.bounding_box()["height"] > 60
    portal = tab.locator("#portal")
    assert portal.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_an_address_in_arabic_stands_where_the_words_of_other_fields_do(visit):
    tab = visit(factories.estimate_factory(items=2, language="ar"), "phone")
    tab.goto(f"{tab.url}a/approve_multiple/")
    assert tab.locator("[name=email]").evaluate("one => getComputedStyle(one).textAlign") == "right"


def test_a_finger_finds_every_target(visit):
    tab = visit(factories.estimate_factory(items=2), "phone")
    small = tab.evaluate(
        """[...document.querySelectorAll("#portal-page a, #portal-page button, .portal-bar a")]
            .filter((one) => one.checkVisibility() && !one.closest(".portal-text, .portal-file"))
            .filter((one) => one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML)"""
    )
    assert small == []


def test_the_bar_of_phones_steps_aside_for_the_button_it_repeats(visit):
    tab = visit(factories.estimate_factory(items=4), "phone")
    bar = tab.locator("[data-portal-bar]")
    tab.locator("[data-portal-primary]").scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    tab.get_by_role("heading", name="Messages").scroll_into_view_if_needed()
    expect(bar).to_be_visible()


#: A keyboard on the screen: the part that is seen becomes smaller, and the window does not.
KEYBOARD = """height => {
  Object.defineProperty(visualViewport, "height", { value: innerHeight - height });
  visualViewport.dispatchEvent(new Event("resize"));
}"""
#: The field that has the focus, if something lies over its middle.
COVERED = """limit => {
  const field = document.activeElement;
  const box = field.getBoundingClientRect();
  const middle = (box.top + box.bottom) / 2;
  const seen = document.elementFromPoint((box.left + box.right) / 2, middle);
  return middle < limit && field.contains(seen) ? null : field.outerHTML.slice(0, 160);
}"""


def covered_on_the_way(tab, steps):
    """What got the focus and stayed covered, after the time that scrolling takes."""
    found = []
    for _step in range(steps):
        tab.keyboard.press("Tab")
        for _look in range(10):
            if not (covered := tab.evaluate(COVERED, 640)):
                break
            tab.wait_for_timeout(100)
        found.append(covered)
    return [one for one in found if one]


def test_the_dialog_stands_above_the_keyboard_of_a_phone(visit):
    tab = visit(factories.estimate_factory(items=2), "phone")
    tab.set_viewport_size({"width": 360, "height": 640})
    opener(tab, "Change Request: A1 poster").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("What should be different?").focus()
    tab.evaluate(KEYBOARD, 300)
    tab.wait_for_timeout(300)  # it rises into its place
    box = dialog.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] == pytest.approx(340, abs=1)
    assert tab.evaluate(COVERED, 340) is None


def test_what_the_keys_reach_is_not_left_below_the_button(visit):
    tab = visit(factories.estimate_factory(items=4), "phone")
    tab.set_viewport_size({"width": 360, "height": 640})
    opener(tab, "Approve Multiple Items").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Submit Approvals")).to_be_visible()
    tab.wait_for_timeout(300)
    assert covered_on_the_way(tab, 9) == []


def test_amounts_of_many_digits_stay_in_their_card(visit):
    item = factories.line_item(quantity=1200, unit_price=Decimal("123456.78"))
    tab = visit(factories.estimate_factory(items=[item]), "phone")
    outside = tab.evaluate(
        """() => {
          const card = document.querySelector(".portal-totals").getBoundingClientRect();
          return [...document.querySelectorAll(".portal-totals .portal-money")]
            .filter((one) => one.getBoundingClientRect().right > card.right - 8).length;
        }"""
    )
    assert outside == 0


def test_a_dialog_takes_the_colour_behind_the_page_however_it_is_written(tab):
    tab.add_init_script(
        """new MutationObserver(() => {
          const portal = document.getElementById("portal");
          if (portal) portal.style.backgroundColor = "oklch(0.2 0.02 250)";
        }).observe(document, { childList: true, subtree: true });"""
    )
    tab.reload()
    colour = comments(tab).evaluate("node => getComputedStyle(node).backgroundColor")
    assert colour == "oklch(0.2 0.02 250)"


def test_what_the_keys_reach_is_not_left_below_the_bar_of_phones(visit):
    tab = visit(factories.estimate_factory(items=4), "phone")
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.wait_for_timeout(300)
    tab.get_by_role("heading", level=1).evaluate("node => { node.tabIndex = -1; node.focus() }")
    assert covered_on_the_way(tab, 20) == []


def test_of_several_things_that_are_missing_the_first_has_the_focus(tab):
    opener(tab, "Approve Multiple Items").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Submit Approvals").click()
    missing = dialog.locator(".portal-error")
    expect(missing).to_have_count(2)
    expect(missing.first).to_have_text("Tick at least one item.")
    expect(missing.first).to_be_focused()
    expect(missing.first).to_be_in_viewport()
    dialog.get_by_label(re.compile("^A2 poster")).check()
    expect(missing).to_have_count(1)


def test_why_the_tick_is_asked_for_is_read_whole_above_the_button(visit):
    tab = visit(factories.estimate_factory(items=1), "phone")
    for height in range(440, 720, 40):
        tab.set_viewport_size({"width": 360, "height": height})
        tab.reload()
        opener(tab, "Approve").click()
        dialog = tab.get_by_role("dialog")
        dialog.get_by_role("button", name="Submit Approval").click()
        expect(dialog.get_by_role("checkbox")).to_be_focused()
        assert dialog.locator(".portal-error").evaluate(
            """node => {
              const { x, bottom } = node.getBoundingClientRect();
              return node.contains(document.elementFromPoint(x + 40, bottom - 2));
            }"""
        ), height
