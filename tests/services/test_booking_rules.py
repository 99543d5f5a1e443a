"""What an answer of Stripe's may change of an attempt, rule by rule."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import (
    Decline,
    LedgerEntry,
    OutgoingEmail,
    PaymentAttempt,
    SalesDocument,
    StripeEvent,
)
from portal_plugin.services import payments, staging
from portal_plugin.services.payments import booking
from portal_plugin.statuses import AttemptState
from tests.factories import fresh, order_factory
from tests.paying import DEPOSIT, begin, is_lock, ledger, mails, order, standin

__all__ = ["standin"]

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=2)


@pytest.fixture
def attempt(standin):
    return begin(order()).attempt


def said(attempt, **values):
    """What Stripe says of its payment, with other values in it."""
    found = gateway.find_payment(attempt.payment_intent, gateway.shared())
    return replace(found, **values)


def paid(attempt, **values):
    return said(attempt, state=AttemptState.SUCCEEDED, received=DEPOSIT, **values)


def set_state(attempt, state, **values):
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=state, **values)


# -- an end ----------------------------------------------------------------------------------------


def test_an_end_without_a_reason_keeps_the_one_before(attempt):
    assert booking.end(attempt, AttemptState.FAILED, "expired").failure_code == "expired"
    assert booking.end(attempt, AttemptState.CANCELLED).failure_code == "expired"
    assert booking.end(attempt, AttemptState.CANCELLED, "later").failure_code == "later"


def test_the_first_end_is_when_it_ended(attempt):
    set_state(attempt, AttemptState.FAILED, ended_at=LONG_AGO)
    booking.apply(said(attempt, state=AttemptState.FAILED), attempt)
    assert fresh(attempt).ended_at == LONG_AGO
    booking.apply(said(attempt, state=AttemptState.OPEN), attempt)
    assert fresh(attempt).ended_at is None


@pytest.mark.parametrize("known", ["payment_intent", "checkout_session"])
def test_what_stripe_was_asked_about_is_not_given_up(attempt, known):
    nothing = {"payment_intent": None, "checkout_session": None}
    set_state(attempt, AttemptState.OPEN, **nothing | {known: "id_1"})
    assert not booking.give_up(attempt)
    assert fresh(attempt).state == AttemptState.OPEN


def test_what_it_was_not_asked_about_is(attempt):
    other = begin(order()).attempt
    set_state(attempt, AttemptState.NEW, payment_intent=None)
    assert booking.give_up(attempt)
    assert fresh(attempt).state == AttemptState.CANCELLED
    assert fresh(other).state == AttemptState.OPEN


@pytest.mark.parametrize(
    "write",
    [
        lambda attempt: booking.apply(said(attempt), attempt),
        lambda attempt: booking.end(attempt, AttemptState.FAILED),
        booking.give_up,
        lambda attempt: booking.keep_page(attempt, gateway.Page("cs_1", True, False)),
        lambda attempt: payments.record_offline(attempt.document, amount=DEPOSIT),
        lambda attempt: payments.settle(attempt.document),
    ],
)
def test_the_document_is_locked_before_anything_is_read(attempt, write):
    row = PaymentAttempt.objects.select_related("document").get(pk=attempt.pk)
    with CaptureQueriesContext(connection) as seen:
        write(row)
    began, first = (query["sql"] for query in seen.captured_queries[:2])
    assert began.startswith("SAVEPOINT")  # the lock lasts until the transaction ends
    assert is_lock(first)


def test_closing_an_event_closes_that_one_alone(db):
    one, other = (StripeEvent.objects.create(event_id=name, type="x") for name in "ab")
    booking.close(one, "done")
    assert fresh(one).handled_at
    assert fresh(other).handled_at is None


def test_an_event_that_was_taken_by_another_process_books_nothing(attempt):
    event = StripeEvent.objects.create(event_id="evt_1", type="x", handled_at=timezone.now())
    booking.apply(paid(attempt), attempt, event)
    assert not LedgerEntry.objects.exists()


# -- what is said of it ----------------------------------------------------------------------------


def test_another_payment_of_it_says_nothing_of_its_state(attempt):
    booking.apply(said(attempt, id="pi_other", state=AttemptState.PROCESSING), attempt)
    assert fresh(attempt).state == AttemptState.OPEN


@pytest.mark.parametrize("state", [AttemptState.FAILED, AttemptState.PROCESSING])
def test_what_was_given_up_stays_so(attempt, state):
    set_state(attempt, AttemptState.CANCELLED)
    booking.apply(said(attempt, state=state), attempt)
    assert fresh(attempt).state == AttemptState.CANCELLED


def test_unless_money_came_after_all(attempt):
    set_state(attempt, AttemptState.CANCELLED)
    booking.apply(paid(attempt), attempt)
    assert fresh(attempt).state == AttemptState.SUCCEEDED
    assert ledger(attempt.document) == [("payment", DEPOSIT, "EUR")]


def test_what_is_paid_does_not_go_on_saying_why_a_card_was_declined_before(attempt):
    no = said(attempt, state=AttemptState.FAILED, failure_code="expired_card", failure_message="No")
    booking.apply(no, attempt)
    assert (fresh(attempt).failure_code, fresh(attempt).failure_message) == ("expired_card", "No")
    for answer in (paid(attempt), no):  # old news
        booking.apply(answer, attempt)
        assert fresh(attempt).state == AttemptState.SUCCEEDED
        assert fresh(attempt).failure_code == fresh(attempt).failure_message == ""
    assert Decline.objects.count() == 1


def test_a_failed_one_may_be_under_way_again(attempt):
    begin(order())  # of another document
    set_state(attempt, AttemptState.FAILED)
    booking.apply(said(attempt, state=AttemptState.PROCESSING), attempt)
    assert fresh(attempt).state == AttemptState.PROCESSING


def test_but_not_beside_a_newer_one(attempt):
    set_state(attempt, AttemptState.FAILED)
    PaymentAttempt.objects.create(
        document=attempt.document,
        idempotency_key=uuid4(),
        purpose="deposit",
        amount=DEPOSIT,
        currency="EUR",
        state=AttemptState.OPEN,
    )
    booking.apply(said(attempt, state=AttemptState.PROCESSING), attempt)
    assert fresh(attempt).state == AttemptState.FAILED
    booking.apply(said(attempt, state=AttemptState.CANCELLED), attempt)
    assert fresh(attempt).state == AttemptState.CANCELLED


@pytest.mark.parametrize("own", [None, "pi_own"])
def test_one_of_a_wrong_amount_blocks_and_is_kept_by_its_first_name(attempt, own):
    answer = paid(attempt) if own is None else paid(attempt, id="pi_other")
    set_state(attempt, AttemptState.OPEN, payment_intent=own)
    booking.apply(replace(answer, received=DEPOSIT + 1), attempt)
    assert fresh(attempt).payment_intent == (own or answer.id)
    assert not LedgerEntry.objects.exists()


def test_one_of_a_wrong_amount_that_bounces_blocks_no_longer(attempt):
    other = {"amount": DEPOSIT + 1}
    booking.apply(said(attempt, state=AttemptState.PROCESSING, **other), attempt)
    assert fresh(attempt).state == AttemptState.PROCESSING
    booking.apply(said(attempt, state=AttemptState.FAILED, **other), attempt)
    assert fresh(attempt).state == AttemptState.FAILED
    assert mails("news_payment_failed") == 1


# -- declined cards --------------------------------------------------------------------------------


def declined(attempt, **values):
    given = {"state": AttemptState.FAILED, "failure_code": "card_declined"}
    booking.apply(said(attempt, **given | values), attempt)
    return Decline.objects.count()


def test_each_declined_card_counts_once(attempt):
    assert declined(attempt, charge="ch_1") == 1
    assert declined(attempt, charge="ch_1") == 1
    assert declined(attempt, charge="ch_2") == 2


def test_without_a_charge_it_is_told_by_its_reason(attempt):
    assert declined(attempt, charge="") == 1
    assert declined(attempt, charge="") == 1
    assert declined(attempt, charge="", failure_code="expired_card") == 2


def test_only_what_failed_for_a_reason_is_one(attempt):
    assert declined(attempt, failure_code="") == 0
    assert declined(attempt, state=AttemptState.OPEN) == 0


def test_a_declined_card_is_nobodys_mail_but_a_debit_that_bounced_is(attempt):
    declined(attempt)
    assert not mails("news_payment_failed")
    set_state(attempt, AttemptState.PROCESSING)
    booking.apply(said(attempt, state=AttemptState.PROCESSING), attempt)
    assert not mails("news_payment_failed")
    for _twice in range(2):
        declined(attempt)
    assert mails("news_payment_failed") == 1
    history = attempt.document.activities.filter(verb="payment_failed")
    assert [json.loads(entry.data)["reason"] for entry in history] == ["card_declined"]


@pytest.mark.parametrize(("language", "word"), [("de", "Karte"), ("", "card")])
def test_why_a_debit_bounced_is_said_in_the_customers_language(standin, language, word):
    attempt = begin(order()).attempt
    SalesDocument.objects.update(language=language)
    set_state(attempt, AttemptState.PROCESSING)
    attempt = fresh(attempt)
    declined(attempt, failure_code="expired_card")
    told = OutgoingEmail.objects.get(kind="news_payment_failed")
    assert word in json.dumps(told.facts), told.facts


# -- what is booked --------------------------------------------------------------------------------


@pytest.mark.parametrize("charge", ["ch_1", ""])
def test_the_entry_says_when_it_was_paid_and_by_what(attempt, charge):
    booking.apply(paid(attempt, charge=charge, paid_at=LONG_AGO), attempt)
    entry = LedgerEntry.objects.get()
    assert entry.reference == (charge or attempt.payment_intent)
    assert entry.occurred_at == LONG_AGO


def test_the_same_press_records_a_payment_once_and_others_are_others():
    document, key = order(), uuid4()
    first = payments.record_offline(document, amount=DEPOSIT, key=key, occurred_at=LONG_AGO)
    assert first.occurred_at == LONG_AGO
    for _twice in range(2):
        payments.record_offline(document, amount=DEPOSIT)
    assert payments.record_offline(document, amount=DEPOSIT, key=key) == first
    assert LedgerEntry.objects.count() == 3


def test_nothing_is_recorded_on_a_draft_or_what_is_cancelled():
    cancelled = order()
    staging.cancel(cancelled, "The window is gone.")
    for document in (order_factory(published=False), cancelled):
        with pytest.raises(NotAvailable):
            payments.record_offline(document, amount=DEPOSIT)
    assert not LedgerEntry.objects.exists()
