"""Refunds that are not over: who asks Stripe about them, how often, and what it learns."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.models import LedgerEntry, Refund
from portal_plugin.services import payments
from portal_plugin.services.payments.refunding import catch_up
from portal_plugin.statuses import RefundState
from tests.factories import fresh
from tests.paying import ask, order, paid, standin

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
PATH = "/v1/refunds"


def minutes_ago(minutes):
    return timezone.now() - timedelta(minutes=minutes)


def refund(standin, how="silence", card="4242", amount="40"):
    if how:
        standin.misbehave(how, PATH, method="POST")
    return payments.refund(paid(standin, card), amount=Decimal(amount), reason="Late")


def age(row, *, made, asked):
    Refund.objects.filter(pk=row.pk).update(
        created_at=minutes_ago(made), updated_at=minutes_ago(asked)
    )


@pytest.mark.parametrize(
    ("made", "asked", "count"), [(5, 0, 0), (5, 3, 1), (120, 30, 0), (120, 61, 1)]
)
def test_a_new_one_is_asked_for_every_few_minutes_and_an_old_one_each_hour(
    standin, made, asked, count
):
    row = refund(standin, how="", card="7726")
    age(row, made=made, asked=asked)
    assert catch_up() == count
    assert catch_up() == 0


def test_what_was_asked_for_waits_for_its_next_turn_and_the_other_does_not(standin):
    first, second = (refund(standin, how="", card="7726") for _both in range(2))
    for number, row in enumerate((first, second)):
        age(row, made=30, asked=20 - number)
    before = fresh(second).updated_at
    assert catch_up(limit=1) == 1
    assert fresh(first).updated_at > minutes_ago(1)
    assert fresh(second).updated_at == before


def test_one_that_stripe_is_silent_about_waits_for_its_next_turn(standin):
    row = refund(standin)
    age(row, made=5, asked=3)
    standin.misbehave("silence", PATH, method="POST")
    assert catch_up() == 1
    assert fresh(row).state == RefundState.NEW
    assert fresh(row).updated_at > minutes_ago(1)


def test_without_keys_nobody_is_asked(standin, settings):
    row = refund(standin)
    age(row, made=5, asked=3)
    before = fresh(row).updated_at
    settings.PORTAL_PLUGIN = {}
    assert catch_up() == 0
    assert fresh(row).updated_at == before


def test_one_that_waited_at_the_bank_is_learnt_by_its_own_name(standin):
    row = refund(standin, how="", card="7726")
    standin.settle_refund(row.stripe_refund)
    age(row, made=5, asked=3)
    assert catch_up() == 1
    assert fresh(row).state == RefundState.SUCCEEDED
    age(row, made=5, asked=3)
    assert catch_up() == 0  # nobody asks for one that is over


@pytest.mark.parametrize("made", [61, 21 * 60])
def test_one_that_stripe_made_is_found_before_it_is_asked_for_or_given_up(standin, made):
    row = refund(standin, how="lost")
    Refund.objects.update(idempotency_key=uuid4())  # the other one Stripe has forgotten
    age(row, made=made, asked=61)
    assert catch_up() == 1
    assert fresh(row).state == RefundState.SUCCEEDED
    assert len(ask(standin).v1.refunds.list().data) == 1


def test_what_was_paid_back_outside_keeps_its_day():
    entry = payments.record_offline(order(), amount=Decimal(20))
    day = minutes_ago(60 * 48)
    payments.refund_outside(entry, amount=Decimal(5), reason="Late", occurred_at=day)
    assert LedgerEntry.objects.get(about=entry).occurred_at == day
