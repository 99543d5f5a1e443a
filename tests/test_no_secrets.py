"""After a day of paying: no card number, key or client secret in any row, log, letter or report."""

import json
import logging
import re
import time
from decimal import Decimal

import pytest
import stripe as package
from django.apps import apps
from django.core import serializers
from django.db import connection
from django.urls import reverse
from django.views.debug import ExceptionReporter

from portal_plugin import faults
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry
from portal_plugin.services import outbox, payments
from tests.paying import ask, begin, confirm, order, standin, take_all

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
CARD = "4242424242424242"
FORBIDDEN = re.compile(r"pi_\w+_secret_\w+|[sr]k_(?:test|live)_\w{4,}|whsec_\w{4,}|/c/pay/\w+")
#: Standing alone, in one piece or in fours; not a part of an id or a hash.
DIGITS = re.compile(r"(?<![\w-])(?:\d{13,19}|\d{4}(?:[ -]\d{4}){3})(?![\w-])")


def is_card(text):
    """By Luhn's rule: https://en.wikipedia.org/wiki/Luhn_algorithm."""
    digits = [int(one) for one in reversed(text) if one.isdigit()]
    doubled = (sum(divmod(2 * one, 10)) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def cards(text):
    """Numbers of cards that begin as those of the networks do; ids and times do not."""
    found = (match[0] for match in DIGITS.finditer(text))
    return [one for one in found if one[0] in "3456" and is_card(one)]


def all_rows():
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            yield from (f"{name}: {row!r}" for row in cursor.fetchall())


def webhook(client, standin):
    for event in ask(standin).v1.events.list({"limit": 100}).data:
        body = json.dumps(event.to_dict())
        header = package.WebhookSignature.generate_signature_header(
            body, "whsec_standin", timestamp=int(time.time())
        )
        client.post(
            "/portal/webhooks/stripe/",
            body,
            content_type="application/json",
            headers={"Stripe-Signature": header},
        )


@pytest.fixture
def a_day(client, standin, enter, caplog):
    """Paid by card after a decline, by the hosted page, refunded, disputed, compared."""
    caplog.set_level(logging.DEBUG)
    document = order(deposit_percent=0)
    enter(document)
    url = reverse("portal_plugin:action", args=[document.public_id, "pay"])
    client.post(
        url, {"client_key": "0" * 31 + "1", "shown": "119"}, headers={"Accept": "application/json"}
    )
    payment = document.payment_attempts.get().payment_intent
    for card in ("0002", "4242"):
        confirm(standin, payment, card)
    begin(order(), is_hosted=True)
    confirm(standin, begin(order()).attempt.payment_intent, "0259")
    webhook(client, standin)
    entry = LedgerEntry.objects.get(document=document)
    payments.refund(entry, amount=Decimal(1), reason="Sorry")
    payments.reconcile()
    outbox.drain()
    return document


def test_not_in_the_database(a_day):
    text = "\n".join(all_rows())
    assert "ledgerentry" in text
    assert not FORBIDDEN.findall(text)
    assert not cards(text)


def test_not_in_a_log(a_day, caplog):
    write = logging.Formatter().format  # with the traceback, where there is one
    text = "\n".join(write(record) for record in caplog.get_records("setup"))
    assert "payment_intent" in text
    assert not FORBIDDEN.findall(text)
    assert not cards(text)


def test_not_in_a_letter(a_day, mailoutbox):
    assert mailoutbox
    written = [letter.message().as_string() for letter in mailoutbox]
    assert not FORBIDDEN.findall("\n".join(written))
    bodies = [text for letter in mailoutbox for text in (letter.subject, letter.body)]
    assert not cards("\n".join(bodies))


def test_not_in_a_fixture(a_day):
    models = apps.get_app_config("portal_plugin").get_models()
    text = "".join(serializers.serialize("json", model.objects.all()) for model in models)
    assert not FORBIDDEN.findall(text)


@pytest.mark.parametrize("point", ["pay.created", "pay.saved", "booking.before_commit"])
def test_not_in_the_report_of_an_error(client, standin, enter, rf, monkeypatch, point):
    """Reports that Django mails to ``ADMINS`` show what every variable held."""
    document = order()

    def breaks(reached):
        if reached == point:
            raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(faults, "on_reach", breaks)
    with pytest.raises(RuntimeError) as caught:
        begin(document)
    ours = caught.value.__traceback__.tb_next
    report = ExceptionReporter(rf.get("/"), RuntimeError, caught.value, ours)
    text = report.get_traceback_html() + report.get_traceback_text()
    assert "starting.py" in text
    assert not FORBIDDEN.findall(text)


def test_this_test_would_find_them(standin):
    started = begin(order())
    assert FORBIDDEN.search(started.client_secret)
    assert FORBIDDEN.search(gateway.shared().secret_key)
    assert cards(f"card {CARD}, 4242 4242 4242 4242") == [CARD, "4242 4242 4242 4242"]
    assert not cards("1764312345678 and 9999999999999999")
    assert take_all(standin) is not None
