"""A payment that becomes another one, or none, while it is begun."""

import pytest

from portal_plugin import faults
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


def test_one_that_was_given_up_while_stripe_made_it_is_closed_there(standin, monkeypatch):
    def reached(point):
        if point == "pay.created" and PaymentAttempt.objects.count() == 1:
            booking.give_up(PaymentAttempt.objects.get())

    monkeypatch.setattr(faults, "on_reach", reached)
    attempt = begin(order()).attempt
    states = {intent.id: intent.status for intent in intents(standin)}
    assert states.pop(attempt.payment_intent) == "requires_payment_method"
    assert list(states.values()) == ["canceled"]
