"""Whose an event is, and which entry or attempt it is about."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Dispute, LedgerEntry, PaymentAttempt, StripeEvent
from portal_plugin.services import payments
from portal_plugin.services.payments import events
from portal_plugin.statuses import AttemptState
from sandbox_site.stripe_standin import Standin
from tests.factories import order_factory
from tests.paying import (
    DEPOSIT,
    begin,
    confirm,
    days_later,
    events_of,
    order,
    paid,
    standin,
    take,
    take_all,
)

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def attempt():
    return PaymentAttempt.objects.create(
        document=order_factory(items=1),
        idempotency_key=uuid4(),
        amount=Decimal(119),
        currency="EUR",
    )


def found(row, **values):
    """A payment as Stripe has it, with our words on it."""
    said = {"document": row.document.public_id, "attempt": row.pk} | values
    payment = gateway.Payment("pi_1", AttemptState.OPEN, Decimal(119), Decimal(0), "EUR", False)
    return events.attempt_of(replace(payment, **said), gateway.shared())


def test_a_payment_is_of_the_attempt_that_both_our_words_name(attempt):
    other = order_factory(items=1)
    assert found(attempt) == attempt
    assert found(attempt, document=other.public_id) is None
    assert found(attempt, attempt=attempt.pk + 1) is None


@pytest.mark.parametrize("silent", [{"document": ""}, {"attempt": None}])
def test_without_one_of_them_nobody_is_asked_whose_it_is(
    attempt, silent, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert found(attempt, **silent) is None


@pytest.mark.says_it_first
def test_a_page_is_of_its_own_attempt(attempt):
    PaymentAttempt.objects.filter(pk=attempt.pk).update(checkout_session="cs_1")
    page = gateway.Page("cs_1", is_open=False, is_expired=True)
    assert events._attempt_of_page(page, gateway.shared()) == attempt
    assert events._attempt_of_page(replace(page, id="cs_2"), gateway.shared()) is None


def test_what_is_about_no_payment_asks_nobody(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert events.booked("", gateway.shared()) is None


def test_what_is_booked_is_found_without_asking_and_only_by_its_own_account(attempt):
    entry = LedgerEntry.objects.create(
        document=attempt.document,
        attempt=attempt,
        kind="payment",
        amount=Decimal(119),
        currency="EUR",
        stripe_object="pi_1",
        occurred_at=attempt.created_at,
    )
    account = gateway.shared()
    assert events.booked("pi_1", account) == entry
    assert events.booked("pi_1", replace(account, secret_key="sk_test_another")) is None


def test_what_is_not_booked_yet_is_booked_first_unless_it_is_tried_out(standin):
    payment = begin(order()).attempt.payment_intent
    confirm(standin, payment)
    assert events.booked(payment, gateway.shared(), may_write=False) is None
    assert not LedgerEntry.objects.exists()
    assert events.booked(payment, gateway.shared()).amount == DEPOSIT


def test_the_same_number_is_another_event_in_another_account(attempt):
    event = gateway.Event("evt_1", "customer.created", "cus_1", False)
    take(event)
    take(event, replace(gateway.shared(), name="site-7"))
    take(replace(event, account="acct_1"))
    kept = StripeEvent.objects.filter(handled_at__isnull=False)
    assert set(kept.values_list("account", flat=True)) == {"", "site-7", "/acct_1"}


# -- other keys for a while ------------------------------------------------------------------------


@pytest.fixture
def returned(standin):
    """A payment whose money came back a month later, and what Stripe says of that."""
    entry = paid(standin, "0259")
    take_all(standin)
    days_later(standin, 20)
    standin.dispute_becomes(Dispute.objects.get().stripe_dispute, "won")
    return entry, events_of(standin)[-1]


@pytest.mark.parametrize(
    ("keys", "outcome"),
    [
        ({"secret_key": "sk_live_swapped"}, "ignored: other mode"),
        ({}, "ignored: unknown in this account"),
    ],
)
@pytest.mark.parametrize("comes_again", [True, False])
@pytest.mark.says_it_first
def test_what_came_while_other_keys_were_set_is_not_lost(
    standin, returned, tmp_path, keys, outcome, comes_again
):
    entry, told = returned
    with Standin(data=tmp_path / "another") as another:
        other = replace(gateway.shared(), **{"api_base": another.url} | keys)
        assert payments.take_event(told, other) == outcome
    assert entry.document.ledger.count() == 2
    if comes_again:
        assert take(told) == "dispute won"
    else:
        payments.reconcile()
    assert [row.kind for row in entry.document.ledger.order_by("pk")][2:] == ["reversal"]
    assert StripeEvent.objects.get(event_id=told.id).outcome == "dispute won"
