"""Going back never leads to a page that was true once and can still be acted on."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.services import links
from tests import factories

#: A page that the browser kept whole in memory comes back with this event and asks nobody.
CAME_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=1)


def leave_and_come_back(tab):
    tab.get_by_role("link", name="How this works").first.click()
    tab.wait_for_url("**/how-it-works/**")
    tab.go_back()
    tab.wait_for_url("**/d/**")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stopped_link_shows_nothing_of_the_document(visit, estimate, scripts):
    link = factories.link_factory(estimate)
    tab = visit(estimate, link=link, scripts=scripts)
    expect(tab.get_by_text("A1 poster").first).to_be_visible()
    links.revoke(link)
    leave_and_come_back(tab)
    expect(tab.get_by_text("A1 poster")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_approved_elsewhere_cannot_be_approved_again(visit, estimate, scripts):
    tab = visit(estimate, scripts=scripts)
    approve = tab.get_by_role("link", name=re.compile("^Approve"))
    expect(approve.first).to_be_visible()
    factories.approve(estimate)
    leave_and_come_back(tab)
    expect(approve).to_have_count(0)


def test_a_page_out_of_the_browsers_memory_is_asked_for_again(visit, estimate):
    link = factories.link_factory(estimate)
    tab = visit(estimate, link=link)
    expect(tab.get_by_text("A1 poster").first).to_be_visible()
    links.revoke(link)
    with tab.expect_navigation():
        tab.evaluate(CAME_BACK)
    expect(tab.get_by_text("A1 poster")).to_have_count(0)


def test_a_form_that_was_sent_is_not_there_to_be_sent_again(visit, estimate):
    """Without scripts the form is a page of its own, and Back leads to it."""
    tab = visit(estimate, scripts=False)
    tab.get_by_role("link", name=re.compile("^Approve")).first.click()
    tab.get_by_role("checkbox").first.check()
    tab.get_by_role("button", name="Submit Approval").click()
    tab.wait_for_url("**/d/*/?done=**")
    tab.go_back()
    expect(tab.get_by_role("button", name="Submit Approval")).to_have_count(0)
