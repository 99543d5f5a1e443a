"""What a customer does with the card form, and what is looked for on it."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

FORM = 'iframe[title="Secure payment input frame"]'
CHALLENGE = 'iframe[title="3D Secure authentication"]'
GOOD = "4242424242424242"

both_widths = pytest.mark.parametrize("width", [360, 1280], ids=["phone", "desktop"])
needs_chromium = pytest.mark.skipif(
    not os.path.exists("/usr/bin/chromium"), reason="needs Chromium"
)


def form(tab):
    return tab.frame_locator(FORM)


# A frame is part of a page, which has the heading and the landmarks.
OF_WHOLE_PAGES = ("landmark-one-main", "page-has-heading-one", "region")


def faults(page_or_frame, *without):
    options = {"rules": {rule: {"enabled": False} for rule in without}}
    found = Axe().run(page_or_frame, options=options)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]


def type_card(tab, number=GOOD, expiry="12/40", cvc="123"):
    form(tab).get_by_label("Card number").fill(number)
    form(tab).get_by_label("Expiration date").fill(expiry)
    form(tab).get_by_label("Security code").fill(cvc)


def pay(tab):
    tab.get_by_role("button", name="Pay").click()


def result(tab):
    tab.wait_for_function("!['', '…'].includes(document.getElementById('result').textContent)")
    return tab.locator("#result").inner_text()


def outcome(tab):
    return tab.evaluate("said.outcome")


def press(tab, button):
    """With the mouse, at the place where the button is seen."""
    box = tab.frame_locator(CHALLENGE).locator(button).bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
