"""Pages about many rows ask the database as often for many as for few."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.models import Comment, Contact
from portal_plugin.services import payments, staging
from tests.counting import queries
from tests.factories import link_factory, order_factory

from . import pages
from .test_bulk import address

pytestmark = pytest.mark.django_db

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


@pytest.mark.parametrize("action", ACTIONS)
def test_the_page_of_a_bulk_action(client, boss, action):
    orders = [order_with_people(), order_with_people()]
    staging.cancel(orders[1], "Too late")
    name = f"portal-{action}"
    queries(client, address(name, orders))
    before = queries(client, address(name, orders))
    for count in range(6):
        orders.append(order_with_people())
        if count % 2:
            staging.cancel(orders[-1], "Too late")
    assert queries(client, address(name, orders)) == before


@pytest.mark.parametrize(
    "name",
    [
        "portal_admin:inbox",
        "portal_admin:to_explain",
        "wagtailsnippetchoosers_portal_plugin_customer:choose",
    ],
)
def test_a_page_that_lists(client, boss, name):
    order_with_people()
    queries(client, reverse(name))
    before = queries(client, reverse(name))
    for _ in range(6):
        order_with_people()
    assert queries(client, reverse(name)) == before


@pytest.mark.parametrize(
    "path", ["portal/payments", "reports/portal-activity", "reports/portal-links"]
)
def test_a_register(client, boss, path):
    url = f"/admin/{path}/"
    book(order_with_people())
    queries(client, url)
    before = queries(client, url)
    for _ in range(6):
        book(order_with_people())
    assert queries(client, url) == before


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


def test_the_list_of_customers(client, boss):
    order = order_with_people()
    url = pages.url(type(order.customer), "list")
    queries(client, url)
    before = queries(client, url)
    for _ in range(6):
        order_with_people()
    assert queries(client, url) == before


def test_the_overview_of_many_items(client, boss):
    orders = [order_factory(items=items) for items in (2, 2, 12)]
    urls = [reverse("portal_admin:overview", args=[order.pk]) for order in orders]
    queries(client, urls[0])
    assert queries(client, urls[1]) == queries(client, urls[2])
