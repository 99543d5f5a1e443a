"""A payment that becomes another one, or none, while it is begun."""

import pytest

from portal_plugin import faults
from portal_plugin.exceptions import PaymentUnavailable
from portal_plugin.models import PaymentAttempt
from portal_plugin.services.payments import booking
from portal_plugin.statuses import AttemptState
from tests.factories import fresh
from tests.paying import ask, begin, intents, order, standin

__all__ = ["standin"]

pytestmark = pytest.mark.django_db


def test_what_somebody_changed_at_stripe_is_taken_back_and_begun_anew(standin):
    document = order()
    first = begin(document).attempt
    ask(standin).v1.payment_intents.update(first.payment_intent, {"amount": 3600})
    second = begin(document).attempt
    assert (fresh(first).state, second.state) == (AttemptState.CANCELLED, AttemptState.OPEN)
    states = {intent.id: (intent.status, intent.amount) for intent in intents(standin)}
    assert states == {
        first.payment_intent: ("canceled", 3600),
        second.payment_intent: ("requires_payment_method", 3570),
    }


@pytest.fixture
def give_up(monkeypatch):
    """``give_up(2)``: the first two are given up by somebody else while Stripe makes them."""

    def give_up(number):
        def reached(point):
            if point == "pay.created" and PaymentAttempt.objects.count() <= number:
                booking.give_up(PaymentAttempt.objects.unfinished().get())

        monkeypatch.setattr(faults, "on_reach", reached)

    return give_up


def test_one_that_was_given_up_while_stripe_made_it_is_closed_there(standin, give_up):
    give_up(1)
    attempt = begin(order()).attempt
    states = {intent.id: intent.status for intent in intents(standin)}
    assert states.pop(attempt.payment_intent) == "requires_payment_method"
    assert list(states.values()) == ["canceled"]


def test_where_that_happens_again_and_again_the_customer_is_told(standin, give_up):
    give_up(4)
    with pytest.raises(PaymentUnavailable):
        begin(order())
    assert [intent.status for intent in intents(standin)] == ["canceled"] * 4
