"""Fees that customers paid, where staff see and refund them, and where bookkeepers count them."""

from decimal import Decimal

import pytest

from portal_plugin.models import LedgerEntry
from tests.factories import order_factory

from . import pages
from .test_bookkeeping_report import day, export, order, read
from .test_refunding import place, said, value

pytestmark = pytest.mark.django_db


def paid(document, amount="122.23", fee="3.23", **values):
    columns = {
        "kind": "payment",
        "currency": "EUR",
        "method": "Visa •••• 4242",
        "occurred_at": day(5),
        "amount": Decimal(amount),
        "surcharge": Decimal(fee),
    }
    return LedgerEntry.objects.create(document=document, **columns | values)


def test_the_overview_says_what_of_a_payment_is_the_fee(client, boss):
    document = order_factory(items=1)
    paid(document)
    html = said(client.get(pages.overview(document)))
    assert "€122.23" in html
    assert "€3.23 of it is the fee" in html


def test_the_refund_page_says_that_the_fee_goes_back_with_the_last(client, boss):
    entry = paid(order_factory(items=1))
    response = client.get(place(entry))
    assert value(response, "amount") == "122.23"
    assert "€3.23 of it is the fee that was paid on top." in said(response)


@pytest.mark.parametrize(
    ("amount", "unpaid"), [("19", "€19.00"), ("122.23", "€119.00"), ("120", "€119.00")]
)
def test_the_second_look_says_what_is_unpaid_then(client, boss, amount, unpaid):
    entry = paid(order_factory(items=1))
    data = {
        "how": "outside",
        "method": "Cash",
        "amount": amount,
        "reason": "Late",
        "owed": "yes",
        "key": "7b4ac9a7-9bb5-4a6e-8d5c-0f0a3b8a5b11",
        "step": "look",
    }
    assert f"Then {unpaid} of the order is unpaid" in said(client.post(place(entry), data))


def test_a_payment_without_a_fee_says_nothing_of_one(client, boss):
    entry = paid(order_factory(items=1), "119", "0")
    assert "the fee" not in said(client.get(place(entry)))
    assert "is the fee" not in said(client.get(pages.overview(entry.document)))


def test_the_export_has_it_in_a_column_and_reckons_no_tax_on_it(client, boss):
    document = order()
    paid(document, fee="3.23")
    headings, row = read(export(client))
    found = dict(zip(headings, row, strict=True))
    assert (found["Amount"], found["Of it, fee paid by the customer"]) == ("122.23", "3.23")
    assert found["Tax in it"] == "19.00"
    headings, row = read(export(client, "orders"))
    found = dict(zip(headings, row, strict=True))
    assert found["Paid"] == "119.00"
