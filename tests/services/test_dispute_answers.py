"""What Stripe answers of a dispute counts as it went, in whatever order and however often."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from portal_plugin.models import Dispute
from portal_plugin.services.payments import disputing
from portal_plugin.statuses import DisputeState
from tests.disputing import answer_of, become, disputed, document, ledger
from tests.paying import events, mails, paid, standin, take, take_all

__all__ = ["disputed", "standin"]

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
ALL = Decimal("119.00")
TAKEN = [("payment", ALL), ("chargeback", -ALL), ("reversal", ALL), ("chargeback", -ALL)]


def test_what_the_bank_decided_is_not_undecided_by_an_older_answer(standin, disputed):
    row = Dispute.objects.get()
    older = answer_of(row)
    become(standin, "won")
    disputing.apply(older, disputed)
    assert Dispute.objects.get().state == DisputeState.WON
    assert document(disputed).charged_back == 0


def test_nor_is_one_for_which_no_money_moved(standin, disputed):
    row = Dispute.objects.get()
    open_answer = replace(answer_of(row), id="du_unmoved", is_withdrawn=False, moved=())
    disputing.apply(replace(open_answer, state=DisputeState.WON), disputed)
    disputing.apply(open_answer, disputed)
    assert Dispute.objects.get(stripe_dispute="du_unmoved").state == DisputeState.WON


def test_what_was_lost_can_be_appealed_against(standin, disputed):
    row = Dispute.objects.get()
    open_answer = answer_of(row)
    become(standin, "lost")
    disputing.apply(open_answer, disputed)
    assert Dispute.objects.get().state == DisputeState.LOST
    disputing.apply(replace(open_answer, is_appealed=True), disputed)
    assert Dispute.objects.get().state == DisputeState.NEEDS_RESPONSE
    disputing.apply(replace(open_answer, state=DisputeState.WON, is_returned=True), disputed)
    assert ledger(disputed) == [("payment", ALL), ("chargeback", -ALL), ("reversal", ALL)]


def test_a_question_that_was_closed_can_still_become_a_chargeback(standin):
    entry = paid(standin, "1976")
    take_all(standin)
    asked = answer_of(Dispute.objects.get())
    become(standin, "warning_closed")
    disputing.apply(asked, entry)
    assert Dispute.objects.get().state == DisputeState.INQUIRY_CLOSED
    taken = replace(asked, state=DisputeState.NEEDS_RESPONSE, is_withdrawn=True)
    disputing.apply(taken, entry)
    assert Dispute.objects.get().state == DisputeState.NEEDS_RESPONSE
    assert ledger(entry) == [("payment", ALL), ("chargeback", -ALL)]


def test_what_was_won_and_is_lost_again_is_taken_a_second_time(standin, disputed):
    become(standin, "won", "lost")
    assert ledger(disputed) == TAKEN
    assert Dispute.objects.get().state == DisputeState.LOST
    found = document(disputed)
    assert (found.paid, found.charged_back, found.balance_due) == (0, ALL, ALL)
    assert (mails("staff_chargeback"), mails("staff_chargeback_returned")) == (2, 1)
    become(standin, "won")
    assert ledger(disputed) == [*TAKEN, ("reversal", ALL)]
    assert document(disputed).paid == ALL
    assert Dispute.objects.get().state == DisputeState.WON


def test_one_that_is_opened_again_waits_for_an_answer(standin, disputed):
    become(standin, "won")
    become(standin, "needs_response")
    assert ledger(disputed) == TAKEN
    assert list(Dispute.objects.waiting().values_list("state", flat=True)) == ["needs_response"]


def test_it_is_said_to_be_open_before_the_money_is_taken_again(standin, disputed):
    become(standin, "won")
    won = answer_of(Dispute.objects.get())
    disputing.apply(replace(won, state=DisputeState.UNDER_REVIEW, is_returned=False), disputed)
    assert Dispute.objects.get().state == DisputeState.UNDER_REVIEW
    assert ledger(disputed) == TAKEN[:3]


def test_each_time_is_booked_once_in_whatever_order_answers_come(standin, disputed):
    row = Dispute.objects.get()
    answers = [answer_of(row)]
    for state in ("under_review", "won", "under_review", "won", "lost"):
        standin.dispute_becomes(row.stripe_dispute, state)
        answers.append(answer_of(row))
    whole = [*TAKEN[:3], *TAKEN[1:3], TAKEN[1]]
    for chance in range(8):
        told = [*answers, *answers]
        Random(chance).shuffle(told)
        for answer in told:
            disputing.apply(answer, disputed)
        assert ledger(disputed) == whole
        assert Dispute.objects.get().state == DisputeState.LOST
        for kind in ("reversal", "chargeback"):
            disputed.document.ledger.filter(kind=kind).delete()
        Dispute.objects.all().delete()
    assert [one.amount > 0 for one in answers[-1].moved] == [False, True, False, True, False]


def test_all_that_was_told_of_it_in_any_order_and_twice(standin, disputed):
    row = Dispute.objects.get()
    for state in ("won", "lost", "won", "lost"):
        standin.dispute_becomes(row.stripe_dispute, state)
    told = events(standin) * 2
    Random(5).shuffle(told)
    for event in told:
        take(event)
    assert ledger(disputed) == [*TAKEN[:3], *TAKEN[1:3], TAKEN[1]]


def test_what_its_state_says_and_its_row_says_later_is_one(standin, disputed):
    row = Dispute.objects.get()
    standin.dispute_becomes(row.stripe_dispute, "won")
    answer = answer_of(row)
    disputing.apply(replace(answer, moved=()), disputed)
    assert ledger(disputed) == TAKEN[:3]
    disputing.apply(answer, disputed)
    assert ledger(disputed) == TAKEN[:3]


def test_only_what_came_back_is_given_back(standin, disputed):
    row = Dispute.objects.get()
    standin.dispute_becomes(row.stripe_dispute, "won")
    answer = answer_of(row)
    then = datetime(2027, 3, 4, tzinfo=UTC)
    part = replace(answer.moved[1], amount=Decimal("19"), at=then)
    disputing.apply(replace(answer, moved=(answer.moved[0], part)), disputed)
    assert document(disputed).paid == 19
    assert disputed.document.ledger.get(kind="reversal").occurred_at == then


def test_more_that_came_back_than_was_taken_is_not_booked(standin, disputed):
    row = Dispute.objects.get()
    standin.dispute_becomes(row.stripe_dispute, "won")
    answer = answer_of(row)
    again = replace(answer.moved[1], id="txn_again")
    disputing.apply(replace(answer, moved=(*answer.moved, again)), disputed)
    assert ledger(disputed) == TAKEN[:3]
