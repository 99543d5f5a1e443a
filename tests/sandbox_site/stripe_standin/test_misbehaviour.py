"""What goes wrong on purpose: answers and webhooks, as often as a rule says and no more."""

import json
import urllib.error
import urllib.request

import pytest
import stripe

ASK = {"amount": 1200, "currency": "eur"}
KEY = {"idempotency_key": "once"}
PATH = "/v1/payment_intents"


def count(client):
    return len(client.payment_intents.list({"limit": 100}).data)


@pytest.mark.parametrize("how", ["silence", "nonsense", "429", "500", "lost"])
def test_an_answer_that_goes_wrong(client, standin, how):
    standin.misbehave(how, PATH, method="POST")
    with pytest.raises(stripe.StripeError) as caught:
        client.payment_intents.create(ASK, KEY)
    assert caught.value.http_status == {"429": 429, "500": 500, "nonsense": 200}.get(how)
    assert count(client) == (1 if how in ("lost", "nonsense") else 0)


def test_an_answer_of_a_form_that_nobody_knows(client, standin):
    standin.misbehave("strange", PATH, method="POST")
    strange = client.payment_intents.create(ASK, KEY)
    assert set(strange.to_dict()) == {"id", "object", "lifecycle"}
    assert client.payment_intents.create(ASK, KEY).status == "requires_payment_method"
    assert count(client) == 1


def test_after_a_lost_answer_the_same_key_finds_what_was_done(client, standin):
    standin.misbehave("lost", PATH)
    with pytest.raises(stripe.APIConnectionError):
        client.payment_intents.create(ASK, KEY)
    client.payment_intents.create(ASK, KEY)
    assert count(client) == 1


def test_a_broken_answer_is_given_again_to_the_same_key(client, standin):
    standin.misbehave("500", PATH)
    for _time in range(2):
        with pytest.raises(stripe.APIError):
            client.payment_intents.create(ASK, KEY)
    client.payment_intents.create(ASK, {"idempotency_key": "another"})
    assert count(client) == 1


def test_a_late_answer_is_a_good_one(client, standin):
    standin.misbehave("late", seconds="0.05")
    assert client.payment_intents.create(ASK).status == "requires_payment_method"


def test_a_rule_is_about_what_it_says(client, standin):
    standin.misbehave("500", "/v1/refunds", times=2)
    client.payment_intents.create(ASK)
    for _time in range(2):
        with pytest.raises(stripe.APIError):
            client.refunds.list()
    assert client.refunds.list().data == []


def test_a_webhook_is_repeated(site, standin, intent_factory):
    standin.misbehave("repeat", copies=2)
    intent_factory()
    standin.wait_for_webhooks()
    assert len(site.events()) == 3
    assert len({event.id for event in site.events()}) == 1


def test_a_webhook_is_dropped(site, standin, pay):
    standin.misbehave("drop", "payment_intent.succeeded")
    pay()
    standin.wait_for_webhooks()
    assert "payment_intent.succeeded" not in site.types()
    assert [row["state"] for row in standin.webhooks("payment_intent.succeeded")] == ["dropped"]


def test_a_webhook_is_late(site, standin, pay):
    standin.misbehave("delay", "payment_intent.created", seconds=0.2)
    pay()
    standin.wait_for_webhooks()
    assert site.types()[-1] == "payment_intent.created"


def test_webhooks_come_in_the_wrong_order(site, standin, client):
    standin.misbehave("reorder", times=9, seconds=0.05)
    how = {"payment_method": "pm_card_visa", "confirm": True, "return_url": "https://shop.example/"}
    client.payment_intents.create({**ASK, **how})
    standin.wait_for_webhooks()
    assert site.types()[0] == "payment_intent.succeeded"


def test_a_webhook_is_signed_by_somebody_else(site, standin, intent_factory):
    standin.misbehave("falsify")
    intent_factory()
    standin.wait_for_webhooks()
    body, signature = site.received[0]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, signature, "whsec_standin")


def test_a_webhook_lies(site, standin, intent_factory):
    standin.misbehave("lie")
    intent_factory()
    standin.wait_for_webhooks()
    assert site.events()[0].data.object.amount == 12001


def test_by_the_control_address(standin, client):
    def post(path, body):
        request = urllib.request.Request(f"{standin.url}/control/{path}", body.encode())
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    assert post("misbehave", "how=500&about=/v1/refunds&times=3")["times"] == 3
    with pytest.raises(stripe.APIError):
        client.refunds.list()
    post("behave", "")
    assert client.refunds.list().data == []
    with pytest.raises(urllib.error.HTTPError):
        post("misbehave", "how=dance")
