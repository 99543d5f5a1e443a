"""Events of Stripe's: which are read, and which are refused."""

import json
import time

import pytest
import stripe as package

from portal_plugin.gateways import stripe

SECRET = "whsec_secret"


def body(**values):
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "livemode": False,
        "created": 1_700_000_000,
        "data": {"object": {"id": "pi_1"}},
    } | values
    return json.dumps(event).encode()


def signed(payload, secret=SECRET, age=0):
    return package.WebhookSignature.generate_signature_header(
        payload.decode(), secret, timestamp=int(time.time()) - age
    )


def test_a_signed_event_is_read():
    event = stripe.read_event(body(), signed(body()), [SECRET])
    assert (event.id, event.type, event.object_id) == (
        "evt_1",
        "payment_intent.succeeded",
        "pi_1",
    )
    assert event.is_live is False
    assert event.created_at.year == 2023


def test_both_secrets_hold_while_one_is_changed():
    for secret in ("whsec_before", "whsec_after1"):
        header = signed(body(), secret)
        assert stripe.read_event(body(), header, ["whsec_after1", "whsec_before"])


def test_one_of_two_signatures_is_enough():
    header = signed(body())
    moment = header.split(",")[0]
    other = signed(body(), "whsec_other1").split(",")[1]
    assert stripe.read_event(body(), f"{moment},{other},{header.split(',')[1]}", [SECRET])


def test_the_time_may_stand_behind_the_signature():
    moment, signature = signed(body()).split(",")
    assert stripe.read_event(body(), f"{signature},{moment}", [SECRET])


@pytest.mark.parametrize("age", [-200, 0, 200])
def test_an_event_of_now_is_read(age):
    assert stripe.read_event(body(), signed(body(), age=age), [SECRET])


@pytest.mark.parametrize("age", [301, 3600, -400, -86400])
def test_an_event_of_another_time_is_refused_both_ways(age):
    with pytest.raises(stripe.BadWebhook):
        stripe.read_event(body(), signed(body(), age=age), [SECRET])


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=abc", "t=x,v1=abc", "t=1,v1=abc", "t=,v1=", ",,,", "t=1,v0=abc"]
)
def test_an_event_without_a_signature_is_refused(header):
    with pytest.raises(stripe.BadWebhook):
        stripe.read_event(body(), header, [SECRET])


def test_a_changed_byte_is_refused():
    with pytest.raises(stripe.BadWebhook):
        stripe.read_event(body(id="evt_2"), signed(body()), [SECRET])


def test_anothers_secret_is_refused():
    with pytest.raises(stripe.BadWebhook):
        stripe.read_event(body(), signed(body(), "whsec_other1"), [SECRET])


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{", b"[]", b"null", b'"evt"', b"{}", b'{"id": 5, "type": "x"}'),
        *(b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 50_000),
    ],
)
def test_signed_nonsense_is_refused(payload):
    with pytest.raises(stripe.BadWebhook):
        stripe.read_event(payload, signed(payload), [SECRET])


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(stripe.BadWebhook):
        stripe.read_event(b"\xff\xfe", "t=1,v1=abc", [SECRET])


@pytest.mark.parametrize("name", ["evt_\0", "evt_\ud800", "evt_é", "evt\n1", ""])
def test_what_no_database_keeps_is_no_name(name):
    for payload in (body(id=name), body(type=name)):
        with pytest.raises(stripe.BadWebhook):
            stripe.read_event(payload, signed(payload), [SECRET])
    payload = body(data={"object": {"id": name}})
    assert stripe.read_event(payload, signed(payload), [SECRET]).object_id == ""


@pytest.mark.parametrize("created", [True, "1", -1, 2**60, None, 1.5])
def test_a_strange_time_is_no_time(created):
    payload = body(created=created)
    assert stripe.read_event(payload, signed(payload), [SECRET]).created_at is None


@pytest.mark.parametrize("data", [None, [], {"object": None}, {"object": []}, "x"])
def test_an_event_about_nothing_is_read(data):
    payload = body(data=data)
    assert stripe.read_event(payload, signed(payload), [SECRET]).object_id == ""


@pytest.mark.parametrize(
    "secret", ["", "  ", "whsec_", "whsec_...", "whsec_xxx", "sk_test_1", "secret"]
)
def test_placeholders_are_no_secrets(secret):
    assert stripe.usable_secrets([secret]) == []


def test_usable_secrets_are_kept():
    assert stripe.usable_secrets([" whsec_standin\n", "", "whsec_a1B2"]) == [
        "whsec_standin",
        "whsec_a1B2",
    ]
