"""Pages about many rows ask the database as often for many as for few."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.models import Comment, Contact, Customer, InternalNote
from portal_plugin.services import payments, staging
from tests.counting import queries
from tests.factories import link_factory, order_factory
from tests.talking import write_thousands

from . import pages
from .test_bulk import address

pytestmark = pytest.mark.django_db

LISTS = [
    reverse("portal_admin:inbox"),
    reverse("portal_admin:to_explain"),
    reverse("wagtailsnippetchoosers_portal_plugin_customer:choose"),
    pages.url(Customer, "list"),
    "/admin/portal/payments/",
    "/admin/reports/portal-activity/",
    "/admin/reports/portal-links/",
]
ACTIONS = ["stage", "assign", "send", "remind", "paid", "pdfs", "cancel"]


def order_with_people():
    """Something for each page to show, all of it of this order."""
    order = order_factory(items=2)
    link = link_factory(order)
    Contact.objects.create(customer=order.customer, name="Kim", email=f"kim{order.pk}@example.org")
    Comment.objects.create(document_id=order.pk, link=link, text="When is it ready?")
    return order


def book(order):
    payments.record_offline(order, amount=Decimal(1), method="cash")


@pytest.fixture(scope="module")
def eight_orders(make_once):
    """Every second of them is cancelled."""

    def make():
        orders = [order_with_people() for _number in range(8)]
        for order in orders[1::2]:
            staging.cancel(order, "Too late")
        return orders

    return make_once(make)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_page_of_a_bulk_action(client, boss, eight_orders, action):
    name = f"portal-{action}"
    queries(client, address(name, eight_orders))
    of_all = queries(client, address(name, eight_orders))
    assert queries(client, address(name, eight_orders[:2])) == of_all


def test_pages_that_list(client, boss):
    book(order_with_people())
    for url in LISTS:
        queries(client, url)
    before = {url: queries(client, url) for url in LISTS}
    for _ in range(6):
        book(order_with_people())
    assert {url: queries(client, url) for url in LISTS} == before


def test_the_page_that_sends_to_many_people(client, boss):
    order = order_with_people()
    url = reverse("portal_admin:send", args=[order.pk])
    queries(client, url)
    before = queries(client, url)
    for number in range(6):
        Contact.objects.create(
            customer=order.customer, name=f"Kim {number}", email=f"k{number}@example.org"
        )
    assert queries(client, url) == before


def test_the_overview_of_many_items(client, boss):
    orders = [order_factory(items=items) for items in (2, 2, 12)]
    urls = [reverse("portal_admin:overview", args=[order.pk]) for order in orders]
    queries(client, urls[0])
    assert queries(client, urls[1]) == queries(client, urls[2])


def test_an_overview_of_thousands_of_messages_and_files_is_no_endless_page(client, boss):
    order = order_factory(items=2)
    link = link_factory(order)
    write_thousands(order, link, 10, 10)
    queries(client, pages.overview(order))
    before = queries(client, pages.overview(order))
    write_thousands(order, link)
    assert queries(client, pages.overview(order)) == before
    short = client.get(pages.overview(order))
    assert len(short.content) < 1_000_000
    assert len(short.context["said"]) == len(short.context["attachments"]) == 50
    assert short.context["said"][-1].text.startswith("Message 9999.")
    for words in ("Earlier messages", "Earlier files"):
        assert words in short.content.decode()


def test_earlier_messages_and_files_are_on_pages_of_their_own(client, boss):
    """In as many queries and as few bytes, however far back; the last page has what is left."""
    order = order_factory(items=2)
    write_thousands(order, link_factory(order), 300, 120)
    notes = [InternalNote(document_id=order.pk, text=f"Note {number}.") for number in range(20)]
    InternalNote.objects.bulk_create(notes)
    url = pages.overview(order)
    queries(client, f"{url}?skip=50")
    assert queries(client, f"{url}?skip=50") == queries(client, f"{url}?skip=300")
    seen, skip, sizes = [], 0, []
    while skip is not None:
        page = client.get(url, {"skip": skip})
        seen = [row.text for row in page.context["said"]] + seen
        sizes.append(len(page.context["said"]))
        skip = page.context["said_earlier"] or None
    assert sizes == [50] * 6 + [20]
    assert len(seen) == len(set(seen)) == 320
    assert seen[-20:] == [note.text for note in notes]
    last = client.get(url, {"files": 100})
    assert len(last.context["attachments"]) == 20
    assert "To the newest files" in last.content.decode()
    for nonsense in ("-1", "x", "99999999", "٣"):
        assert client.get(url, {"skip": nonsense, "files": nonsense}).status_code == 200
