"""A search of 50,000 letters, pasted by mistake: an answer, whatever the list."""

import pytest
from django.urls import reverse

from portal_plugin.models import Customer, Estimate, Order
from tests.factories import order_factory

from . import pages

pytestmark = pytest.mark.django_db

LETTERS = "x" * 60_000


def addresses():
    return {
        "orders": pages.url(Order, "list"),
        "estimates": pages.url(Estimate, "list"),
        "customers": pages.url(Customer, "list"),
        "item templates": reverse("portal_item_templates:index"),
        "inbox": reverse("portal_admin:inbox"),
        "payments": "/admin/portal/payments/",
        "activity": "/admin/reports/portal-activity/",
        "direct links": "/admin/reports/portal-links/",
        "customer chooser": reverse(
            Customer.snippet_viewset.chooser_viewset.get_url_name("choose_results")
        ),
    }


@pytest.mark.parametrize(
    "place",
    [
        "orders",
        "estimates",
        "customers",
        "item templates",
        "inbox",
        "payments",
        "activity",
        "direct links",
        "customer chooser",
    ],
)
def test_it_finds_nothing_and_is_no_error(client, boss, place):
    order_factory()
    assert client.get(addresses()[place], {"q": LETTERS}).status_code == 200


def test_nor_is_the_filter_by_customer(client, boss):
    order_factory()
    assert client.get(pages.url(Order, "list"), {"customer": LETTERS}).status_code == 200


def test_nor_are_all_rows_of_the_list_in_bulk(client, boss):
    order_factory()
    address = reverse("wagtail_bulk_action", args=["portal_plugin", "customer", "delete"])
    query = {"id": "all", "q": LETTERS}
    assert client.get(address, query).status_code == 404  # what Wagtail says of no rows
