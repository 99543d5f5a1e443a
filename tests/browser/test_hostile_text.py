"""What customers type, in a browser: nothing of it runs, for customers and for staff."""

import pytest
from playwright.sync_api import expect

from portal_plugin.models import ChangeRequest, Comment
from portal_plugin.services import files, listing
from tests import factories, samples
from tests.admin import pages
from tests.portal.test_hostile_text import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Set by whatever runs of theirs; a dialog of the browser would set it, too.
HAS_RUN = """
window.alert = window.confirm = window.print = () => { window.hasRun = true };
document.addEventListener("securitypolicyviolation", (event) => {
  (window.violations ||= []).push(event.violatedDirective + " " + event.blockedURI);
});
"""


def said(document, link):
    """Everything hostile, in each place that a customer has for words."""
    for number, text in enumerate(HOSTILE):
        Comment.objects.create(document=document, link=link, text=text, author_name=text)
        if number % 6 == 0:
            name = f"a {text[:60]}.png"
            data = samples.png((4, number + 3))
            files.store(document, samples.upload(name, data), link=link, author_name=text)
    ChangeRequest.objects.create(
        document_id=document.pk, link=link, number=1, text=" ".join(HOSTILE), author_name=HOSTILE[0]
    )
    listing.refresh(document)


def assert_nothing_ran(page):
    assert page.evaluate("window.hasRun") is None
    assert page.evaluate("window.violations") is None
    assert page.locator("[onerror], [onload], [onfocus]").count() == 0


@pytest.fixture
def order():
    customer = factories.customer_factory(name=HOSTILE[8] + HOSTILE[3], company=HOSTILE[10])
    return factories.order_factory(items=1, customer=customer)


def test_on_the_page_and_in_its_dialogs(visit, order):
    said(order, factories.link_factory(order))
    page = visit(order)
    page.add_init_script(HAS_RUN)
    page.reload()
    for name in ("View / Add Comments", "Upload / Download Files", "Change Request"):
        page.get_by_role("link", name=name).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_nothing_ran(page)
        page.keyboard.press("Escape")
    assert page.trouble == []


def test_on_the_pages_of_staff(signed_in, site_server, order):
    said(order, factories.link_factory(order))
    page = signed_in(factories.user_factory())
    page.add_init_script(HAS_RUN)
    for address in (
        pages.overview(order),
        pages.url(type(order), "edit", order.pk),
        pages.url(type(order), "list"),
        pages.url(type(order), "history", order.pk),
        "/admin/",
    ):
        page.goto(site_server.url + address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.hasRun") is None, address
        assert page.locator("[onerror], [onload], [onfocus]").count() == 0
