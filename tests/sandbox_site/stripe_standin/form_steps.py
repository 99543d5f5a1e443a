"""What a customer does with the card form, and what is looked for on it."""

import pytest

from tests.looking import violations

FORM = 'iframe[title="Secure payment input frame"]'
CHALLENGE = 'iframe[title="3D Secure authentication"]'
GOOD = "4242424242424242"

both_widths = pytest.mark.parametrize("width", [360, 1280], ids=["phone", "desktop"])
#: Where room is scarce.
on_a_phone = pytest.mark.parametrize("width", [360], ids=["phone"])


def form(tab):
    return tab.frame_locator(FORM)


# A frame is part of a page, which has the heading and the landmarks.
OF_WHOLE_PAGES = ("landmark-one-main", "page-has-heading-one", "region")


def faults(page_or_frame, *without):
    options = {"rules": {rule: {"enabled": False} for rule in without}}
    return violations(page_or_frame, **options)


def type_card(tab, number=GOOD, expiry="12/40", cvc="123"):
    form(tab).get_by_label("Card number").fill(number)
    form(tab).get_by_label("Expiration date").fill(expiry)
    form(tab).get_by_label("Security code").fill(cvc)


def pay(tab):
    tab.get_by_role("button", name="Pay").click()


def result(tab):
    tab.wait_for_function(
        "!['', '…'].includes(document.getElementById('result').textContent)",
        polling=100,  # a picture of the page may not come on a busy machine
    )
    return tab.locator("#result").inner_text()


def outcome(tab):
    return tab.evaluate("said.outcome")


def press(tab, button):
    """With the mouse, at the place where the button is seen."""
    box = tab.frame_locator(CHALLENGE).locator(button).bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
