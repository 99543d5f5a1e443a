"""What tests of payments share: Stripe's stand-in, and a customer who pays at it."""

from contextlib import closing, contextmanager
from datetime import timedelta
from decimal import Decimal
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
import stripe
from django.db import connection
from django.db.models import F

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import LedgerEntry, OutgoingEmail, PaymentAttempt, Reconciliation
from portal_plugin.services import payments
from sandbox_site.stripe_standin import Standin

from .factories import link_factory, order_factory

DEPOSIT, BALANCE = Decimal("35.70"), Decimal("83.30")
RETURN_URL = "https://shop.example/return"
CARDS = {
    "4242": "pm_card_visa",
    "0002": "pm_card_visa_chargeDeclined",
    "9995": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "3155": "pm_card_authenticationRequired",
    "0259": "pm_card_createDispute",
    "1976": "pm_card_createDisputeInquiry",
    "7726": "pm_card_pendingRefund",
    "5126": "pm_card_refundFail",
}
SEPA = {
    "type": "sepa_debit",
    "sepa_debit": {"iban": "DE89370400440532013000"},
    "billing_details": {"name": "Kim Case", "email": "kim@example.org"},
}

#: What a shop takes for cards.
FEES = [{"method": "card", "percent": "2.5", "fixed": "0.25"}]


@pytest.fixture
def standin(tmp_path, settings):
    """A stand-in that the plugin talks to. It tells the site nothing by itself."""
    with Standin(data=tmp_path / "stripe") as running:
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_API_BASE": running.url}
        yield running


@pytest.fixture
def shop_order(enter):
    """An order with its customer before it."""
    document = order()
    enter(document)
    return document


@contextmanager
def standin_telling(server, tmp_path, settings):
    """One that tells the site that runs at ``server`` what happens, and draws its card form."""
    address = f"{server.url}/portal/webhooks/stripe/"
    with Standin(data=tmp_path / "stripe", webhook_url=address) as running:
        settings.PORTAL_PLUGIN = {
            **settings.PORTAL_PLUGIN,
            "STRIPE_API_BASE": running.url,
            "STRIPE_SCRIPT_URL": f"{running.url}/v3/",
        }
        yield running


def ask(standin):
    """The official client, as the customer's browser and Stripe's own hand would be."""
    return stripe.StripeClient("sk_test_standin", base_addresses={"api": standin.url})


def order(**values):
    """One order of 119.00 EUR with a deposit of 35.70."""
    values = {"items": 1, "deposit_percent": 30} | values
    return order_factory(**values)


def begin(document, **options):
    return payments.begin(document, link=link_factory(document), **options)


def confirm(standin, payment_id, card="4242"):
    """Pay by a test card or by direct debit (``card="sepa"``). A declined one is no error here."""
    params = {"return_url": RETURN_URL, "payment_method": CARDS.get(card)}
    if card == "sepa":
        params = {
            "return_url": RETURN_URL,
            "payment_method_data": SEPA,
            "mandate_data": {
                "customer_acceptance": {
                    "type": "online",
                    "online": {"ip_address": "127.0.0.1", "user_agent": "tests"},
                }
            },
        }
    try:
        return ask(standin).v1.payment_intents.confirm(payment_id, params)
    except stripe.CardError:
        return ask(standin).v1.payment_intents.retrieve(payment_id)


def pay_on_page(url, number="4242424242424242"):
    """What the customer types on Stripe's own page, where it is taken or not; ``number`` is that of
    a card, or an IBAN."""
    page = urlsplit(url)
    typed = {"number": number, "expiry": "12/40", "cvc": "123"}
    if number[0].isalpha():
        typed = {"method": "sepa_debit", "iban": number, **SEPA["billing_details"]}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with closing(HTTPConnection(page.netloc)) as asked:
        asked.request("POST", page.path, urlencode(typed), form)
        asked.getresponse().read()


def paid(standin, card="4242", **values):
    """The ledger's entry of an order of 119.00 EUR that was paid in full by card."""
    document = order(**{"deposit_percent": 0} | values)
    confirm(standin, begin(document).attempt.payment_intent, card)
    take_all(standin, "payment_intent.succeeded")
    return LedgerEntry.objects.get(document=document)


def charge_of(standin, entry):
    """What Stripe has of a payment."""
    return ask(standin).v1.charges.retrieve(entry.reference)


def events(standin, *types):
    """What Stripe would tell us, oldest first."""
    found = ask(standin).v1.events.list({"limit": 100}).data
    return [
        gateway.Event(
            id=event.id, type=event.type, object_id=event.data.object["id"], is_live=event.livemode
        )
        for event in reversed(found)
        if not types or event.type in types
    ]


def events_of(standin):
    """All of them, oldest first, however many."""
    found = list(ask(standin).v1.events.list({"limit": 100}).auto_paging_iter())
    return [gateway.event_of(event.to_dict()) for event in reversed(found)]


def take(event, account=None):
    """As the webhook does, of the account that all sites share."""
    return payments.take_event(event, account or gateway.shared())


def take_all(standin, *types):
    return [take(event) for event in events(standin, *types)]


def ledger(document):
    return [(e.kind, e.amount, e.currency) for e in LedgerEntry.objects.filter(document=document)]


def mails(kind):
    return OutgoingEmail.objects.filter(kind=kind).count()


def intents(standin):
    return ask(standin).v1.payment_intents.list({"limit": 100}).data


def days_later(standin, days):
    """So many days go by, on both sides."""
    standin.pass_time(days)
    ago = timedelta(days=days)
    PaymentAttempt.objects.update(
        created_at=F("created_at") - ago, updated_at=F("updated_at") - ago
    )
    Reconciliation.objects.update(
        events_until=F("events_until") - ago, ended_at=F("ended_at") - ago
    )


def is_lock(sql):
    """Of a document's row: it asks for the number alone, and whoever just reads asks for all."""
    is_for_update = "FOR UPDATE" in sql or not connection.features.has_select_for_update
    asks_for_it = sql.startswith('SELECT "portal_plugin_salesdocument"."id" AS "pk" FROM')
    return is_for_update and asks_for_it
