"""What a bank takes back is booked once, what it gives back once, and a question not at all."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import pytest
from django.db import DatabaseError
from django.utils import timezone

from portal_plugin import signals
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Discrepancy, Dispute, LedgerEntry, OutgoingEmail, StripeEvent
from portal_plugin.services import activity
from portal_plugin.services.payments import disputing
from portal_plugin.statuses import DisputeState
from tests.disputing import answer_of, become, disputed, document, ledger
from tests.paying import ask, mails, order, paid, standin, take_all

__all__ = ["disputed", "standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
ALL = Decimal("119.00")


def test_is_booked_with_everything_that_follows(standin, django_capture_on_commit_callbacks):
    heard = []

    def receiver(**values):
        heard.append((values["document"].pk, values["dispute"]))

    signals.payment_disputed.connect(receiver)
    entry = paid(standin, "0259")
    with django_capture_on_commit_callbacks(execute=True):
        take_all(standin)
    row = Dispute.objects.get()
    assert heard == [(entry.document_id, row)]
    assert (row.state, row.payment) == (DisputeState.NEEDS_RESPONSE, entry)
    assert (row.amount, row.currency) == (ALL, "EUR")
    assert (row.reason, row.answer_by > row.opened_at) == ("fraudulent", True)
    assert ledger(entry) == [("payment", ALL), ("chargeback", -ALL)]
    found = document(entry)
    assert (found.paid, found.charged_back, found.refunded, found.balance_due) == (0, ALL, 0, ALL)
    assert found.left_of(entry) == 0
    assert (mails("staff_chargeback"), mails("staff_dispute")) == (1, 0)
    assert found.activities.filter(verb="chargeback").count() == 1


def told(payment, verb):
    """What the history keeps of it, and what the shop's mail about it is written from."""
    [happening] = OutgoingEmail.objects.get(kind=f"staff_{verb}").facts["happenings"]
    return activity.facts(document(payment).activities.get(verb=verb)), happening


def test_the_history_and_the_mail_name_the_question(standin):
    entry = paid(standin, "1976")
    take_all(standin)
    kept, mailed = told(entry, "dispute")
    assert kept == {"dispute": Dispute.objects.get().pk}
    assert mailed["dispute"] == kept["dispute"]


def test_the_history_and_the_mail_name_the_money_that_went_and_came_back(standin, disputed):
    become(standin, "won")
    row = Dispute.objects.get()
    for verb, kind in (("chargeback", "chargeback"), ("chargeback_returned", "reversal")):
        booked = LedgerEntry.objects.get(document=disputed.document, kind=kind)
        kept, mailed = told(disputed, verb)
        assert (kept["entry"], kept["dispute"]) == (booked.pk, row.pk)
        assert mailed["entry"] == booked.pk


def test_what_was_taken_is_of_the_payment_and_named_after_the_dispute(standin, disputed):
    row = Dispute.objects.get()
    booked = LedgerEntry.objects.get(document=disputed.document, kind="chargeback")
    assert (booked.about, booked.attempt) == (disputed, disputed.attempt)
    assert (booked.method, booked.reference) == (disputed.method, row.stripe_dispute)
    assert booked.occurred_at == answer_of(row).withdrawals[0].at
    become(standin, "won")
    came = LedgerEntry.objects.get(document=disputed.document, kind="reversal")
    assert (came.about, came.attempt) == (booked, disputed.attempt)
    assert (came.method, came.reference) == (disputed.method, row.stripe_dispute)


def test_ten_repeats_are_one(standin, disputed):
    for _time in range(10):
        take_all(standin)
    assert ledger(disputed) == [("payment", ALL), ("chargeback", -ALL)]
    assert mails("staff_chargeback") == 1
    history = document(disputed).activities.values_list("verb", flat=True)
    assert [list(history).count(verb) for verb in ("dispute", "chargeback")] == [1, 1]


def test_won_gives_it_back(standin, disputed):
    become(standin, "under_review", "won")
    assert ledger(disputed) == [("payment", ALL), ("chargeback", -ALL), ("reversal", ALL)]
    found = document(disputed)
    assert (found.paid, found.charged_back, found.left_of(disputed)) == (ALL, 0, ALL)
    assert Dispute.objects.get().state == DisputeState.WON
    assert mails("staff_chargeback_returned") == 1
    assert found.activities.filter(verb="chargeback_returned").count() == 1
    assert found.listed_balance == 0


def test_while_it_is_open_each_state_of_it_is_news(standin, disputed):
    become(standin, "under_review")
    assert Dispute.objects.get().state == DisputeState.UNDER_REVIEW


def test_lost_stays(standin, disputed):
    become(standin, "lost")
    assert ledger(disputed) == [("payment", ALL), ("chargeback", -ALL)]
    assert Dispute.objects.get().state == DisputeState.LOST


def test_won_is_whole_also_when_only_its_end_is_told(standin):
    entry = paid(standin)
    opened = standin.dispute(entry.reference)
    standin.dispute_becomes(opened["id"], "won")
    take_all(standin, "charge.dispute.closed")
    assert ledger(entry) == [("payment", ALL), ("chargeback", -ALL), ("reversal", ALL)]


def test_a_question_books_nothing(standin):
    entry = paid(standin, "1976")
    take_all(standin)
    assert Dispute.objects.get().state == DisputeState.INQUIRY
    assert ledger(entry) == [("payment", ALL)]
    assert (mails("staff_dispute"), mails("staff_chargeback")) == (1, 0)
    become(standin, "warning_closed")
    assert Dispute.objects.get().state == DisputeState.INQUIRY_CLOSED
    assert ledger(entry) == [("payment", ALL)]
    assert mails("staff_dispute") == 1


def test_an_event_that_was_taken_changes_nothing(standin):
    entry = paid(standin, "0259")
    [found] = ask(standin).v1.disputes.list().data
    answer = gateway.find_dispute(found.id, gateway.shared())
    event = StripeEvent.objects.create(event_id="evt_1", type="x", handled_at=timezone.now())
    assert disputing.apply(answer, entry, event) == "handled already"
    assert not Dispute.objects.exists()


def test_the_event_is_closed_with_what_was_done_and_no_other(standin):
    entry = paid(standin, "0259")
    [found] = ask(standin).v1.disputes.list().data
    answer = gateway.find_dispute(found.id, gateway.shared())
    event, other = (StripeEvent.objects.create(event_id=name, type="x") for name in "ab")
    disputing.apply(answer, entry, event)
    event.refresh_from_db()
    assert (event.outcome, bool(event.handled_at)) == ("dispute needs_response", True)
    assert StripeEvent.objects.filter(handled_at=None).get() == other


def test_a_question_may_become_a_chargeback(standin):
    entry = paid(standin, "1976")
    take_all(standin)
    become(standin, "needs_response")
    assert ledger(entry) == [("payment", ALL), ("chargeback", -ALL)]


def test_what_cannot_be_written_whole_leaves_nothing_behind(standin):
    entry = paid(standin, "0259")
    [found] = ask(standin).v1.disputes.list().data
    answer = gateway.find_dispute(found.id, gateway.shared())
    no_column_holds_it = replace(answer.moved[0], id="txn_2", amount=Decimal("-1e30"))
    with pytest.raises((InvalidOperation, DatabaseError)):
        disputing.apply(replace(answer, moved=(*answer.moved, no_column_holds_it)), entry)
    assert not Dispute.objects.exists()
    assert ledger(entry) == [("payment", ALL)]
    assert (mails("staff_chargeback"), document(entry).charged_back) == (0, 0)


def test_after_a_part_was_paid_back(standin):
    from portal_plugin.services import payments

    entry = paid(standin)
    payments.refund(entry, amount=Decimal("19"), reason="Late")
    opened = standin.dispute(entry.reference, amount=10000)
    take_all(standin)
    assert ledger(entry) == [("payment", ALL), ("refund", -19), ("chargeback", -100)]
    standin.dispute_becomes(opened["id"], "won")
    take_all(standin)
    assert document(entry).paid == 100


@pytest.mark.parametrize("said", [{"payment": "pi_x"}, {"is_live": True}])
def test_one_of_another_payment_or_mode_books_nothing(standin, said):
    entry = paid(standin, "0259")
    [found] = ask(standin).v1.disputes.list().data
    answer = gateway.find_dispute(found.id, gateway.shared())
    assert disputing.apply(replace(answer, **said), entry).startswith("ignored")
    assert not Dispute.objects.exists()
    assert ledger(entry) == [("payment", ALL)]


def test_one_in_another_currency_books_nothing_and_is_shown_to_staff_once(standin):
    entry = paid(standin, "0259")
    [found] = ask(standin).v1.disputes.list().data
    answer = gateway.find_dispute(found.id, gateway.shared())
    for _time in range(2):
        assert disputing.apply(replace(answer, currency="USD"), entry).startswith("refused")
    shown = Discrepancy.objects.open().get()
    assert (shown.stripe_object, shown.amount, shown.currency) == (found.id, ALL, "USD")
    assert shown.document_id == entry.document_id
    assert not Dispute.objects.exists()
    assert ledger(entry) == [("payment", ALL)]


def test_whether_it_is_of_real_money_and_since_when_it_is_open_is_kept(standin, disputed, settings):
    """Staff's link to Stripe is made of the one."""
    said = {"id": "du_live", "is_live": True, "opened_at": datetime(2026, 3, 4, tzinfo=UTC)}
    answer = replace(answer_of(Dispute.objects.get()), **said)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_SECRET_KEY": "sk_live_1"}
    disputing.apply(answer, disputed)
    live = Dispute.objects.get(is_live=True)
    assert (live.stripe_dispute, live.opened_at) == ("du_live", said["opened_at"])


def test_what_another_account_calls_by_the_same_names_is_none_of_it(standin):
    entry = paid(standin, "0259")
    [found] = ask(standin).v1.disputes.list().data
    answer = gateway.find_dispute(found.id, gateway.shared())
    LedgerEntry.objects.create(
        document=order(),
        kind="chargeback",
        amount=-ALL,
        currency="EUR",
        account="acct_other",
        stripe_object=answer.withdrawals[0].id,
        reference=found.id,
        occurred_at=timezone.now(),
    )
    disputing.apply(answer, entry)
    assert ledger(entry) == [("payment", ALL), ("chargeback", -ALL)]
    disputing.apply(replace(answer, state=DisputeState.UNDER_REVIEW), entry)
    assert Dispute.objects.get().state == DisputeState.UNDER_REVIEW


def test_what_goes_and_comes_back_is_no_payment_that_was_received(
    standin, django_capture_on_commit_callbacks
):
    paid(standin, "0259")
    heard = []

    def receiver(**values):
        heard.append(values["entry"])

    signals.payment_received.connect(receiver)
    with django_capture_on_commit_callbacks(execute=True):
        take_all(standin)
        become(standin, "won")
    assert LedgerEntry.objects.count() == 3
    assert heard == []


def test_an_app_that_fails_at_the_news_holds_nothing_up(
    standin, django_capture_on_commit_callbacks
):
    entry, heard = paid(standin, "0259"), []

    def receiver(**values):
        heard.append(values["dispute"])
        raise LookupError

    signals.payment_disputed.connect(receiver)
    with django_capture_on_commit_callbacks(execute=True):
        take_all(standin)
    signals.payment_disputed.disconnect(receiver)
    assert heard == [Dispute.objects.get()]
    assert ledger(entry) == [("payment", ALL), ("chargeback", -ALL)]
