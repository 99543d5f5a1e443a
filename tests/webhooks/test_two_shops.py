"""Two shops with a Stripe account each: what is one's is never the other's."""

import json
import time

import pytest
import stripe as package
from django.test import Client
from django.urls import reverse

from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import Discrepancy, LedgerEntry, PaymentAttempt, StripeEvent
from portal_plugin.services import payments
from sandbox_site.stripe_standin import Standin
from tests.factories import link_factory, site_factory
from tests.paying import ask, begin, confirm, order, standin

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
URL = "/portal/webhooks/stripe/"
HOST = "shop-b.localhost"
OWN = {
    "STRIPE_SECRET_KEY": "sk_test_shopb",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_shopb",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_shopb"],
}


@pytest.fixture
def other_standin(tmp_path, settings, standin):
    """Stripe, as shop B's account has it; shop A uses the account that sites share."""
    keys = {"secret_key": "sk_test_shopb", "publishable_key": "pk_test_shopb"}
    keys |= {"webhook_secret": "whsec_shopb", "account": "acct_shopb"}
    with Standin(data=tmp_path / "stripe-b", **keys) as running:
        own = OWN | {"STRIPE_API_BASE": running.url}
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_ACCOUNTS": {HOST: own}}
        yield running


@pytest.fixture
def shop_b(other_standin):
    site_factory()  # the default one: an unknown host is its
    return site_factory(HOST)


def ask_b(other_standin):
    client = package.StripeClient("sk_test_shopb", base_addresses={"api": other_standin.url})
    return client.v1


def paid_at_b(other_standin, shop_b):
    document = order(site=shop_b)
    attempt = begin(document).attempt
    params = {"return_url": "https://b.example", "payment_method": "pm_card_visa"}
    ask_b(other_standin).payment_intents.confirm(attempt.payment_intent, params)
    (event,) = ask_b(other_standin).events.list({"type": "payment_intent.succeeded"}).data
    return document, json.dumps(event.to_dict())


def post(payload, secret, host):
    header = package.WebhookSignature.generate_signature_header(
        payload, secret, timestamp=int(time.time())
    )
    headers = {"Stripe-Signature": header, "Host": host}
    return Client().post(URL, payload.encode(), content_type="application/json", headers=headers)


def test_each_is_paid_at_its_own_account(standin, other_standin, shop_b):
    ours, theirs = begin(order()).attempt, begin(order(site=shop_b)).attempt
    assert (ours.account, theirs.account) == ("", f"site-{shop_b.pk}")
    assert ask(standin).v1.payment_intents.retrieve(ours.payment_intent)
    assert ask_b(other_standin).payment_intents.retrieve(theirs.payment_intent)
    with pytest.raises(gateway.NotFound):
        gateway.find_payment(theirs.payment_intent, gateway.shared())


def test_a_message_counts_at_its_own_shops_address(other_standin, shop_b):
    document, payload = paid_at_b(other_standin, shop_b)
    assert post(payload, "whsec_shopb", HOST).content == b"booked"
    entry, event = LedgerEntry.objects.get(), StripeEvent.objects.get()
    assert entry.document_id == document.pk
    assert (entry.account, event.account) == (f"site-{shop_b.pk}",) * 2


def test_signed_by_one_it_is_refused_at_the_others(other_standin, shop_b):
    _document, payload = paid_at_b(other_standin, shop_b)
    assert post(payload, "whsec_shopb", "localhost").status_code == 400
    assert post(payload, "whsec_standin", HOST).status_code == 400
    assert not StripeEvent.objects.exists()


def test_rightly_signed_for_one_it_cannot_be_about_the_others_money(other_standin, shop_b):
    """Whoever knows one shop's secret moves nothing of another's."""
    _document, payload = paid_at_b(other_standin, shop_b)
    assert (
        post(payload, "whsec_standin", "localhost").content == b"ignored: unknown in this account"
    )
    assert not LedgerEntry.objects.exists()


def test_another_shops_payment_with_our_words_on_it_is_not_ours(standin, other_standin, shop_b):
    attempt = begin(order(site=shop_b)).attempt
    words = {
        "portal_document": attempt.document.public_id,
        "portal_attempt": str(attempt.pk),
    }
    made = ask(standin).v1.payment_intents.create(
        {"amount": 3570, "currency": "eur", "metadata": words}
    )
    confirm(standin, made.id)
    (event,) = ask(standin).v1.events.list({"type": "payment_intent.succeeded"}).data
    body = json.dumps(event.to_dict())
    assert post(body, "whsec_standin", "localhost").content == b"ignored: not ours"
    assert not LedgerEntry.objects.exists()


def test_the_page_has_its_own_shops_publishable_key(client, other_standin, shop_b, enter):
    document = order(site=shop_b)
    client.defaults["HTTP_HOST"] = HOST
    enter(document, link_factory(document))
    url = reverse("portal_plugin:action", args=[document.public_id, "pay"])
    html = client.get(url).content.decode()
    assert 'data-key="pk_test_shopb"' in html
    assert "pk_test_standin" not in html
    assert "sk_test" not in html


def test_refunds_go_back_where_the_money_came_from(other_standin, shop_b):
    _document, payload = paid_at_b(other_standin, shop_b)
    post(payload, "whsec_shopb", HOST)
    entry = LedgerEntry.objects.get()
    made = payments.refund(entry, amount=entry.amount, reason="Sorry")
    assert made.account == f"site-{shop_b.pk}"
    assert [one.id for one in ask_b(other_standin).refunds.list().data] == [made.stripe_refund]


def test_the_sweep_asks_each_account_for_its_own(standin, other_standin, shop_b):
    paid_at_b(other_standin, shop_b)
    confirm(standin, begin(order()).attempt.payment_intent)
    PaymentAttempt.objects.update(updated_at="2026-01-01T00:00Z")
    assert payments.reconcile_open() == 2
    assert LedgerEntry.objects.count() == 2


def test_live_and_test_are_compared_by_account(other_standin, shop_b, settings):
    _document, payload = paid_at_b(other_standin, shop_b)
    live = settings.PORTAL_PLUGIN["STRIPE_ACCOUNTS"][HOST] | {
        "STRIPE_SECRET_KEY": "sk_live_shopb",
        "STRIPE_PUBLISHABLE_KEY": "pk_live_shopb",
    }
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_ACCOUNTS": {HOST: live}}
    assert post(payload, "whsec_shopb", HOST).content == b"ignored: other mode"
    assert not gateway.shared().is_live


def test_each_account_is_gone_through_once(other_standin, shop_b, settings):
    assert [one.name for one in gateway.every()] == ["", f"site-{shop_b.pk}"]
    twice = {HOST: OWN, "localhost": OWN}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "STRIPE_ACCOUNTS": twice}
    assert len(list(gateway.every())) == 2


def test_money_at_one_shop_with_the_others_order_on_it_is_not_shown_there(
    standin, other_standin, shop_b
):
    """It is left to people who look after every shop."""
    document = order(site=shop_b)
    begin(order())
    words = {"portal_document": document.public_id, "portal_attempt": "999999"}
    made = ask(standin).v1.payment_intents.create(
        {"amount": 3570, "currency": "eur", "metadata": words}
    )
    confirm(standin, made.id)
    payments.reconcile()
    (row,) = Discrepancy.objects.filter(stripe_object=made.id)
    assert (row.account, row.document) == ("", None)


def test_what_one_has_booked_is_not_missed_at_the_other(other_standin, shop_b):
    _document, payload = paid_at_b(other_standin, shop_b)
    post(payload, "whsec_shopb", HOST)
    assert [found.unexplained for found in payments.reconcile()] == [0, 0]


def test_what_the_bank_takes_is_of_the_shops_own_account(other_standin, shop_b):
    _document, payload = paid_at_b(other_standin, shop_b)
    post(payload, "whsec_shopb", HOST)
    entry = LedgerEntry.objects.get()
    opened = other_standin.dispute(entry.reference)
    (event,) = ask_b(other_standin).events.list({"type": "charge.dispute.created"}).data
    post(json.dumps(event.to_dict()), "whsec_shopb", HOST)
    row = entry.disputes.get()
    assert (row.account, row.stripe_dispute) == (entry.account, opened["id"])
    assert entry.consequences.get().account == entry.account == gateway.of_site(shop_b).name
    assert row.opened_at.timestamp() == opened["created"]
