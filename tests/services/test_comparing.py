"""Everything against everything: what lost messages left open, and what nobody can explain."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import (
    Activity,
    Discrepancy,
    LedgerEntry,
    OutgoingEmail,
    PaymentAttempt,
    Reconciliation,
    StripeEvent,
)
from portal_plugin.services import payments
from portal_plugin.services.payments import comparing, explaining, ledger, reconciling
from portal_plugin.statuses import AttemptState, DiscrepancyKind
from tests.paying import ask, begin, confirm, days_later, events, order, paid, standin, take_all

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
FAILED = "payment_intent.payment_failed"


def of_stripe(standin):
    """What Stripe has put on the shop's balance, without its fees."""
    moved = ask(standin).v1.balance_transactions.list({"limit": 100})
    return sum(Decimal(one.amount) / 100 for one in moved.auto_paging_iter())


def rows():
    tables = (LedgerEntry, PaymentAttempt, Discrepancy, OutgoingEmail, Activity, StripeEvent)
    return [table.objects.count() for table in tables]


def four_orders():
    return [order(deposit_percent=0) for _number in range(4)]


def deaf(standin, in_full=None):
    """Four orders of whose money no message came."""
    in_full = in_full or four_orders()
    for document, card in zip(in_full, ("4242", "4242", "0259", "0002"), strict=True):
        confirm(standin, begin(document).attempt.payment_intent, card)
    first = PaymentAttempt.objects.get(document=in_full[0])
    ask(standin).v1.refunds.create({"payment_intent": first.payment_intent, "amount": 1900})
    return in_full


def unheard(standin, document=None):
    """One order of whose money no message came."""
    document = document or order(deposit_percent=0)
    confirm(standin, begin(document).attempt.payment_intent)


@pytest.mark.parametrize("days", [3, 40])
@pytest.mark.parametrize("was_compared", [True, False])
def test_what_no_message_told_is_found_once(standin, days, was_compared):
    documents = four_orders()
    if was_compared:
        payments.reconcile()
    deaf(standin, documents)
    days_later(standin, days)
    (found,) = payments.reconcile()
    assert found.news
    assert not found.unexplained
    assert LedgerEntry.objects.total() == of_stripe(standin) == Decimal("219")
    assert OutgoingEmail.objects.filter(kind="receipt_payment").count() == 3
    kept = [type(one).objects.get(pk=one.pk).paid for one in documents]
    assert kept == [Decimal("100"), Decimal("119"), 0, 0]
    before = rows()
    (found,) = payments.reconcile()
    assert (found.news, rows()) == (0, before)


def test_after_the_messages_there_is_nothing_new(standin):
    deaf(standin)
    take_all(standin)
    before = rows()[0]
    payments.reconcile()
    assert rows()[0] == before
    assert OutgoingEmail.objects.filter(kind="receipt_payment").count() == 3


def test_a_second_time_and_messages_that_come_late_after_all_change_nothing(standin):
    failed = deaf(standin)[3]
    payments.reconcile()
    assert PaymentAttempt.objects.get(document=failed).state == AttemptState.FAILED
    before = rows()
    (found,) = payments.reconcile()
    assert (found.news, rows()) == (0, before)
    take_all(standin)
    assert rows()[:-1] == before[:-1]


@pytest.mark.parametrize("days", [3, 40])
def test_what_a_bank_took_gave_back_and_took_again_is_found(standin, days):
    entry = paid(standin)
    opened = standin.dispute(entry.reference)
    for state in ("won", "lost"):
        standin.dispute_becomes(opened["id"], state)
    days_later(standin, days)
    payments.reconcile()
    kinds = ["payment", "chargeback", "reversal", "chargeback"]
    found = LedgerEntry.objects.order_by("pk")
    assert [row.kind for row in found] == kinds
    assert LedgerEntry.objects.total() == of_stripe(standin) == 0
    before = rows()
    payments.reconcile()
    assert rows() == before


@pytest.mark.parametrize("kept", [None, {}, {"account": "site-7", "handled_at": timezone.now()}])
def test_each_message_that_was_not_taken_is(standin, kept):
    """Also one that was kept and never worked off, or that has the number of another account's."""
    attempt = begin(order()).attempt
    confirm(standin, attempt.payment_intent, "0002")
    for event in events(standin, FAILED) if kept is not None else ():
        StripeEvent.objects.create(event_id=event.id, type="x", **kept)
    payments.reconcile()
    attempt.refresh_from_db()
    assert (attempt.state, attempt.declines.count()) == (AttemptState.FAILED, 1)
    assert not StripeEvent.objects.filter(account="", handled_at=None).exists()


def test_how_a_payment_stands_is_what_went_back_of_it_and_what_came_again():
    entry, other = (payments.record_offline(order(), amount=Decimal(20)) for _two in range(2))
    paid = comparing._written(entry)
    gone = payments.refund_outside(entry, amount=Decimal(5), reason="Crooked")
    went_back = comparing._written(entry)
    ledger.give_back(entry.document, gone, stripe_object="re_1")
    assert paid != went_back != comparing._written(entry)
    assert comparing._written(other) == paid


@pytest.mark.parametrize("is_known", [True, False])
def test_a_debit_that_is_under_way_is_news_unless_it_is_known(standin, is_known):
    attempt = begin(order()).attempt
    confirm(standin, attempt.payment_intent, "sepa")
    if is_known:
        take_all(standin)
    days_later(standin, 40)
    (found,) = payments.reconcile()
    attempt.refresh_from_db()
    assert (found.news, attempt.state) == (not is_known, AttemptState.PROCESSING)


def test_nor_is_one_that_was_booked_or_came_to_nothing(standin):
    paid(standin)
    confirm(standin, begin(order()).attempt.payment_intent, "0002")
    take_all(standin)
    (found,) = payments.reconcile()
    assert found.news == 0


def test_trying_it_out_writes_nothing_of_what_went_back_either(standin):
    entry, disputed = paid(standin), paid(standin)
    ask(standin).v1.refunds.create({"charge": entry.reference, "amount": 1900})
    standin.dispute(disputed.reference)
    days_later(standin, 40)
    before = rows()
    for _twice in range(2):
        (found,) = payments.reconcile(is_dry=True)
        assert (found.news, rows()) == (2, before)
    payments.reconcile()
    assert LedgerEntry.objects.total() == of_stripe(standin) == 100
    (found,) = payments.reconcile(is_dry=True)
    assert found.news == 0


def test_trying_it_out_counts_what_a_bank_gave_back_of_what_is_known(standin):
    entry = paid(standin)
    opened = standin.dispute(entry.reference)
    payments.reconcile()
    standin.dispute_becomes(opened["id"], "won")
    days_later(standin, 40)
    before = rows()
    for _twice in range(2):
        (found,) = payments.reconcile(is_dry=True)
        assert (found.news, rows()) == (1, before)
    assert [one.news for one in payments.reconcile()] == [1]
    assert LedgerEntry.objects.total() == of_stripe(standin) == entry.amount
    assert [one.news for one in payments.reconcile(is_dry=True)] == [0]


@pytest.mark.parametrize("then", ["", "warning_closed"])
def test_a_question_is_news_until_it_was_heard_and_when_it_is_closed(standin, then):
    opened = standin.dispute(paid(standin).reference, status="warning_needs_response")
    if then:
        payments.reconcile()
        standin.dispute_becomes(opened["id"], then)
    days_later(standin, 40)
    for is_dry, news in ((True, 1), (False, 1), (True, 0)):
        assert [one.news for one in payments.reconcile(is_dry=is_dry)] == [news]


def test_messages_are_looked_up_by_so_many_at_once(standin, monkeypatch):
    """Of those the oldest first; Stripe tells the newest first."""
    attempt = begin(order()).attempt
    for _card in range(3):
        confirm(standin, attempt.payment_intent, "0002")
    one, two, three = (event.id for event in events(standin, FAILED))
    monkeypatch.setattr(comparing, "CHUNK", 2)
    found = comparing.Found()
    since = timezone.now() - comparing.EVENTS_KEPT
    heard = [event.id for event in comparing._unheard(since, gateway.shared(), found)]
    assert (heard, found.seen) == ([two, three, one], 3)


def test_a_direct_debit_that_was_begun_long_before_arrives(standin):
    document = order(deposit_percent=0)
    payment = begin(document).attempt.payment_intent
    confirm(standin, payment, "sepa")
    payments.reconcile()
    days_later(standin, 5)
    standin.settle(payment, "succeeded")
    payments.reconcile()
    assert LedgerEntry.objects.total() == Decimal("119")


@pytest.mark.says_it_first
def test_money_with_our_name_that_nobody_asked_for_is_shown(standin):
    document = order()
    words = {"portal_document": document.public_id, "portal_attempt": "999999"}
    made = ask(standin).v1.payment_intents.create(
        {"amount": 5000, "currency": "eur", "metadata": words}
    )
    confirm(standin, made.id)
    (found,) = payments.reconcile()
    row = Discrepancy.objects.get()
    assert found.unexplained == 1
    assert (row.kind, row.stripe_object) == (DiscrepancyKind.UNKNOWN, made.id)
    assert (row.document_id, row.amount, row.currency) == (document.pk, 50, "EUR")
    assert not LedgerEntry.objects.exists()


@pytest.mark.says_it_first
def test_what_somebody_explained_stays_explained(standin):
    test_money_with_our_name_that_nobody_asked_for_is_shown(standin)
    explaining.close(Discrepancy.objects.get(), reason="From the old shop")
    payments.reconcile()
    assert not Discrepancy.objects.open().exists()
    assert Discrepancy.objects.get().note == "From the old shop"


def test_money_of_other_programs_is_nobodys_business(standin):
    made = ask(standin).v1.payment_intents.create({"amount": 500, "currency": "eur"})
    confirm(standin, made.id)
    (found,) = payments.reconcile()
    assert (found.unexplained, Discrepancy.objects.count()) == (0, 0)


def test_another_amount_than_was_asked_for_is_shown(standin):
    document = order()
    attempt = begin(document).attempt
    ask(standin).v1.payment_intents.update(attempt.payment_intent, {"amount": 3600})
    confirm(standin, attempt.payment_intent)
    payments.reconcile()
    row = Discrepancy.objects.get()
    assert (row.kind, row.document_id, row.amount) == (DiscrepancyKind.AMOUNT, document.pk, 36)


def test_what_we_have_booked_and_stripe_does_not_know_is_shown(standin):
    entry = paid(standin)
    standin.store.write("DELETE FROM objects WHERE id = ?", entry.stripe_object)
    (found,) = payments.reconcile()
    row = Discrepancy.objects.get()
    assert found.unexplained == 1
    assert (row.kind, row.stripe_object) == (DiscrepancyKind.MISSING, entry.stripe_object)


def test_trying_it_out_writes_nothing(standin):
    deaf(standin)
    before = rows()
    (found,) = payments.reconcile(is_dry=True)
    assert found.news
    assert rows() == before
    assert not Reconciliation.objects.exists()


def test_stripe_away_is_told_and_made_up_for(standin):
    deaf(standin)
    standin.misbehave("500", "/v1/refunds", times=1)
    with pytest.raises(CommandError, match="did not answer to the end"):
        call_command("portal_reconcile")
    assert not Reconciliation.objects.filter(ended_at__isnull=False).exists()
    call_command("portal_reconcile", stdout=StringIO())
    assert LedgerEntry.objects.total() == Decimal("219")


def test_the_command_says_what_it_found(standin):
    unheard(standin)
    said = StringIO()
    call_command("portal_reconcile", "--dry-run", stdout=said)
    assert not LedgerEntry.objects.exists()
    call_command("portal_reconcile", "--since", "2020-01-31", stdout=said)
    assert "that nobody can explain" in said.getvalue()
    assert LedgerEntry.objects.total() == Decimal("119")
    with pytest.raises(CommandError):
        call_command("portal_reconcile", "--since", "yesterday")


def test_the_sweep_does_it_once_a_day(standin):
    document = order(deposit_percent=0)
    payments.reconcile()
    unheard(standin, document)
    reconciling.reconcile_daily()
    assert not LedgerEntry.objects.exists()
    Reconciliation.objects.update(ended_at=timezone.now() - timedelta(hours=25))
    reconciling.reconcile_daily()
    assert LedgerEntry.objects.total() == Decimal("119")


def test_without_stripe_there_is_nothing_to_compare(settings):
    settings.PORTAL_PLUGIN = {}
    said = StringIO()
    call_command("portal_reconcile", stdout=said)
    assert "not set up" in said.getvalue()
