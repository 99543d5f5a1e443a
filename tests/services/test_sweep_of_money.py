"""What ``portal_sweep`` asks Stripe about money: each of its three parts for itself."""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.signals import post_save
from django.utils import timezone

from portal_plugin.models import LedgerEntry, PaymentAttempt, Reconciliation, Refund
from portal_plugin.services import payments, work
from portal_plugin.services.payments import comparing, reconciling
from portal_plugin.statuses import AttemptState, RefundState
from sandbox_site.stripe_standin import Standin
from tests.factories import break_document, fresh, site_factory
from tests.paying import DEPOSIT, ask, begin, confirm, days_later, ledger, order, paid, standin

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
HOST = "shop-b.localhost"


def compared_today():
    """The daily comparison finds everything, and would hide who else did not."""
    Reconciliation.objects.create(account="", ended_at=timezone.now(), events_until=timezone.now())


def later(rows):
    moment = timezone.now() - timedelta(minutes=5)
    rows.objects.update(created_at=moment, updated_at=moment)
    return moment


def test_attempts_are_asked_for_between_two_comparisons(standin):
    compared_today()
    document = order()
    confirm(standin, begin(document).attempt.payment_intent)
    later(PaymentAttempt)
    reconciling.drain()
    assert ledger(document) == [("payment", DEPOSIT, "EUR")]


def test_so_are_refunds(standin):
    standin.misbehave("lost", "/v1/refunds", method="POST")
    row = payments.refund(paid(standin), amount=Decimal(5), reason="Late")
    compared_today()
    later(Refund)
    reconciling.drain()
    assert fresh(row).state == RefundState.SUCCEEDED


def test_everything_is_compared_where_nobody_did_today(standin):
    reconciling.drain()
    assert Reconciliation.objects.get().ended_at


def test_without_keys_no_attempt_is_asked_for(standin, settings):
    document = order()
    attempt = begin(document).attempt
    moment = later(PaymentAttempt)
    settings.PORTAL_PLUGIN = {}
    assert payments.reconcile_open() == 0
    payments.ask_again(document)
    assert fresh(attempt).updated_at == moment


def test_a_page_that_waits_for_nothing_asks_nothing(standin):
    payments.ask_again(order())
    assert not PaymentAttempt.objects.exists()


def test_one_that_stripe_never_heard_of_is_passed_by_in_silence(standin, caplog):
    attempt = begin(order()).attempt
    PaymentAttempt.objects.update(state=AttemptState.NEW, payment_intent=None)
    moment = later(PaymentAttempt)
    assert payments.reconcile_open() == 1
    assert fresh(attempt).updated_at > moment
    assert "not known" not in caplog.text
    assert "refuses" not in caplog.text


@pytest.mark.says_it_first
def test_one_that_is_unknown_waits_for_its_turn_alone(standin):
    unknown, other = begin(order()).attempt, begin(order()).attempt
    PaymentAttempt.objects.filter(pk=unknown.pk).update(payment_intent="pi_ofanotheraccount")
    moment = later(PaymentAttempt)
    assert payments.reconcile_open(limit=1) == 1
    assert fresh(unknown).updated_at > moment
    assert fresh(other).updated_at == moment


def test_a_shop_that_took_its_keys_away_holds_up_nobody_elses_money(standin, settings):
    document, elses = order(), order(site=site_factory(HOST))
    there = settings.PORTAL_PLUGIN
    settings.PORTAL_PLUGIN = there | {"STRIPE_ACCOUNTS": {HOST: there}}
    for one in (document, elses):
        confirm(standin, begin(one).attempt.payment_intent)
    later(PaymentAttempt)
    settings.PORTAL_PLUGIN = {"STRIPE_ACCOUNTS": {HOST: there}}
    reconciling.drain()
    assert (ledger(document), len(ledger(elses))) == ([], 1)
    assert Reconciliation.objects.get().ended_at


@pytest.mark.says_it_first
def test_what_stripe_kept_is_asked_for_once_it_says_so(standin):
    entry = paid(standin)
    LedgerEntry.objects.update(fee=None)  # it collects the money after it has said yes
    (found,) = payments.reconcile(is_dry=True)
    assert (found.news, fresh(entry).fee) == (1, None)
    for news in (1, 0):
        (found,) = payments.reconcile()
        assert (found.news, fresh(entry).fee) == (news, 0)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.says_it_first
def test_each_account_has_its_own_day(tmp_path, standin, settings):
    site_factory()  # its shop uses the account that sites share
    shop = site_factory(HOST)
    keys = {"secret_key": "sk_test_shopb", "publishable_key": "pk_test_shopb"}
    with Standin(data=tmp_path / "stripe-b", account="acct_shopb", **keys) as other:
        own = {f"STRIPE_{name.upper()}": key for name, key in keys.items()}
        own |= {"STRIPE_API_BASE": other.url}
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_ACCOUNTS": {HOST: own}}
        compared_today()
        comparing.reconcile_daily()
    assert Reconciliation.objects.filter(account=f"site-{shop.pk}").exists()


@pytest.mark.parametrize("until", [timezone.now(), None])
def test_one_that_never_came_to_its_end_is_compared_again(standin, until):
    Reconciliation.objects.create(account="", events_until=until)
    comparing.reconcile_daily()
    assert Reconciliation.objects.get().ended_at


def test_one_of_which_stripe_says_nothing_holds_nobody_up(standin):
    standin.misbehave("silence", "/v1/events")
    comparing.reconcile_daily()
    assert not Reconciliation.objects.exists()
    comparing.reconcile_daily()
    assert Reconciliation.objects.get().ended_at


def test_nor_does_one_whose_key_stripe_refuses(standin, settings, caplog):
    keys = {"STRIPE_SECRET_KEY": "sk_test_old"}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **keys}
    comparing.reconcile_daily()
    assert "cannot be compared" in caplog.text
    assert not Reconciliation.objects.exists()


def test_nor_does_one_whose_order_cannot_be_read(tmp_path, standin, settings, caplog):
    document = order()
    shop = site_factory(HOST)
    confirm(standin, begin(document).attempt.payment_intent)
    break_document(document)
    keys = {"secret_key": "sk_test_shopb", "publishable_key": "pk_test_shopb"}
    with Standin(data=tmp_path / "stripe-b", account="acct_shopb", **keys) as other:
        own = {f"STRIPE_{name.upper()}": key for name, key in keys.items()}
        own |= {"STRIPE_API_BASE": other.url}
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_ACCOUNTS": {HOST: own}}
        comparing.reconcile_daily()
    assert "Comparing account '' broke down" in caplog.text
    assert Reconciliation.objects.get().account == f"site-{shop.pk}"


def test_without_time_nothing_is_begun(standin):
    with work.time_box(0):
        comparing.reconcile_daily()
    assert not Reconciliation.objects.exists()


@contextmanager
def told_to_end_at(number):
    """While the booking of that number is written."""
    written = []

    def write(created, **sent):
        written.append(created)
        if len(written) == number:
            work.end()

    with work.time_box(float("inf")):
        post_save.connect(write, sender=LedgerEntry)
        yield
        post_save.disconnect(write, sender=LedgerEntry)


def money_of_two_orders(standin):
    """Two payments; one went back, of the other the bank took it. No message came."""
    documents = [order(deposit_percent=0) for _number in range(2)]
    for document, card in zip(documents, ("4242", "0259"), strict=True):
        confirm(standin, begin(document).attempt.payment_intent, card)
    given_back = PaymentAttempt.objects.get(document=documents[0]).payment_intent
    ask(standin).v1.refunds.create({"payment_intent": given_back, "amount": 1900})


def test_payments_refunds_and_disputes_are_looked_at(standin):
    money_of_two_orders(standin)
    [found] = comparing.reconcile()
    assert found.seen == found.news + 4  # and the events, each of which is news


@pytest.mark.parametrize("days", [0, 40])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_told_to_end_it_books_nothing_more_and_compares_again(standin, number, days):
    """By events, and by the objects themselves where they are older than events are kept."""
    money_of_two_orders(standin)
    days_later(standin, days)
    with told_to_end_at(number):
        comparing.reconcile_daily()
    assert LedgerEntry.objects.count() == number
    assert not Reconciliation.objects.exists()
    comparing.reconcile_daily()
    assert LedgerEntry.objects.count() == 4
    assert Reconciliation.objects.get().ended_at
