"""Refunds that Stripe has and pays back once the shop's balance is enough for them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Refund
from portal_plugin.services import payments
from portal_plugin.services.payments import refund_booking, refunding
from portal_plugin.statuses import RefundState
from tests.factories import fresh
from tests.paying import ask, mails, paid, standin, take_all
from tests.paying import ledger as booked

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
ALL, PART = Decimal("119.00"), Decimal("40.00")


def refund(entry, **values):
    return payments.refund(entry, amount=PART, reason="Wrong colour", **values)


def ledger(entry):
    return sorted((kind, amount) for kind, amount, _currency in booked(entry.document))


@pytest.fixture
def waiting(standin):
    entry = paid(standin)
    standin.settings.is_short = True
    return entry, refund(entry)


def test_nothing_is_booked_or_told_before_it_is_paid_back(standin, waiting):
    entry, row = waiting
    take_all(standin)
    assert (fresh(row).state, fresh(row).is_unanswered) == (RefundState.NEW, False)
    assert ledger(entry) == [("payment", ALL)]
    assert mails("news_refund") == 0
    assert fresh(entry.document).left_of(entry) == ALL - PART
    standin.settle_refund(row.stripe_refund)
    take_all(standin)
    assert fresh(row).state == RefundState.SUCCEEDED
    assert ledger(entry) == [("payment", ALL), ("refund", -PART)]
    assert mails("news_refund") == 1


def test_the_sweep_waits_with_it_and_asks_for_no_second_one(standin, waiting):
    entry, row = waiting
    days = timedelta(days=2)
    Refund.objects.update(updated_at=timezone.now() - days, created_at=timezone.now() - days)
    assert refunding.catch_up() == 1
    assert (fresh(row).state, fresh(row).failure_code) == (RefundState.NEW, "")
    assert refund(entry, key=row.idempotency_key) == row
    assert len(ask(standin).v1.refunds.list({}).data) == 1


def test_one_that_never_left_the_balance_does_not_come_back(standin, waiting):
    entry, row = waiting
    standin.settle_refund(row.stripe_refund, "failed")
    take_all(standin)
    assert fresh(row).state == RefundState.FAILED
    assert ledger(entry) == [("payment", ALL)]
    assert (mails("news_refund"), mails("staff_refund_failed")) == (0, 1)


def test_an_old_answer_does_not_make_it_wait_again(standin, waiting):
    entry, row = waiting
    old = gateway.find_refund(row.stripe_refund, gateway.shared())
    refund_booking.apply([replace(old, state=RefundState.PENDING)], entry)
    refund_booking.apply([old], entry)
    assert fresh(row).state == RefundState.PENDING
    assert ledger(entry) == [("payment", ALL), ("refund", -PART)]
