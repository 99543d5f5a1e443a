"""What Stripe says of a dispute, in our words."""

import pytest
import stripe as package

from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe import disputes
from portal_plugin.models import Dispute
from portal_plugin.statuses import DisputeState


def test_a_dispute_is_answered_where_its_money_is():
    there = "https://dashboard.stripe.com/"
    assert stripe.dashboard_url("dp_1", is_live=True) == f"{there}disputes/dp_1"
    assert stripe.dashboard_url("dp_1", is_live=False) == f"{there}test/disputes/dp_1"


def dispute(**values):
    known = {"id": "dp_1", "amount": 100, "currency": "eur", "status": "lost", "created": 1}
    return disputes.read(package.Dispute.construct_from(known | values, "sk_test_standin"))


def test_a_dispute_of_a_charge_without_a_payment_has_none():
    found = dispute(charge="ch_1", payment_intent=None)
    assert (found.charge, found.payment) == ("ch_1", "")


@pytest.mark.parametrize(
    ("status", "state", "is_withdrawn", "is_appealed"),
    [
        ("warning_needs_response", DisputeState.INQUIRY, False, False),
        ("needs_response", DisputeState.NEEDS_RESPONSE, True, False),
        ("lost", DisputeState.LOST, True, False),
        ("appeal_needs_response", DisputeState.NEEDS_RESPONSE, True, True),
        ("appeal_under_review", DisputeState.UNDER_REVIEW, True, True),
        ("prevented", DisputeState.INQUIRY_CLOSED, False, False),
        ("of_another_time", DisputeState.UNDER_REVIEW, False, False),
    ],
)
def test_what_a_dispute_says(status, state, is_withdrawn, is_appealed):
    found = dispute(status=status)
    assert (found.state, found.is_withdrawn, found.is_appealed) == (
        state,
        is_withdrawn,
        is_appealed,
    )


def moves(*units, currency="eur"):
    return [
        {"id": f"txn_{number}", "amount": amount, "currency": currency, "created": 9 + number}
        for number, amount in enumerate(units)
    ]


def moved(found):
    return [(one.id, int(one.amount * 100)) for one in (*found.withdrawals, *found.returns)]


def test_a_dispute_says_each_time_that_money_went_and_came():
    found = dispute(balance_transactions=moves(-100, 100, -100)[::-1])
    assert moved(found) == [("dp_1", -100), ("txn_2", -100), ("dp_1", 100)]


def test_what_moved_in_the_currency_of_the_account_is_all_of_the_dispute():
    found = dispute(balance_transactions=moves(-137, 131, currency="usd"))
    assert moved(found) == [("dp_1", -100), ("dp_1", 100)]


def test_of_a_part_that_moved_in_the_disputes_own_currency_it_is_that_part():
    yen = dispute(amount=500, currency="jpy", balance_transactions=moves(-200, currency="jpy"))
    assert [(one.amount, yen.currency) for one in yen.moved] == [(-200, "JPY")]


@pytest.mark.parametrize("currency", ["eur", "usd"])
def test_a_row_that_moves_nothing_counts_for_none(currency):
    found = dispute(status="warning_closed", balance_transactions=moves(0, currency=currency))
    assert moved(found) == []


def test_before_there_are_rows_the_state_says_what_moved():
    assert moved(dispute(status="won")) == [("dp_1", -100), ("dp_1", 100)]
    lost = dispute(status="lost", balance_transactions=None)
    assert moved(lost) == [("dp_1", -100)]
    assert lost.withdrawals[0].at == lost.opened_at
    assert dispute(status="won").returns[0].at > lost.opened_at


@pytest.mark.parametrize(
    ("said", "reason"),
    [("fraudulent", "fraudulent"), (None, ""), ("x" * 101, "x" * 100)],
)
def test_what_the_customer_says_of_it_fits_its_row(said, reason):
    assert dispute(reason=said).reason == reason
    assert len(reason) <= Dispute._meta.get_field("reason").max_length
