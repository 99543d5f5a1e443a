"""Refunds and disputes as Stripe has them, in our words."""

from decimal import Decimal
from uuid import uuid4

import pytest

from portal_plugin.gateways import stripe as gateway
from portal_plugin.gateways.stripe import disputes, refunds
from portal_plugin.statuses import DisputeState, RefundState
from tests.paying import ask, standin

__all__ = ["standin"]


@pytest.fixture
def payment(standin):
    """A payment of 50.00 EUR that was made by another program."""
    how = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://shop.example"}
    return ask(standin).v1.payment_intents.create({"amount": 5000, "currency": "eur", **how})


def order(payment, amount="12.30", **values):
    values = {
        "document": "abc",
        "refund": 7,
        "key": uuid4(),
        "currency": "EUR",
        "account": gateway.shared(),
    } | values
    return gateway.RefundOrder(amount=Decimal(amount), payment=payment.id, **values)


def test_is_made_once_for_a_key_and_found_again(payment):
    wanted = order(payment)
    made = gateway.create_refund(wanted)
    assert (made.amount, made.currency, made.state) == (
        Decimal("12.30"),
        "EUR",
        RefundState.SUCCEEDED,
    )
    assert (made.payment, made.refund) == (payment.id, 7)
    assert gateway.create_refund(wanted) == made == gateway.find_refund(made.id, gateway.shared())
    assert gateway.refunds_of_payment(payment.id, gateway.shared()) == [made]
    assert gateway.refunds_of_charge(payment.latest_charge, gateway.shared()) == [made]


def test_more_than_ten_are_all_found(payment):
    for _number in range(11):
        gateway.create_refund(order(payment, "1"))
    assert len(gateway.refunds_of_payment(payment.id, gateway.shared())) == 11


def test_a_refusal_has_stripes_code_and_sentence(payment):
    gateway.create_refund(order(payment, "50"))
    with pytest.raises(gateway.Refused) as caught:
        gateway.create_refund(order(payment, "1"))
    assert caught.value.code == "charge_already_refunded"
    assert "already been refunded" in caught.value.reason


def test_what_nobody_has_is_not_found(standin):
    for find in (gateway.find_refund, gateway.find_dispute):
        with pytest.raises(gateway.NotFound):
            find("xx_nobody", gateway.shared())


def test_an_answer_that_nobody_can_read_says_nothing_of_what_was_done(standin, payment):
    standin.misbehave("nonsense", "/v1/refunds")
    with pytest.raises(gateway.NoAnswer) as caught:
        gateway.create_refund(order(payment))
    assert not isinstance(caught.value, gateway.Refused)


def test_what_came_back_is_told_apart_from_what_never_went(standin, payment):
    made = gateway.create_refund(order(payment))
    assert not made.has_come_back
    standin.settle_refund(made.id, "failed")
    found = gateway.find_refund(made.id, gateway.shared())
    assert (found.state, found.has_come_back) == (RefundState.FAILED, True)
    assert found.failure_code == "expired_or_canceled_card"


class Answer:
    """As the `stripe` package gives one, with the fields that we read."""

    def __init__(self, **fields):
        self.id = fields["id"]
        self._fields = fields

    def to_dict(self):
        return self._fields


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_action", RefundState.PENDING),
        ("canceled", RefundState.FAILED),
        ("teleported", RefundState.PENDING),
        (None, RefundState.PENDING),
    ],
)
def test_states_of_a_refund(status, state):
    answer = Answer(id="re_1", amount=500, currency="jpy", created=1, status=status)
    read = refunds.read(answer)
    assert (read.state, read.amount, read.payment, read.refund) == (state, 500, "", None)


@pytest.mark.parametrize(
    ("status", "state", "is_withdrawn", "is_returned"),
    [
        ("warning_needs_response", DisputeState.INQUIRY, False, False),
        ("warning_under_review", DisputeState.UNDER_REVIEW, False, False),
        ("warning_closed", DisputeState.INQUIRY_CLOSED, False, False),
        ("prevented", DisputeState.INQUIRY_CLOSED, False, False),
        ("needs_response", DisputeState.NEEDS_RESPONSE, True, False),
        ("under_review", DisputeState.UNDER_REVIEW, True, False),
        ("won", DisputeState.WON, True, True),
        ("lost", DisputeState.LOST, True, False),
        ("teleported", DisputeState.UNDER_REVIEW, False, False),
    ],
)
def test_states_of_a_dispute(status, state, is_withdrawn, is_returned):
    answer = Answer(id="dp_1", amount=500, currency="eur", created=1, status=status)
    read = disputes.read(answer)
    assert (read.state, read.is_withdrawn, read.is_returned) == (state, is_withdrawn, is_returned)
