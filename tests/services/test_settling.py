"""Recording that an order was paid in full outside the portal."""

from decimal import Decimal

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import LedgerEntry, PaymentAttempt
from portal_plugin.services import payments, staging
from tests.factories import estimate_factory, order_factory, user_factory

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_the_balance_is_recorded_whatever_was_paid_before():
    order, user = order_factory(), user_factory()
    payments.record_offline(order, amount=Decimal(100), user=user)
    entry = payments.settle(order, method="Cash", user=user)
    assert entry.amount == order.totals.total - 100
    order = type(order).objects.get(pk=order.pk)
    assert (order.balance_due, order.listed_balance) == (0, 0)


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (payments.settle, "Nothing is left to pay"),
        (lambda order: staging.cancel(order, "Late"), "cancelled"),
    ],
)
def test_twice_or_for_a_cancelled_order_it_is_refused(prepare, sentence):
    order = order_factory()
    prepare(order)
    before = LedgerEntry.objects.count()
    with pytest.raises(NotAvailable, match=sentence):
        payments.settle(order)
    assert LedgerEntry.objects.count() == before


def test_an_estimate_is_not_paid():
    with pytest.raises(NotAvailable, match="Nothing is left to pay"):
        payments.settle(estimate_factory())
    assert not LedgerEntry.objects.exists()


def test_not_while_the_bank_has_the_customers_payment():
    order = order_factory()
    PaymentAttempt.objects.create(
        document=order,
        idempotency_key="7d4a1c0e-0000-4000-8000-000000000001",
        purpose="balance",
        amount=order.balance_due,
        currency="EUR",
        state="processing",
    )
    with pytest.raises(NotAvailable, match="wait for the bank"):
        payments.settle(order)
    assert not LedgerEntry.objects.exists()
