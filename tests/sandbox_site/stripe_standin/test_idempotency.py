import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from .conftest import RETURN_URL, client_of

GOOD = {"amount": 1200, "currency": "eur"}


def headers(thing):
    return thing.last_response.headers


def test_the_same_key_gives_the_same_answer(client):
    first = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    again = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    assert again.to_dict() == first.to_dict()
    assert headers(again)["Idempotent-Replayed"] == "true"
    assert headers(again)["Original-Request"] == headers(first)["Request-Id"]
    assert "Idempotent-Replayed" not in headers(first)
    assert len(client.payment_intents.list().data) == 1


def test_the_stored_answer_is_the_one_of_then(client):
    first = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    client.payment_intents.update(first.id, {"amount": 900})
    again = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    assert again.amount == 1200


def test_the_same_key_with_other_parameters_is_refused(client):
    client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    with pytest.raises(stripe.IdempotencyError) as caught:
        client.payment_intents.create({**GOOD, "amount": 900}, {"idempotency_key": "attempt-1"})
    assert caught.value.http_status == 400
    assert "same parameters they were first used with" in caught.value.user_message
    assert len(client.payment_intents.list().data) == 1


def test_the_same_key_at_another_endpoint_is_refused(client):
    intent = client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"})
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.payment_intents.cancel(intent.id, {}, {"idempotency_key": "attempt-1"})


def test_a_declined_card_is_declined_again_and_charged_once(client, intent_factory):
    intent = intent_factory()
    params = {"payment_method": "pm_card_visa_chargeDeclined", "return_url": RETURN_URL}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.payment_intents.confirm(intent.id, params, {"idempotency_key": "confirm-1"})
    assert len(client.charges.list({"payment_intent": intent.id}).data) == 1


def test_refused_parameters_leave_the_key_free(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.payment_intents.create({**GOOD, "foo": 1}, {"idempotency_key": "attempt-1"})
    assert client.payment_intents.create(GOOD, {"idempotency_key": "attempt-1"}).id


def test_a_key_has_at_most_255_characters(client):
    with pytest.raises(stripe.IdempotencyError):
        client.payment_intents.create(GOOD, {"idempotency_key": "x" * 256})


@pytest.fixture
def eager_threads():
    """Threads take turns after each step, so that what can come between does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
def test_ten_at_once_make_one_intent(standin, client):
    def create(key):
        own = client_of(standin).v1
        return own.payment_intents.create(GOOD, {"idempotency_key": key}).id

    keys = ["attempt-1", "attempt-2", "attempt-3", "attempt-4", "attempt-5"]
    with ThreadPoolExecutor(50) as pool:
        with standin.store.transaction():
            answers = [pool.submit(create, key) for _ in range(10) for key in keys]
            time.sleep(2)  # all are in, and wait
        made = {answer.result() for answer in answers}
    assert len(made) == len(keys)
    assert {intent.id for intent in client.payment_intents.list().data} == made


def test_ten_confirmations_at_once_charge_once(standin, client, intent_factory):
    intent = intent_factory()

    def confirm(number):
        params = {"payment_method": "pm_card_visa", "return_url": RETURN_URL}
        options = {"idempotency_key": f"confirm-{number}"}
        try:
            return client_of(standin).v1.payment_intents.confirm(intent.id, params, options).status
        except stripe.InvalidRequestError as error:
            return error.code

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(confirm, range(10)))
    assert sorted(outcomes) == ["payment_intent_unexpected_state"] * 9 + ["succeeded"]
    assert len(client.charges.list({"payment_intent": intent.id}).data) == 1
