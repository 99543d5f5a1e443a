"""Formal invoices of an order of which something was paid back and is not owed again."""

from decimal import Decimal

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.services import invoices, payments, staging
from tests.factories import fresh, line_item, order_factory

from .test_invoices import site, words

__all__ = ["site"]
pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
D = Decimal


def paid_back(order, amount, paid, **values):
    entry = payments.record_offline(order, amount=D(paid), method="Cash")
    payments.refund_outside(entry, amount=D(amount), reason="Scratched", **values)
    return fresh(order)


def left(invoice):
    return invoice.total - D(invoice.said["figures"]["paid"])


def test_what_is_not_owed_again_is_off_the_invoice_with_its_taxes(site):
    order = order_factory([line_item(1), line_item(2, tax_rate=D(7))], site=site)
    order = paid_back(order, "22.60", order.totals.total)
    invoice = invoices.issue(order)
    assert invoice.total == order.totals.total - D("22.60")
    assert order.totals.tax - invoice.tax == D("2.60")
    assert left(invoice) == 0
    assert "Taken off the price" in words(invoice)
    off = [each for each in invoice.said["figures"]["adjustments"] if each["kind"] == "discount"]
    assert [D(each["net"]) for each in off] == [-10, -10]


def test_what_is_owed_again_is_charged(site):
    order = order_factory(items=1, site=site)
    order = paid_back(order, 40, 119, is_owed_again=True)
    invoice = invoices.issue(order)
    assert (invoice.total, left(invoice)) == (119, 40)


def test_a_credit_note_over_it_takes_nothing_off_twice(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    order = paid_back(order, 40, 119)
    note = invoices.credit(invoice, "Scratched", amount=D(40))
    assert invoice.total + note.total == order.paid == 79
    assert fresh(order).balance_due == 0
    invoices.credit(invoice, "Wrong address")
    assert invoices.issue(fresh(order)).total == 79


@pytest.mark.parametrize("before", [True, False])
def test_deposit_invoice_and_invoice_are_what_is_to_be_paid(site, before):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    if before:
        deposit = invoices.issue_deposit(order)
    order = paid_back(order, 20, "59.50")
    if not before:
        deposit = invoices.issue_deposit(order)
        assert (deposit.total, left(deposit)) == (D("39.50"), 0)
    invoice = invoices.issue(order)
    assert deposit.total + invoice.total == 99
    assert deposit.total + invoice.total - order.paid == order.balance_due == D("59.50")


def test_of_a_deposit_that_is_off_whole_there_is_no_invoice(site):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    order = paid_back(order, "59.50", "59.50")
    with pytest.raises(NotAvailable, match="no deposit"):
        invoices.issue_deposit(order)


def test_a_deposit_invoice_over_what_is_off_by_now_is_taken_back_first(site):
    """The last one cannot give back what only the deposit's charges."""
    order = order_factory(items=1, site=site, deposit_percent=D(30))
    deposit = invoices.issue_deposit(order)
    order = paid_back(order, "83.31", 119)
    with pytest.raises(NotAvailable, match="over more than is left of the price"):
        invoices.issue(order)
    note = invoices.credit(deposit, "Scratched", amount=D("0.01"))
    invoice = invoices.issue(order)
    assert (deposit.total + note.total, invoice.total) == (order.paid, 0)


def test_all_of_it_leaves_an_invoice_over_nothing(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(paid_back(order, 119, 119))
    assert (invoice.total, invoice.tax, left(invoice)) == (0, 0, 0)


def test_cancelled_what_the_shop_keeps_stays_charged(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    order = paid_back(order, 40, 119)
    staging.cancel(order, "Closed", money="kept")
    assert fresh(invoice).left_total == 79
