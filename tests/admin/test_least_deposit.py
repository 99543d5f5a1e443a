"""The least deposit: from the shop's settings into new documents, and into their sums."""

from decimal import Decimal

import pytest

from portal_plugin.models import Estimate, Order, PortalSettings
from portal_plugin.services import versions
from tests.factories import approve, estimate_factory, line_item, order_factory, publish

from . import pages
from .test_live_totals import add_up, words

pytestmark = pytest.mark.django_db


def deposits(**values):
    items = [line_item(1, quantity=1, unit_price=Decimal(100), tax_rate=0)]
    return {"items": items, "deposit_percent": Decimal(10), "deposit_least": Decimal(50), **values}


def test_new_documents_have_the_shops(client, boss, only_site):
    PortalSettings.objects.filter(site=only_site).update(least_deposit=50)
    rows = [pages.item(quantity="1", unit_price="100", tax_rate="0")]
    said = words(add_up(client, rows, deposit_percent="10", deposit_least="50"))
    assert "Deposit €50.00" in said
    html = client.get(pages.url(Estimate, "add")).content.decode()
    assert 'name="deposit_least" value="50"' in html


def test_it_is_asked_for_only_where_the_shop_has_one(client, boss):
    document = order_factory()
    url = pages.url(Order, "edit", document.pk)
    assert 'name="deposit_least"' not in client.get(url).content.decode()
    PortalSettings.objects.update(least_deposit=50)
    assert 'name="deposit_least"' in client.get(url).content.decode()


def test_the_order_has_that_of_its_estimate():
    estimate = estimate_factory(**deposits())
    assert versions.document_content(estimate, {item.key: [] for item in estimate.lines})[
        "deposit_least"
    ] == Decimal(50)
    order = approve(estimate).resulting_order
    assert (order.deposit_least, order.deposit_due, order.amount_due) == (50, 50, 50)


def test_a_raised_one_is_confirmed_before_it_is_paid():
    order = approve(order_factory(**deposits()))
    order.deposit_least = Decimal(60)
    change = publish(order).standing.change_to_confirm
    assert change.moves_deposit
    assert change.deposit == (50, 60)
