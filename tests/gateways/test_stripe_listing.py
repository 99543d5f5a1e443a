"""What Stripe has of a time: all of it, nothing from before, and no other program's payments."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe.listing import MOST_TYPES
from tests.gateways.test_stripe import order
from tests.paying import ask, confirm, standin

__all__ = ["standin"]

EARLIER, LATER = -timedelta(hours=1), timedelta(hours=1)


@pytest.fixture
def disputed(standin):
    """A payment of ours that was paid, paid back in part, and disputed."""
    payment = stripe.create_payment(order())
    confirm(standin, payment.id)
    ask(standin).v1.refunds.create({"payment_intent": payment.id, "amount": 100})
    standin.dispute(ask(standin).v1.payment_intents.retrieve(payment.id).latest_charge)
    return payment


def found(list_since, since, **values):
    return list(list_since(timezone.now() + since, account=stripe.shared(), **values))


@pytest.mark.parametrize(
    "list_since", [stripe.payments_since, stripe.refunds_since, stripe.disputes_since]
)
def test_nothing_from_before_is_listed(disputed, list_since):
    assert len(found(list_since, EARLIER)) == 1
    assert found(list_since, LATER) == []


@pytest.mark.parametrize(
    "look",
    [
        lambda: found(stripe.payments_since, EARLIER),
        lambda: found(stripe.refunds_since, EARLIER),
        lambda: found(stripe.disputes_since, EARLIER),
        lambda: found(stripe.events_since, EARLIER, types=["charge.refunded"]),
        lambda: stripe.refunds_of_charge("ch_1", stripe.shared()),
        lambda: stripe.refunds_of_payment("pi_1", stripe.shared()),
    ],
    ids=["payments", "refunds", "disputes", "events", "of a charge", "of a payment"],
)
def test_where_nobody_answers_it_is_said_in_our_words(settings, look):
    settings.PORTAL_PLUGIN = {
        "STRIPE_SECRET_KEY": "sk_test_standin",
        "STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    with pytest.raises(stripe.NoAnswer):
        look()


def test_a_payment_is_listed_with_how_it_was_paid_and_its_fee(disputed):
    [payment] = found(stripe.payments_since, EARLIER)
    assert (payment.id, payment.method) == (disputed.id, "Visa •••• 4242")
    assert payment.fee is not None


def test_another_programs_payment_is_none_of_ours(standin):
    ask(standin).v1.payment_intents.create({"amount": 500, "currency": "eur"})
    assert found(stripe.payments_since, EARLIER) == []


def test_events_of_more_types_than_stripe_takes_at_once(disputed):
    types = [*(f"a.{number}" for number in range(MOST_TYPES)), "payment_intent.created"]
    [event] = found(stripe.events_since, EARLIER, types=types)
    assert event.object_id == disputed.id
    assert found(stripe.events_since, LATER, types=types) == []
    assert found(stripe.events_since, EARLIER, types=types[:3]) == []
