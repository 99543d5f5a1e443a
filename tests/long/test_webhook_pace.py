"""Stripe has its answer at once, however long the letters and PDFs take that follow from it."""

import json
import threading
import time
import urllib.request
from statistics import quantiles

import pytest
import stripe as package

from portal_plugin.models import LedgerEntry, OutgoingEmail
from tests.mailing import SMTP, send_by
from tests.paying import ask, begin, confirm, order, standin
from tests.smtp_server import MailServer

from . import length

__all__ = ["standin"]

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = length.of(8, 100)
#: Seconds that each letter takes.
SLOW = 5
#: Seconds for 95 of 100 messages. The short form, beside other tests on a busy machine, shows that
#: no message waits for a letter; the long one how long they take.
PACE = length.of(SLOW, 0.3)


@pytest.fixture
def slow_letters(settings):
    with MailServer() as server:
        server.patience, server.at_data = SLOW, threading.Event()
        send_by(settings, SMTP, port=server.port, timeout=10)
        yield server
        server.patience = 0
        server.go_on.set()


def messages(standin):
    """The bodies of all that Stripe tells, oldest first."""
    found = list(ask(standin).v1.events.list({"limit": 100}).auto_paging_iter())
    return [json.dumps(event.to_dict()) for event in reversed(found)]


def seconds_of(url, body):
    signed = package.WebhookSignature.generate_signature_header(
        body, "whsec_standin", timestamp=int(time.time())
    )
    headers = {"Content-Type": "application/json", "Stripe-Signature": signed}
    request = urllib.request.Request(url, body.encode(), headers)
    began = time.monotonic()
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - began


@length.shortly_on_sqlite
def test_95_of_100_messages_are_answered_in_time(live_server, standin, slow_letters):
    for _number in range(ORDERS):
        confirm(standin, begin(order(deposit_percent=0)).attempt.payment_intent)
    url = live_server.url + "/portal/webhooks/stripe/"
    taken = [seconds_of(url, body) for body in messages(standin)]
    assert LedgerEntry.objects.count() == ORDERS
    assert OutgoingEmail.objects.filter(kind="receipt_payment").count() == ORDERS
    assert quantiles(taken, n=20)[-1] < PACE, sorted(taken)
