"""Stripe's messages in every order, once or three times: the ledger is the same in the end."""

import itertools
import random
from decimal import Decimal

import pytest

from portal_plugin.models import LedgerEntry, OutgoingEmail, StripeEvent
from portal_plugin.statuses import AttemptState
from tests.paying import ask, begin, confirm, events, order, standin, take

from . import length

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, length.shortly_on_sqlite]
ALL, PART = Decimal("119.00"), Decimal("40.00")
MAIN = (
    "payment_intent.created",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
)


@pytest.fixture
def happened(standin):
    """An order that was paid after a card was declined; a part of it is paid back, another refund
    fails, and a bank takes the rest and returns it. With everything that Stripe told about it."""
    document = order(deposit_percent=0)
    payment = begin(document).attempt.payment_intent
    for card in ("0002", "4242"):
        intent = confirm(standin, payment, card)
    refunds = ask(standin).v1.refunds
    refunds.create({"payment_intent": payment, "amount": 4000})
    failed = refunds.create({"payment_intent": payment, "amount": 1000})
    standin.settle_refund(failed.id, "failed")
    opened = standin.dispute(intent.latest_charge, amount=7900)
    standin.dispute_becomes(opened["id"], "won")
    return document, events(standin)


def told(named, kind):
    """The event of that type, or as if Stripe had sent one about the same payment."""
    return named.get(kind) or type(named[MAIN[0]])(
        id=f"evt_{kind}",
        type=kind,
        object_id=named[MAIN[0]].object_id,
        is_live=False,
    )


def ledger(document):
    found = LedgerEntry.objects.filter(document=document)
    return sorted((row.kind, row.amount) for row in found)


WHOLE = sorted(
    [
        ("payment", ALL),
        ("refund", -PART),
        ("refund", Decimal("-10")),
        ("reversal", Decimal("10")),
        ("chargeback", Decimal("-79")),
        ("reversal", Decimal("79")),
    ]
)


def forget(document):
    """As before the first message."""
    StripeEvent.objects.all().delete()
    OutgoingEmail.objects.all().delete()
    document.disputes.all().delete()
    document.refunds.all().delete()
    for kind in ("reversal", "refund", "chargeback", "payment"):
        document.ledger.filter(kind=kind).delete()
    document.payment_attempts.update(state=AttemptState.OPEN, ended_at=None)


def test_each_order_of_the_five_with_what_came_after(happened):
    document, all_told = happened
    named = {event.type: event for event in all_told}
    after = [event for event in all_told if event.type.startswith(("refund.", "charge."))]
    chance = random.Random(20)
    orders = list(itertools.permutations(told(named, kind) for kind in MAIN))
    for main in chance.sample(orders, length.of(20, 120)):
        later = chance.sample(after, 2)
        row = [event for event in (*main, *later) for _time in range(chance.randint(1, 3))]
        # The five keep their order; what came after falls anywhere between them.
        for event in later:
            row.insert(chance.randrange(len(row)), event)
        for event in row:
            take(event)
        assert ("payment", ALL) in ledger(document)
        assert set(ledger(document)) <= set(WHOLE)
        assert document.payment_attempts.get().state == AttemptState.SUCCEEDED
        forget(document)


def test_all_of_it_shuffled_and_repeated(happened):
    document, all_told = happened
    chance = random.Random(20)
    for _time in range(length.of(5, 100)):
        row = [event for event in all_told for _time in range(chance.randint(1, 3))]
        chance.shuffle(row)
        for event in row:
            take(event)
        assert ledger(document) == WHOLE
        assert type(document).objects.get(pk=document.pk).paid == ALL - PART
        kinds = OutgoingEmail.objects.values_list("kind", flat=True)
        assert sorted(kinds).count("staff_chargeback") == 1
        forget(document)


def test_a_failure_told_after_the_success_does_not_unpay(happened):
    document, all_told = happened
    named = {event.type: event for event in all_told}
    for kind in ("payment_intent.succeeded", "payment_intent.payment_failed"):
        take(named[kind])
    assert ledger(document) == [("payment", ALL)]
    assert document.payment_attempts.get().state == AttemptState.SUCCEEDED
