"""One document, one total: on the page, on paper, in an email, at Stripe and in the export."""

import html
import random
from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.admin import bookkeeping
from portal_plugin.gateways import stripe
from portal_plugin.models import Order
from portal_plugin.money import cash_unit, format_money
from portal_plugin.services import mail_rendering, notifications, paper
from portal_plugin.services.presentation import document_view
from portal_plugin.services.presentation.document import _total_rows
from tests.factories import line_item, link_factory, order_factory

pytestmark = pytest.mark.django_db
CURRENCIES = ["EUR", "JPY", "KWD", "CHF", "ISK"]


def some_order(seed):
    """Any discounts, rates, kinds of tax and roundings."""
    chance = random.Random(seed)
    currency = CURRENCIES[seed % len(CURRENCIES)]

    def number(most, places):
        return Decimal(chance.randint(0, most * 10**places)).scaleb(-places)

    items = []
    for position in range(chance.randint(1, 6)):
        category = chance.choice(["S", "S", "S", "AE", "Z"])
        items.append(
            line_item(
                position,
                quantity=number(50, 2),
                unit_price=number(400, 3),
                discount_percent=number(60, 1),
                discount_amount=number(5, 2),
                tax_category=category,
                tax_rate=Decimal(chance.choice(["7", "19", "8.875"])) if category == "S" else 0,
                price_includes_tax=chance.random() < 0.4,
            )
        )
    return order_factory(
        items,
        currency=currency,
        discount_percent=number(20, 1),
        shipping_amount=number(30, 2),
        shipping_tax_rate=Decimal(19),
        deposit_percent=number(50, 1),
        rounding_unit=cash_unit(currency) if chance.random() < 0.5 else 0,
    )


def read(client, document):
    url = reverse("portal_plugin:document", args=[document.public_id])
    return html.unescape(client.get(url).content.decode())


@pytest.mark.parametrize("seed", range(15))
def test_everything_that_shows_a_document_shows_one_total(seed, client, enter):
    order = some_order(seed)
    link = link_factory(order)
    total = order.totals.total
    shown = format_money(total, order.currency, "en")
    enter(order, link)
    assert f"{shown}</bdi>" in read(client, order)
    assert shown in html.unescape(paper.page(document_view(order)))
    email = notifications.shop_acted(order, "version")[0]
    letter = mail_rendering.render(email, url="https://shop.example/portal/l/secret/")
    assert shown in html.unescape(letter.text)
    exported = Order.objects.with_paid().get(pk=order.pk)
    assert bookkeeping.value_of(exported, "total") == total == order.current_version.total
    if stripe.can_charge(total, order.currency):
        assert (
            stripe.whole_units(stripe.minor_units(total, order.currency), order.currency) == total
        )


@pytest.mark.parametrize("seed", range(15))
def test_the_rows_that_are_shown_add_up(seed):
    rows = {row.kind: row for row in _total_rows(some_order(seed), lambda amount: amount)}
    parts = ["discount", "shipping", "rounding"]
    includes_tax = list(rows).index("tax") > list(rows).index("total") if "tax" in rows else True
    parts += [] if includes_tax else ["tax"]
    start = rows["subtotal"].amount if "subtotal" in rows else rows["total"].amount
    if "subtotal" not in rows:
        return
    assert start + sum(rows[kind].amount for kind in parts if kind in rows) == rows["total"].amount


def test_why_no_tax_is_charged_is_said(client, enter):
    order = order_factory([line_item(tax_category="AE", tax_rate=0)], shipping_amount=5)
    sentence = "Reverse charge: the customer owes the tax."
    enter(order)
    assert sentence in read(client, order)
    assert sentence in paper.page(document_view(order))
    assert [band.category for band in order.totals.bands] == ["AE"]
