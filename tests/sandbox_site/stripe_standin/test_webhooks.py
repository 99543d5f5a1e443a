import json
import time

import pytest
import stripe

from sandbox_site.stripe_standin import Standin

from .conftest import RETURN_URL, Site, client_of


def test_webhooks_are_signed_as_stripe_signs(site, standin, pay):
    intent = pay()
    standin.wait_for_webhooks()
    assert site.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert site.events()[-1].data.object.id == intent.id


def test_while_a_secret_is_rolled_both_have_signed(site, standin, intent_factory):
    standin.settings.webhook_secret = "whsec_new whsec_old"
    intent_factory()
    standin.wait_for_webhooks()
    ((body, signature),) = site.received
    for secret in ("whsec_new", "whsec_old"):
        assert stripe.Webhook.construct_event(body, signature, secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_standin")


def test_each_endpoint_of_the_account_hears_of_everything(site, standin, intent_factory):
    """Signed with its own secret, and tried again by itself."""
    other = Site()
    try:
        standin.settings.more_webhooks = ((other.url, "whsec_other"),)
        other.answers = [500]
        intent_factory()
        standin.wait_for_webhooks()
        assert (len(site.received), len(other.received)) == (1, 2)
        assert stripe.Webhook.construct_event(*other.received[1], "whsec_other")
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(*other.received[1], "whsec_standin")
        tries = [[one["status"] for one in row["tries"]] for row in standin.webhooks()]
        assert tries == [[200], [500, 200]]
    finally:
        other.stop()


def test_a_changed_byte_breaks_the_signature(site, standin, intent_factory):
    intent_factory()
    standin.wait_for_webhooks()
    body, signature = site.received[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", signature, "whsec_standin")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_other")


def test_an_event_names_the_request_that_made_it(site, standin, client):
    params = {"amount": 1200, "currency": "eur"}
    intent = client.payment_intents.create(params, {"idempotency_key": "attempt-1"})
    standin.wait_for_webhooks()
    event = site.events()[0]
    assert event.request.id == intent.last_response.headers["Request-Id"]
    assert event.request.idempotency_key == "attempt-1"
    assert event.api_version == intent.last_response.headers["Stripe-Version"]


def test_an_event_holds_the_object_as_it_was(site, standin, pay):
    pay()
    standin.wait_for_webhooks()
    assert site.events()[0].data.object.status == "requires_payment_method"


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_no_2xx_is_sent_again(site, standin, intent_factory, status):
    site.answers = [status, status]
    intent_factory()
    standin.wait_for_webhooks()
    assert len({event.id for event in site.events()}) == 1
    (webhook,) = standin.webhooks()
    assert webhook["state"] == "delivered"
    assert [attempt["status"] for attempt in webhook["tries"]] == [status, status, 200]


def test_after_some_tries_it_is_given_up(site, standin, client, intent_factory):
    site.answers = [500] * 4
    intent_factory()
    standin.wait_for_webhooks()
    assert standin.webhooks()[0]["state"] == "failed"
    assert len(client.events.list({"delivery_success": False}).data) == 1


def test_one_that_fails_does_not_hold_up_the_others(site, standin, intent_factory):
    site.answers = [500]
    intent_factory(payment_method="pm_card_visa", confirm=True, return_url=RETURN_URL)
    standin.wait_for_webhooks()
    assert site.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_intent.created",
    ]


def test_an_event_can_be_sent_again(site, standin, intent_factory):
    intent_factory()
    standin.wait_for_webhooks()
    standin.resend(site.events()[0].id)
    standin.wait_for_webhooks()
    assert len(site.received) == 2
    assert len({event.id for event in site.events()}) == 1


def test_webhooks_outlive_a_restart_while_the_site_is_away(tmp_path, site):
    options = {"data": tmp_path / "moved", "retry_delays": (60,)}
    with Standin(webhook_url="http://127.0.0.1:9/", **options) as standin:
        client_of(standin).v1.payment_intents.create({"amount": 1200, "currency": "eur"})
        deadline = time.monotonic() + 5
        while not standin.webhooks()[0]["tries"] and time.monotonic() < deadline:
            time.sleep(0.01)
        standin.store.write("UPDATE deliveries SET due = 0")
    with Standin(webhook_url=site.url, **options) as standin:
        standin.wait_for_webhooks()
    assert site.types() == ["payment_intent.created"]


def test_without_an_address_events_are_kept_and_not_sent(tmp_path):
    with Standin(data=tmp_path) as standin:
        client_of(standin).v1.payment_intents.create({"amount": 1200, "currency": "eur"})
        assert standin.webhooks() == []
        assert len(client_of(standin).v1.events.list().data) == 1


def test_events_are_listed_by_type_and_retrieved(client, pay):
    pay()
    listed = client.events.list({"types": ["charge.succeeded", "charge.failed"]}).data
    assert [event.type for event in listed] == ["charge.succeeded"]
    assert client.events.retrieve(listed[0].id).data.object.object == "charge"
    assert len(client.events.list({"type": "payment_intent.created"}).data) == 1


def test_an_event_counts_the_webhooks_that_wait(site, standin, client, intent_factory):
    intent_factory()
    standin.wait_for_webhooks()
    assert json.loads(site.received[0][0])["pending_webhooks"] == 1
    assert client.events.list().data[0].pending_webhooks == 0


def test_a_delayed_payment_settles_by_itself(tmp_path, site, sepa):
    with Standin(data=tmp_path, webhook_url=site.url, settle_after=0.1) as standin:
        client = client_of(standin).v1
        intent = client.payment_intents.create(
            {
                "amount": 1200,
                "currency": "eur",
                "confirm": True,
                "return_url": "https://shop.example/",
                **sepa,
            }
        )
        assert intent.status == "processing"
        deadline = time.monotonic() + 5
        while site.types()[-1:] != ["payment_intent.succeeded"]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert client.payment_intents.retrieve(intent.id).status == "succeeded"
        assert site.events()[-1].request.id is None
