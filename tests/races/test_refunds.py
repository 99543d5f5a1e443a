"""Two and twenty at once pay back, correct and hear of it: once, and never more than is left."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connections

from portal_plugin.exceptions import NotAvailable, PortalError
from portal_plugin.models import Dispute, LedgerEntry, OutgoingEmail, Refund
from portal_plugin.services import payments
from portal_plugin.services.payments import disputing, refunding
from tests.disputing import answer_of
from tests.paying import ask, charge_of, events, order, paid, standin, take, take_all
from tests.races.together import attempt, gate_for, meet, together

__all__ = ["standin"]

pytestmark = pytest.mark.django_db(transaction=True)
actors = pytest.mark.parametrize("actors", [2, 20])
ALL = Decimal("119.00")


def press(entry, key, amount=ALL):
    return attempt(
        lambda: payments.refund(
            LedgerEntry.objects.get(pk=entry.pk), amount=amount, reason="Late", key=key
        ),
        PortalError,
        DatabaseError,
    )


def pick(entry):
    return LedgerEntry.objects.select_related("document__site").get(pk=entry.pk)


def kept(entry):
    return type(entry.document).objects.get(pk=entry.document_id).paid


@actors
def test_many_refund_all_of_it_and_one_does(standin, actors):
    entry = paid(standin)
    outcomes = together(actors, lambda _n: press(entry, uuid4()))
    assert sum(isinstance(one, Refund) for one in outcomes) == 1
    assert Refund.objects.count() == 1
    assert kept(entry) == 0
    assert charge_of(standin, entry).amount_refunded == 11900


@actors
def test_one_press_that_arrives_many_times_is_one_refund(standin, actors):
    entry, key = paid(standin), uuid4()
    together(actors, lambda _n: press(entry, key, Decimal("1")))
    refunding.catch_up()
    assert Refund.objects.count() == 1
    assert len(ask(standin).v1.refunds.list({"charge": entry.reference}).data) == 1
    assert kept(entry) == ALL - 1


def test_parts_at_once_take_no_more_than_there_is(standin):
    entry = paid(standin)
    together(8, lambda _n: press(entry, uuid4(), Decimal("50")))
    assert kept(entry) == Decimal("19")
    assert charge_of(standin, entry).amount_refunded == 10000


def test_without_the_lock_both_are_asked_for_and_stripe_says_no(standin, monkeypatch):
    """The guard is the lock; behind it stands Stripe's own refusal."""
    entry = paid(standin)
    gate = gate_for(2)
    write = Refund.objects.create

    def write_when_both_have_looked(**columns):
        if columns.get("staff", 0) is None:
            meet(gate)
        return write(**columns)

    def unlocked(document):
        return type(document).objects.get(pk=document.pk)

    options = connections["default"].settings_dict["OPTIONS"]
    if "transaction_mode" in options:
        monkeypatch.setitem(options, "transaction_mode", "DEFERRED")
    monkeypatch.setattr(refunding, "lock", unlocked)
    monkeypatch.setattr(Refund.objects, "create", write_when_both_have_looked)
    outcomes = together(2, lambda _n: press(entry, uuid4()))
    # Neither was told that nothing is left: Stripe or the database had to stop the second.
    assert not [one for one in outcomes if isinstance(one, NotAvailable)]
    assert [one for one in outcomes if isinstance(one, (payments.RefundRefused, DatabaseError))]
    assert charge_of(standin, entry).amount_refunded <= 11900


def test_without_the_lock_the_ledgers_key_refuses_a_second_booking(standin):
    entry = paid(standin)
    payments.refund(entry, amount=ALL, reason="Late")
    booked = entry.consequences.get()
    booked.pk = None
    with pytest.raises(IntegrityError):
        booked.save(force_insert=True)


def test_press_messages_and_sweep_at_once(standin):
    entry = paid(standin)
    standin.misbehave("lost", "/v1/refunds", method="POST")
    press(entry, uuid4(), Decimal("40"))
    Refund.objects.update(updated_at="2026-01-01T00:00Z")
    told = events(standin, "refund.created", "charge.refunded", "charge.refund.updated")
    work = [refunding.catch_up, lambda: [take(event) for event in told]] * 4
    together(len(work), lambda number: attempt(work[number], PortalError, DatabaseError))
    assert [row.amount for row in entry.consequences.all()] == [-40]
    assert OutgoingEmail.objects.filter(kind="news_refund").count() <= 1


@actors
def test_one_chargeback_however_often_it_is_told(standin, actors):
    entry = paid(standin, "0259")
    told = events(standin, "charge.dispute.created", "charge.dispute.funds_withdrawn")
    together(
        actors,
        lambda number: attempt(lambda: take(told[number % 2]), PortalError, DatabaseError),
    )
    assert Dispute.objects.count() == 1
    assert [row.kind for row in entry.consequences.all()] == ["chargeback"]


@actors
def test_older_answers_beside_the_last_one_undecide_nothing(standin, actors):
    """Two events ask Stripe before and after the bank has decided: both answers are written now."""
    entry = paid(standin, "0259")
    take_all(standin)
    row = Dispute.objects.get()
    answers = [answer_of(row)]
    standin.dispute_becomes(row.stripe_dispute, "won")
    answers.append(answer_of(row))
    heard = together(actors, lambda n: disputing.apply(answers[n == 0], pick(entry)))
    assert heard[0] == "dispute won"
    assert Dispute.objects.get().state == "won"
    assert [one.kind for one in LedgerEntry.objects.order_by("pk")] == [
        "payment",
        "chargeback",
        "reversal",
    ]


def test_two_corrections_at_once_end_where_the_last_one_said():
    entry = payments.record_offline(order(), amount=ALL)
    amounts = [Decimal(20), Decimal(30)]
    together(
        2,
        lambda n: attempt(
            lambda: payments.correct(entry, amount=amounts[n], reason="Typo"), PortalError
        ),
    )
    assert kept(entry) in amounts
