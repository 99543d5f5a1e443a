"""A card form that is open while the document changes: its payment is taken back at Stripe."""

from decimal import Decimal

import pytest
import stripe
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal_plugin.models import LedgerEntry, PaymentAttempt, Stage
from portal_plugin.services import payments, staging, work
from portal_plugin.services.payments import outdating
from portal_plugin.statuses import AttemptState
from tests.factories import fresh, link_factory, publish, site_factory
from tests.paying import FEES, ask, begin, confirm, intents, is_lock, order, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture
def shop_order(standin):
    return order()


def at_stripe(attempt, standin):
    return ask(standin).v1.payment_intents.retrieve(attempt.payment_intent).status


def dearer(document):
    document = fresh(document)
    item = document.line_items.all()[0]
    item.unit_price += 10
    document.line_items = [item]
    publish(document)


def test_a_raised_price_cannot_be_confirmed_as_it_was(standin, shop_order):
    attempt = begin(shop_order).attempt
    dearer(shop_order)
    assert fresh(attempt).needs_look
    outdating.drain()
    assert fresh(attempt).state == AttemptState.CANCELLED
    with pytest.raises(stripe.InvalidRequestError, match="canceled"):
        confirm(standin, attempt.payment_intent)
    take_all(standin)
    assert not LedgerEntry.objects.exists()


def test_what_was_paid_in_another_way_cannot_be_confirmed_as_well(standin, shop_order):
    attempt = begin(shop_order).attempt
    payments.record_offline(shop_order, amount=Decimal("35.70"))
    outdating.drain()
    assert at_stripe(attempt, standin) == "canceled"


def test_a_cancelled_order_cannot_be_confirmed(standin, shop_order):
    attempt = begin(shop_order).attempt
    staging.cancel(shop_order, "No paper")
    outdating.drain()
    assert at_stripe(attempt, standin) == "canceled"


def test_a_declined_one_that_could_be_tried_again_is_taken_back_too(standin, shop_order):
    attempt = begin(shop_order).attempt
    confirm(standin, attempt.payment_intent, "0002")
    take_all(standin)
    payments.record_offline(shop_order, amount=Decimal(5))
    outdating.drain()
    assert at_stripe(attempt, standin) == "canceled"


def test_stripes_page_is_closed(standin, shop_order):
    attempt = begin(shop_order, is_hosted=True).attempt
    payments.record_offline(shop_order, amount=Decimal(5))
    outdating.drain()
    session = ask(standin).v1.checkout.sessions.retrieve(attempt.checkout_session)
    assert session.status == "expired"


def test_what_is_still_right_stays_and_asks_nobody(standin, shop_order, settings):
    attempt = begin(shop_order).attempt
    dead = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": "http://127.0.0.1:9"}
    staging.set_stage(shop_order, Stage.objects.filter(site=shop_order.site).first())
    assert fresh(attempt).needs_look
    settings.PORTAL_PLUGIN = dead
    assert outdating.drain() == 1
    assert not fresh(attempt).needs_look
    assert fresh(attempt).state == AttemptState.OPEN


def test_where_stripe_is_away_it_is_tried_again(standin, shop_order, settings):
    attempt = begin(shop_order).attempt
    payments.record_offline(shop_order, amount=Decimal(5))
    alive = settings.PORTAL_PLUGIN
    settings.PORTAL_PLUGIN = {**alive, "STRIPE_API_BASE": "http://127.0.0.1:9"}
    assert outdating.drain() == 0
    assert fresh(attempt).needs_look
    settings.PORTAL_PLUGIN = alive
    assert outdating.drain() == 1
    assert outdating.drain() == 0
    assert at_stripe(attempt, standin) == "canceled"


def test_what_stripe_refuses_to_take_back_is_not_asked_for_again_and_again(
    standin, shop_order, settings
):
    attempt = begin(shop_order).attempt
    payments.record_offline(shop_order, amount=Decimal(5))
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_SECRET_KEY": "sk_test_invalid"}
    assert outdating.drain() == 1
    assert fresh(attempt).state == AttemptState.OPEN
    assert outdating.drain() == 0


def test_what_the_bank_works_on_already_is_left_to_come(standin, shop_order):
    attempt = begin(shop_order).attempt
    confirm(standin, attempt.payment_intent, "sepa")
    take_all(standin)
    dearer(shop_order)
    assert outdating.drain() == 0
    assert fresh(attempt).state == AttemptState.PROCESSING
    assert fresh(attempt).needs_look


def test_what_turns_out_to_be_with_the_bank_is_looked_at_when_the_bank_gives_it_back(
    standin, shop_order
):
    attempt = begin(shop_order).attempt
    confirm(standin, attempt.payment_intent, "sepa")
    dearer(shop_order)
    assert (outdating.drain(), fresh(attempt).state) == (1, AttemptState.PROCESSING)
    standin.settle(attempt.payment_intent, "failed")
    take_all(standin)
    outdating.drain()
    assert at_stripe(attempt, standin) == "canceled"


def test_what_carries_other_words_by_now_is_asked_for_once(standin, shop_order):
    """Whoever wrote them: it is paid, and no attempt of ours."""
    attempt = begin(shop_order).attempt
    words = {"metadata": {"portal_attempt": "0"}}
    ask(standin).v1.payment_intents.update(attempt.payment_intent, words)
    confirm(standin, attempt.payment_intent)
    payments.record_offline(shop_order, amount=Decimal(5))
    assert [outdating.drain() for _twice in range(2)] == [1, 0]


def test_paid_a_moment_before_it_counts(standin, shop_order):
    attempt = begin(shop_order).attempt
    confirm(standin, attempt.payment_intent)
    dearer(shop_order)
    outdating.drain()
    assert fresh(attempt).state == AttemptState.SUCCEEDED
    assert LedgerEntry.objects.get().amount == Decimal("35.70")


@pytest.mark.django_db(transaction=True)
def test_it_is_done_once_the_answer_is_out(standin):
    document = order()
    attempt = begin(document).attempt
    payments.record_offline(document, amount=Decimal(5))
    work.drain_after_answer()
    assert at_stripe(attempt, standin) == "canceled"


def test_other_documents_are_left_alone(standin, shop_order):
    other = begin(order()).attempt
    payments.record_offline(shop_order, amount=Decimal(5))
    assert outdating.drain() == 0
    assert at_stripe(other, standin) == "requires_payment_method"


def test_where_other_amounts_are_taken_one_within_the_limits_stays(standin, shop_order):
    site_factory(takes_other_amounts=True)
    link = link_factory(shop_order)
    attempt = payments.begin(shop_order, link=link, amount=Decimal(20)).attempt
    payments.record_offline(shop_order, amount=Decimal(5))
    outdating.drain()
    assert fresh(attempt).state == AttemptState.OPEN
    assert len(intents(standin)) == PaymentAttempt.objects.count() == 1


@pytest.mark.parametrize("now", [[], [{"method": "card", "percent": "9", "fixed": "0"}]])
def test_what_was_begun_keeps_the_fee_that_the_customer_was_shown(standin, now):
    """They pressed Pay below it, and the order is paid either way; whoever presses it again is
    shown the new one first."""
    site_factory(method_fees=FEES)
    document = order()
    attempt = begin(document, way="card").attempt
    site_factory(method_fees=now)
    staging.set_stage(document, Stage.objects.filter(site=document.site).first())
    outdating.drain()
    confirm(standin, attempt.payment_intent)
    take_all(standin, "payment_intent.succeeded")
    entry = LedgerEntry.objects.get()
    assert (entry.amount, entry.surcharge) == (Decimal("36.84"), Decimal("1.14"))
    assert (fresh(document).paid, fresh(document).deposit_due) == (Decimal("35.70"), 0)


def test_in_another_currency_the_same_amount_is_another_one(shop_order):
    attempt = begin(shop_order).attempt
    assert not outdating.is_outdated(attempt)
    attempt.currency = "USD"
    assert outdating.is_outdated(attempt)


@pytest.mark.parametrize(("number", "is_outdated"), [(1, False), (2, True), (None, False)])
def test_of_two_instalments_of_the_same_amount_just_the_next_is_right(standin, number, is_outdated):
    site_factory(takes_instalments=True)
    plan = [{"percent": "50", "on": None, "days": None}, {"percent": "50", "on": None, "days": 30}]
    document = order(deposit_percent=0, instalments=plan)
    attempt = begin(document).attempt
    attempt.instalment = number
    assert outdating.is_outdated(attempt) is is_outdated


def test_once_the_plan_is_paid_none_of_its_instalments_is_due(standin):
    site_factory(takes_instalments=True)
    plan = [{"percent": "50", "on": None, "days": None}, {"percent": "50", "on": None, "days": 30}]
    document = order(deposit_percent=0, instalments=plan)
    attempt = begin(document).attempt
    payments.record_offline(document, amount=Decimal(119))
    assert outdating.is_outdated(fresh(attempt))


def test_an_instalment_of_a_plan_that_was_taken_away_is_outdated(standin):
    attempt = begin(order()).attempt
    attempt.instalment = 1
    assert outdating.is_outdated(attempt)


@pytest.mark.says_it_first
def test_the_mark_of_the_one_that_was_looked_at_goes_alone(standin):
    attempts = [begin(order()).attempt for _both in range(2)]
    PaymentAttempt.objects.update(needs_look=True)
    assert outdating.drain(limit=1) == 1
    assert [fresh(attempt).needs_look for attempt in attempts] == [False, True]


def test_whether_it_is_right_is_seen_under_the_documents_lock(standin):
    begin(order())
    PaymentAttempt.objects.update(needs_look=True)
    with CaptureQueriesContext(connection) as seen:
        outdating.drain()
    _found, began, first = (query["sql"] for query in seen.captured_queries[:3])
    assert began.startswith("SAVEPOINT")
    assert is_lock(first)
