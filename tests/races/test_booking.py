"""Whoever writes down what became of a payment waits for whoever does so already, and reads after
them: on PostgreSQL it is the lock of the document that makes them wait."""

from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry, PaymentAttempt
from portal_plugin.models.documents import lock
from portal_plugin.services import payments
from portal_plugin.services.payments import booking
from portal_plugin.statuses import AttemptState, PaymentPurpose
from tests.factories import fresh
from tests.paying import begin, confirm, order, standin
from tests.races.together import beside

__all__ = ["standin"]

# On SQLite the transaction itself makes them wait.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgres")]

ALL = Decimal("119.00")


@pytest.fixture
def attempt():
    """One that Stripe was not asked about yet."""
    return PaymentAttempt.objects.create(
        document=order(),
        idempotency_key=uuid4(),
        purpose=PaymentPurpose.BALANCE,
        amount=ALL,
        currency="EUR",
    )


def becomes(attempt, state, **values):
    def write():
        lock(attempt.document)
        PaymentAttempt.objects.filter(pk=attempt.pk).update(state=state, **values)

    return write


def test_an_answer_from_before_does_not_unpay(standin):
    attempt = begin(order()).attempt
    confirm(standin, attempt.payment_intent, "0002")
    declined = gateway.find_payment(attempt.payment_intent, gateway.shared())
    beside(becomes(attempt, AttemptState.SUCCEEDED), lambda: booking.apply(declined, attempt))
    assert fresh(attempt).state == AttemptState.SUCCEEDED


def test_what_is_paid_meanwhile_is_not_ended(attempt):
    paid = becomes(attempt, AttemptState.SUCCEEDED)
    beside(paid, lambda: booking.end(attempt, AttemptState.CANCELLED))
    assert fresh(attempt).state == AttemptState.SUCCEEDED


def test_what_gets_its_payment_meanwhile_is_not_given_up(attempt):
    opened = becomes(attempt, AttemptState.OPEN, payment_intent="pi_1")
    assert not beside(opened, lambda: booking.give_up(attempt))
    assert fresh(attempt).state == AttemptState.OPEN


def test_what_is_given_up_meanwhile_does_not_open_with_its_page(attempt):
    page = gateway.Page("cs_1", is_open=True, is_expired=False)
    beside(becomes(attempt, AttemptState.CANCELLED), lambda: booking.keep_page(attempt, page))
    assert fresh(attempt).state == AttemptState.CANCELLED
    assert fresh(attempt).checkout_session == "cs_1"


def test_one_press_that_arrives_twice_at_once_is_one_payment():
    document, key = order(), uuid4()

    def record():
        return payments.record_offline(document, amount=ALL, key=key)

    assert beside(record, record) == LedgerEntry.objects.get()


def test_two_who_settle_at_once_settle_once():
    document = order()
    with pytest.raises(NotAvailable):
        beside(lambda: payments.settle(document), lambda: payments.settle(document))
    assert fresh(document).paid == ALL
