"""How far back everything is compared: with what there may be news of, and with nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry, PaymentAttempt, Reconciliation
from portal_plugin.services import payments
from portal_plugin.services.payments import comparing
from tests.paying import begin, confirm, days_later, order, paid, standin, take_all

from .test_comparing import of_stripe, unheard

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_whoever_asks_further_back_finds_what_is_older_than_the_last_time(standin):
    unheard(standin)
    days_later(standin, 40)
    Reconciliation.objects.create(account="", ended_at=timezone.now(), events_until=timezone.now())
    payments.reconcile()
    assert not LedgerEntry.objects.exists()
    payments.reconcile(since=timezone.now() - timedelta(days=50))
    assert LedgerEntry.objects.total() == of_stripe(standin) == 119


def test_the_last_time_of_another_account_is_none_of_this_one(standin):
    unheard(standin)
    days_later(standin, 40)
    Reconciliation.objects.create(account="site-7", events_until=timezone.now())
    payments.reconcile()
    assert LedgerEntry.objects.total() == 119


@pytest.mark.parametrize("days", [0, 40])
def test_what_was_in_a_list_or_is_older_is_not_asked_for_one_by_one(standin, days):
    entry = paid(standin)
    days_later(standin, days)
    payments.reconcile()
    standin.misbehave("500", f"/v1/payment_intents/{entry.stripe_object}", method="GET")
    payments.reconcile()


def test_the_first_time_it_looks_at_everything_since_the_first_payment(standin):
    first, _second = begin(order()).attempt, begin(order()).attempt
    long_ago = timezone.now() - timedelta(days=200)
    PaymentAttempt.objects.filter(pk=first.pk).update(created_at=long_ago)
    assert comparing._since(gateway.shared()) == long_ago - timedelta(days=3)


@pytest.mark.parametrize(("days", "overlap"), [(26, 3), (28, 30)])
def test_each_day_it_looks_a_few_days_back(days, overlap):
    last = timezone.now() - timedelta(days=days)
    Reconciliation.objects.create(account="", events_until=last)
    assert comparing._since(gateway.shared()) == last - timedelta(days=overlap)


def test_after_a_long_silence_it_looks_further_back_than_the_last_time(standin):
    payment = begin(order(deposit_percent=0)).attempt.payment_intent
    confirm(standin, payment, "sepa")
    take_all(standin)  # it is under way
    days_later(standin, 20)
    Reconciliation.objects.create(account="", ended_at=timezone.now(), events_until=timezone.now())
    standin.settle(payment, "succeeded")
    days_later(standin, 40)
    payments.reconcile()
    assert LedgerEntry.objects.total() == of_stripe(standin) == 119
