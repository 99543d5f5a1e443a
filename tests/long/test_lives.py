"""Lives of orders that nobody thought of: paid, paid back, changed, invoiced, cancelled, opened
again, in any order. After each step invoices, credit notes and ledger say the same."""

import random
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest

from portal_plugin.exceptions import PortalError
from portal_plugin.models import LedgerEntry, Order
from portal_plugin.money import digits
from portal_plugin.services import invoices, payments, staging
from portal_plugin.shares import worth
from portal_plugin.statuses import InvoiceKind
from tests.factories import approve, fresh, order_factory, publish, site_factory
from tests.inventing import CURRENCIES, some_items

from . import length

pytestmark = [pytest.mark.django_db, length.shortly_on_sqlite]
ORDERS = range(length.of(10, 1000))
STEPS = 30


class Life:
    """One order, what may be done to it, and what was."""

    def __init__(self, seed):
        self.chance, self.told = random.Random(seed), []
        site = site_factory(invoicing=self.chance.choice(["staff", "completed", "ordered"]))
        currency = CURRENCIES[seed % len(CURRENCIES)]
        self.cent = Decimal(1).scaleb(-digits(currency))
        self.order = order_factory(
            list(some_items(self.chance)),
            site=site,
            currency=currency,
            rounding_unit=self.chance.choice([Decimal(0), self.cent * 5]),
            discount_percent=Decimal(self.chance.randint(0, 20)),
            deposit_percent=Decimal(self.chance.choice([0, 30, 50, 100])),
        )
        self.deeds = {
            "pay": self.pay,
            "pay back": self.pay_back,
            "correct": self.correct,
            "change": self.change,
            "credit": self.credit,
            "invoice": lambda: invoices.issue(self.now),
            "deposit": lambda: invoices.issue_deposit(self.now),
            "complete": lambda: staging.complete(self.now),
            "reopen": lambda: staging.reopen(self.now),
            "keep": lambda: staging.cancel(self.now, "No paper", money="kept"),
            "refund": lambda: staging.cancel(self.now, "No paper", money="refund"),
        }

    @property
    def now(self):
        return fresh(self.order)

    def some(self, most):
        part = (Decimal(most) * Decimal(self.chance.random())).quantize(self.cent)
        return self.chance.choice([most, part, self.cent, self.cent * 500])

    def some_payment(self):
        found = LedgerEntry.objects.filter(document=self.order, kind__in=payments.PAYMENTS)
        return self.chance.choice(found.order_by("pk")) if found else self.pay()

    def pay(self):
        amount = self.some(max(self.now.balance_due, self.cent))
        return payments.record_offline(self.now, amount=amount, method="Cash")

    def pay_back(self):
        payment = self.some_payment()
        is_owed = self.chance.random() < 0.5
        amount = self.some(payment.amount)
        payments.refund_outside(payment, amount=amount, reason="Scratched", is_owed_again=is_owed)

    def correct(self):
        payment = self.some_payment()
        payments.correct(payment, amount=self.some(payment.amount), reason="Misread")

    def change(self):
        document = self.now
        rows = list(document.line_items.all())
        self.chance.choice(rows).unit_price = self.some(Decimal(100))
        document.line_items = rows
        publish(document)
        if self.chance.random() < 0.7:
            approve(self.now)

    def credit(self):
        found = self.order.invoices.exclude(kind=InvoiceKind.CREDIT_NOTE).order_by("pk")
        if not found:
            return
        invoice = self.chance.choice(found)
        take = partial(invoices.credit, invoice, "Scratched")
        if invoice.items and self.chance.random() < 0.4:
            take(keys=[UUID(self.chance.choice(invoice.items)["key"])])
        else:
            take(amount=self.chance.choice([None, self.some(invoice.left_total)]))

    def step(self):
        """The name of what was done; empty where it was refused."""
        is_stuck = self.now.cancelled_at and self.chance.random() < 0.6
        name = "reopen" if is_stuck else self.chance.choice(list(self.deeds))
        is_open = self.now.cancelled_at is None
        try:
            self.deeds[name]()
        except PortalError as refusal:
            self.told.append(f"{name}: {refusal.message}")
            assert not (is_open and name in ("keep", "refund")), self.told
            return ""
        self.told.append(name)
        return name


@pytest.mark.parametrize("seed", ORDERS)
def test_invoices_and_ledger_add_up_whatever_happens(seed):
    life = Life(seed)
    for _number in range(STEPS):
        charged = standing_total(life.now)
        if name := life.step():
            check_invoices(life)
            check_balance(life)
            check_deed(life, name, charged)


def standing_total(order):
    return sum((invoice.left_total for invoice in order.invoices.standing()), Decimal(0))


def check_invoices(life):
    """Each is the sum of its taxes, and what is left of it that of what was not taken back."""
    for invoice in life.order.invoices.exclude(kind=InvoiceKind.CREDIT_NOTE):
        notes = list(invoice.credit_notes.all())
        assert worth(invoice.bands) + invoice.rounding == invoice.total, life.told
        assert invoice.total + sum(note.total for note in notes) == invoice.left_total, life.told
        assert invoice.left_total >= 0, life.told
        given_back = any(band.net < 0 for band in invoice.bands)
        assert given_back or all(band.net >= 0 <= band.tax for band in invoice.left), life.told


def check_balance(life):
    order = life.now
    if order.cancelled_at is None:
        assert order.balance_due == max(Decimal(0), order.price_left - order.paid), life.told
        assert order.overpaid == max(Decimal(0), order.paid - order.price_left), life.told
    listed = Order.objects.with_paid().get(pk=order.pk)
    assert (listed.listed_paid, listed.listed_balance) == (order.paid, order.balance_due), life.told


def check_deed(life, name, charged):
    order = life.now
    left = standing_total(order)
    if name == "invoice":
        assert left == order.price_left, life.told
    if name == "refund":
        assert left == 0, life.told
    if name == "keep":
        # Where less is kept than was rounded up, the coins stay.
        coins = sum(abs(invoice.left_rounding) for invoice in order.invoices.standing())
        assert 0 <= left - min(order.paid, charged) <= coins, life.told
