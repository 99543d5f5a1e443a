"""Messages shuffled, repeated and dropped, over many orders, by many senders at once."""

import random
from collections import Counter

import pytest
from django.db import DatabaseError

from portal_plugin.exceptions import PortalError
from portal_plugin.models import LedgerEntry, OutgoingEmail, PaymentAttempt
from portal_plugin.services import payments
from tests.paying import ask, begin, confirm, events_of, order, standin, take
from tests.races.together import together

from . import books, length

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db(transaction=True), length.shortly_on_sqlite]
ORDERS = length.of(10, 500)
#: Of each message so many arrive; the mean makes 30,000 of 500 orders.
COPIES = length.of((0, 3), (0, 14))
SENDERS = length.of(4, 16)


def pays(standin, document, chance):
    """One customer: some cards are declined first, some banks take their time."""
    attempt = begin(document).attempt
    for _time in range(chance.choice([0, 0, 0, 1, 2])):
        confirm(standin, attempt.payment_intent, chance.choice(["0002", "9995"]))
    way = chance.choice(["4242", "4242", "4242", "sepa", "sepa", "0259", "none"])
    if way == "none":
        return
    confirm(standin, attempt.payment_intent, way)
    if way == "sepa":
        standin.settle(attempt.payment_intent, chance.choice(["succeeded", "failed"]))
    elif way == "4242" and chance.random() < 0.4:
        refunds = ask(standin).v1.refunds
        for cents in chance.sample([1, 500, 1999, 3333], chance.choice([1, 2, 3])):
            refunds.create({"payment_intent": attempt.payment_intent, "amount": cents})


def arrive(told):
    """As Stripe does: what was not taken comes again."""
    for event in told:
        for _time in range(50):
            try:
                take(event)
                break
            except (PortalError, DatabaseError):
                continue


def test_the_ledger_is_stripes(standin, mailoutbox, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "DECLINES_PER_HOUR": 10**6}
    chance = random.Random(1)
    for _number in range(ORDERS):
        pays(standin, order(deposit_percent=0), chance)
    told = [event for event in events_of(standin) for _copy in range(chance.randint(*COPIES))]
    chance.shuffle(told)
    together(SENDERS, lambda number: arrive(told[number::SENDERS]))
    booked = Counter(LedgerEntry.objects.values_list("kind", "stripe_object"))
    assert set(booked.values()) <= {1}
    payments.reconcile()
    books.hold(standin, mailoutbox)
    before = LedgerEntry.objects.count(), OutgoingEmail.objects.count()
    arrive(told[:200])
    payments.reconcile()
    assert (LedgerEntry.objects.count(), OutgoingEmail.objects.count()) == before
    assert PaymentAttempt.objects.count() == ORDERS
