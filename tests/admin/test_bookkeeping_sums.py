"""The exports of a month are the ledger to the cent, in each currency, whatever went back and came
again."""

import random
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Invoice, LedgerEntry, SalesDocument
from portal_plugin.money import ZERO, round_money
from portal_plugin.services import invoices, payments
from portal_plugin.statuses import LedgerKind
from tests.factories import line_item, order_factory, site_factory

from .test_bookkeeping_report import MAY, export, read

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
D = Decimal
#: With the smallest coin, where the totals are rounded to it.
CURRENCIES = {"EUR": D(0), "CHF": D("0.05"), "JPY": D(0), "KWD": D(0)}
TROUBLE = ("offline", "card", "correct", "refund", "chargeback")
RATES = [D(0), D(7), D(19), D("8.875")]


class Month:
    """Orders to which all sorts of things happen, drawn from a seed."""

    def __init__(self, seed):
        self.draw = random.Random(seed)

    def amount(self, most):
        return D(self.draw.randint(1, max(1, int(most * 1000)))) / 1000

    def order(self, currency):
        items = [
            line_item(
                number,
                quantity=self.draw.randint(1, 7),
                unit_price=self.amount(90),
                tax_rate=(rate := self.draw.choice(RATES)),
                tax_category="S" if rate else "Z",
                price_includes_tax=self.draw.random() < 0.3,
            )
            for number in range(1, self.draw.randint(2, 4))
        ]
        return order_factory(
            items,
            currency=currency,
            rounding_unit=CURRENCIES[currency],
            discount_percent=self.draw.choice([D(0), D(5)]),
            deposit_percent=self.draw.choice([D(0), D(30)]),
        )

    def trouble(self, order, what):
        """What cannot be is refused as it is anywhere."""
        kinds = [LedgerKind.OFFLINE] if what == "correct" else payments.PAYMENTS
        entry = self.draw.choice([None, *order.ledger.filter(kind__in=kinds).order_by("pk")][-2:])
        with suppress(NotAvailable):
            if entry is None or what in ("card", "offline"):
                self.pay(order, what)
            elif what == "refund":
                gone = {"reason": "Late", "is_owed_again": True}
                payments.refund_outside(entry, amount=self.amount(entry.amount), **gone)
            elif what == "correct":
                payments.correct(entry, amount=self.amount(entry.amount), reason="Mistyped")
            else:
                self.chargeback(entry)

    def pay(self, order, what):
        amount = self.amount(order.totals.total)
        if what != "card":
            payments.record_offline(order, amount=amount)
        else:
            self.book(order, LedgerKind.PAYMENT, amount, self.amount(2), fee=self.amount(3))

    def chargeback(self, entry):
        left = entry.document.left_of(entry)
        taken = self.book(entry.document, LedgerKind.CHARGEBACK, -left, about=entry)
        if self.draw.random() < 0.5:
            self.book(entry.document, LedgerKind.REVERSAL, left, about=taken)

    def book(self, order, kind, amount, surcharge=ZERO, **values):
        currency = order.currency
        sums = {"amount": amount, "surcharge": surcharge, **values}
        rounded = {
            name: round_money(value, currency) if isinstance(value, Decimal) else value
            for name, value in sums.items()
        }
        rounded["amount"] += rounded["surcharge"]
        now = timezone.now()
        return LedgerEntry.objects.create(
            document_id=order.pk, kind=kind, currency=currency, occurred_at=now, **rounded
        )


@pytest.fixture
def orders():
    site_factory(invoicing="staff")
    month = Month(1)
    made = []
    for currency in CURRENCIES:
        order = month.order(currency)
        for what in (*TROUBLE, *TROUBLE):
            month.trouble(SalesDocument.objects.get(pk=order.pk).specific, what)
        made.append(SalesDocument.objects.get(pk=order.pk).specific)
    return made


def settle(order):
    """What is missing comes by transfer, and what is too much is paid back."""
    if order.balance_due:
        payments.record_offline(order, amount=order.balance_due)
    for entry in order.ledger.filter(kind__in=payments.PAYMENTS):
        fresh = SalesDocument.objects.get(pk=order.pk).specific
        if over := min(fresh.overpaid, fresh.left_of(entry)):
            payments.refund_outside(entry, amount=over, reason="Too much")


def rows(client, of):
    today = timezone.localdate()
    span = {"begin": today - timedelta(days=1), "end": today + timedelta(days=1)}
    headings, *found = read(export(client, of, **span))
    return [dict(zip(headings, row, strict=True)) for row in found]


def summed(found, column, by="Currency"):
    sums = defaultdict(D)
    for row in found:
        sums[row[by]] += D(row[column] or 0)
    return dict(sums)


def test_payments_are_the_ledger(client, boss, orders):
    found = rows(client, "payments")
    entries = list(LedgerEntry.objects.all())
    assert len(found) == len(entries) > 15
    assert {row["Kind"] for row in found} > {"Refund", "Correction"}
    for column, name in (
        ("Amount", "amount"),
        ("Of it, fee paid by the customer", "surcharge"),
        ("Fee", "fee"),
    ):
        ours = defaultdict(D)
        for entry in entries:
            ours[entry.currency] += getattr(entry, name) or 0
        assert summed(found, column) == dict(ours)
    less = {row["Document"]: D(0) for row in found}
    for row in found:
        less[row["Document"]] += D(row["Amount"]) - D(row["Fee"] or 0) - D(row["Less the fee"])
    assert set(less.values()) == {0}
    kept = summed(found, "Amount", "Document")
    for order in orders:
        assert kept.get(order.number, 0) == order.paid + order.surcharges


def test_the_taxes_of_what_paid_an_order_are_the_orders(client, boss, orders):
    for order in orders:
        settle(order)
    taxes = summed(rows(client, "payments"), "Tax in it", "Document")
    of_orders = {row["Document"]: row for row in rows(client, "orders")}
    for order in orders:
        order = SalesDocument.objects.get(pk=order.pk).specific
        assert (order.balance_due, order.overpaid) == (0, 0)
        row = of_orders[order.number]
        assert taxes[order.number] == order.totals.tax == D(row["Tax"])
        assert (D(row["Paid"]), D(row["Total"])) == (order.paid, order.totals.total)


def test_what_is_paid_back_whole_leaves_no_tax(client, boss):
    order = order_factory([line_item(unit_price=D("33.35"), quantity=1)])
    entries = [payments.record_offline(order, amount=D(part)) for part in ("13.23", "13.23")]
    for entry in entries:
        payments.refund_outside(entry, amount=entry.amount, reason="Cancelled")
    found = rows(client, "payments")
    assert [row["Tax in it"] for row in found] == ["2.11", "2.12", "-2.12", "-2.11"]


def test_invoices_and_credit_notes_are_the_order(client, boss, orders):
    for order in orders:
        if order.totals.deposit:
            invoices.issue_deposit(order)
        first = invoices.issue(order)
        if first.total > 1:
            invoices.credit(first, "Scratched", amount=D(1))
            invoices.credit(first, "All of it was")
            invoices.issue(SalesDocument.objects.get(pk=order.pk).specific)
    found = rows(client, "invoices")
    assert len(found) == Invoice.objects.count()
    for column, name in (("Total", "total"), ("Tax", "tax"), ("Rounding", "rounding")):
        charged = summed(found, column, "Document")
        for order in orders:
            assert charged[order.number] == getattr(order.totals, name), order.currency


def test_what_was_booked_before_the_month_counts_to_its_tax(client, boss):
    """A third of a cent of each of three payments is no tax that is lost."""
    order = order_factory([line_item(unit_price=D(100), quantity=1)])
    parts = [payments.record_offline(order, amount=D(part)) for part in ("39.67", "39.67", "39.66")]
    for entry, month in zip(parts, (3, 4, 5), strict=True):
        day = datetime(2026, month, 7, 12, tzinfo=UTC)
        LedgerEntry.objects.filter(pk=entry.pk).update(occurred_at=day)
    taxes = []
    for month, last in ((3, 31), (4, 30), (5, 31)):
        span = MAY | {"begin": f"2026-0{month}-01", "end": f"2026-0{month}-{last}"}
        headings, row = read(export(client, **span))
        taxes.append(D(row[headings.index("Tax in it")]))
    assert sum(taxes) == 19
