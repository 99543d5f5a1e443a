"""Answers that come late, or from somebody else: nothing that is typed or shown goes with them."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.test_dialog import comments, opener

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tab(visit):
    return visit(factories.estimate_factory(items=2))


def held_at(tab, address):
    held = []
    tab.route(address, lambda route: held.append(route))
    return held


def test_a_form_that_opens_late_does_not_take_the_place_of_the_one_that_was_asked_for_after(tab):
    held = held_at(tab, "**/a/change_request/")
    opener(tab, "Change Request").click()
    dialog = comments(tab)
    dialog.get_by_label("Your comment").fill("Half a thought")
    with tab.expect_response("**/a/change_request/"):
        held[0].continue_()
    tab.wait_for_timeout(100)
    expect(dialog.get_by_label("Your comment")).to_have_value("Half a thought")


def test_an_answer_to_a_form_that_was_closed_loses_nothing_of_the_next(tab):
    held = held_at(tab, "**/a/approve/**")
    opener(tab, "Approve: A1 poster").click()
    tab.wait_for_timeout(50)
    held.pop().continue_()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_label("I have read and accept").check()
    dialog.get_by_role("button", name="Submit Approval").click()
    expect(dialog.get_by_role("button", name="One moment")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    comments(tab).get_by_label("Your comment").fill("Half a thought")
    held.pop().continue_()
    expect(dialog.get_by_role("heading")).to_contain_text("is approved")
    dialog.get_by_role("link", name="Back to the document").click()
    expect(tab.get_by_text("Waiting for you: 1 item", exact=True)).to_be_visible()
    expect(comments(tab).get_by_label("Your comment")).to_have_value("Half a thought")


def test_a_proxys_answer_does_not_empty_the_page_behind(tab):
    dialog = comments(tab)
    dialog.get_by_label("Your comment").fill("All of it is there")
    broken = {"status": 502, "content_type": "text/html", "body": "<h1>Bad Gateway</h1>"}
    tab.route(re.compile("/d/[^/]+/$"), lambda route: route.fulfill(**broken))
    with tab.expect_response(re.compile("/d/[^/]+/$")):
        dialog.get_by_role("button", name="Send comment").click()
    dialog.get_by_role("link", name="Back to the document").click()
    expect(tab.locator("#portal-page")).not_to_have_attribute("aria-busy", "true")
    expect(tab.get_by_role("heading", name="A1 poster")).to_be_visible()
