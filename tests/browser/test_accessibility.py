"""axe on every page of the customer and on every open dialog: no violation."""

import re

import pytest
from playwright.sync_api import expect

from portal_plugin.models import Comment
from portal_plugin.services import pdfs
from tests import factories
from tests.looking import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DIALOGS = [
    "Approve: A1 poster",
    "Decline: A1 poster",
    "Approve Multiple Items",
    "View . Add Comments",
    "Upload . Download Files",
    "Change Request",
]


@pytest.mark.parametrize(("size", "language"), [("phone", "ar"), ("desktop", "en")])
def test_the_page_and_its_dialogs(visit, size, language):
    estimate = factories.estimate_factory(items=2, language=language)
    Comment.objects.create(document_id=estimate.pk, text="Hello")
    page = visit(estimate, size)
    assert violations(page) == []
    for opener in page.locator("#portal [aria-haspopup=dialog]:visible").all()[:8]:
        opener.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        assert violations(page) == [], opener
        page.keyboard.press("Escape")
        expect(dialog).not_to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_pages_around_it(visit, site_server, size):
    order = factories.order_factory(items=2)
    pdfs.drain()
    page = visit(order, size)
    here = page.url
    tails = [
        "a/approve_multiple/",
        "a/comment/",
        "a/upload/",
        "a/change_request/",
        "pdf/",
        "print/",
    ]
    paths = [here + tail for tail in tails]
    paths += [f"{site_server.url}/portal/{tail}" for tail in ("l/", "l/wrong/", "how-it-works/en/")]
    for path in paths:
        page.goto(path)
        assert violations(page) == [], path


def test_a_paid_order_and_its_messages(visit):
    order = factories.order_factory(items=1)
    page = visit(order)
    page.get_by_role("link", name=re.compile("^Change Request")).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Submit Change Request").click()
    expect(dialog.get_by_text("Write what should be different.").first).to_be_visible()
    assert violations(page) == []
