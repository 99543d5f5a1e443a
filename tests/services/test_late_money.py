"""Money that comes when its order is cancelled already is booked, shown, and paid back."""

from decimal import Decimal

import pytest

from portal_plugin.models import LedgerEntry, OutgoingEmail
from portal_plugin.services import mail_rendering, paper, payments, staging
from portal_plugin.services.presentation import document_view
from portal_plugin.statuses import WaitingFor
from tests.disputing import become
from tests.factories import fresh, site_factory
from tests.paying import BALANCE, DEPOSIT, FEES, begin, confirm, order, standin, take_all

__all__ = ["standin"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def debited(standin):
    """An order whose deposit the bank works on."""
    return under_way(standin, order())


def under_way(standin, document):
    confirm(standin, begin(document).attempt.payment_intent, "sepa")
    take_all(standin)
    return document


def arrive(standin, document):
    standin.settle(document.payment_attempts.first().payment_intent, "succeeded")
    take_all(standin)
    return fresh(document)


def test_what_comes_after_the_cancellation_goes_back(standin, debited):
    staging.cancel(debited, "No paper")
    document = arrive(standin, debited)
    assert (document.paid, document.refund_due) == (DEPOSIT, DEPOSIT)
    assert document.waiting_for == WaitingFor.US
    assert document_view(document).cancel_money == "We pay €35.70 back to you."
    assert "No paper · We pay €35.70 back to you." in paper.sheet(document, with_files=False).html
    entry = LedgerEntry.objects.get()
    payments.refund_outside(entry, amount=Decimal(5), reason="Cancelled")
    assert fresh(document).refund_due == DEPOSIT - 5
    payments.refund(entry, amount=DEPOSIT - 5, reason="Cancelled")
    document = fresh(document)
    assert (document.refund_due, document.waiting_for) == (0, WaitingFor.NOBODY)


def test_what_was_there_before_is_kept_where_the_shop_said_so(standin):
    document = order()
    confirm(standin, begin(document).attempt.payment_intent)
    take_all(standin)
    under_way(standin, document)
    staging.cancel(document, "No paper", money="kept")
    assert fresh(document).refund_due == 0
    document = arrive(standin, document)
    assert document.refund_due == BALANCE
    said = document_view(document).cancel_money
    assert said == "We pay €83.30 back to you. We keep €35.70."


def test_it_goes_back_with_its_fee(standin):
    site_factory(method_fees=FEES)
    document = order()
    attempt = begin(document, way="card").attempt
    staging.cancel(document, "No paper")
    confirm(standin, attempt.payment_intent)
    take_all(standin)
    document = fresh(document)
    assert document.refund_due == Decimal("36.84")
    assert document_view(document).cancel_money == "We pay €36.84 back to you."


def test_what_a_bank_takes_of_it_is_not_paid_back_as_well(standin):
    attempt = begin(order()).attempt
    staging.cancel(attempt.document, "No paper")
    confirm(standin, attempt.payment_intent)
    take_all(standin)
    entry = LedgerEntry.objects.get()
    payments.refund(entry, amount=Decimal(5), reason="Cancelled")
    standin.dispute(entry.reference)
    take_all(standin)
    document = fresh(attempt.document)
    assert (document.paid, document.refund_due) == (-5, 0)


def test_what_was_there_before_and_a_bank_gives_back_is_not_late(standin):
    attempt = begin(order()).attempt
    confirm(standin, attempt.payment_intent, "0259")
    take_all(standin)
    staging.cancel(attempt.document, "No paper")
    become(standin, "won")
    document = fresh(attempt.document)
    assert (document.paid, document.refund_due) == (DEPOSIT, 0)


def test_once_it_is_open_again_it_is_paid(standin, debited):
    staging.cancel(debited, "No paper")
    document = arrive(standin, debited)
    staging.reopen(document)
    document = fresh(document)
    assert (document.refund_due, document.balance_due) == (0, BALANCE)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("receipt_payment", "Your order was cancelled before: we pay it back to you."),
        (
            "staff_payment",
            "The order was cancelled before: pay it back, or open the order again.",
        ),
    ],
)
@pytest.mark.parametrize("is_cancelled", [True, False])
def test_both_sides_read_so_with_the_payment(standin, debited, kind, sentence, is_cancelled):
    if is_cancelled:
        staging.cancel(debited, "No paper")
    arrive(standin, debited)
    email = OutgoingEmail.objects.get(kind=kind)
    letter = mail_rendering.render(email, url="https://shop.example/portal/l/secret/")
    assert (sentence in " ".join(letter.text.split())) is is_cancelled
