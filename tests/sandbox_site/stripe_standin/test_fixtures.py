"""Each object that the stand-in answers, held against Stripe's own published examples.

Stripe's examples carry every field that can be there, with invented values. Ours must have each of
them, in the same JSON type or null, and none that neither the examples nor the types of the
`stripe` package know.
"""

import inspect
import json
import pathlib
import typing

import pytest
import stripe

from . import stripe_types

EXAMPLES = pathlib.Path(__file__).parents[4] / "shared" / "stripe" / "fixtures3.json"
FREE = {"metadata", "use_stripe_sdk", "fraud_details"}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="needs ../shared (Stripe's published examples)"
)


def example(name):
    return json.loads(EXAMPLES.read_text())["resources"][name]


def kind(value):
    return "number" if type(value) in (int, float) else type(value).__name__


def known_fields(owner):
    """Name → class of the object in that field, None where it is no object of its own."""
    fields = {}
    for parent in reversed(getattr(owner, "__mro__", ())):
        if parent.__module__.startswith("stripe."):
            for name, hint in inspect.get_annotations(parent).items():
                fields[name] = inner_class(hint, parent)
    return fields


def inner_class(hint, owner):
    try:
        resolved = stripe_types.resolved(hint, owner)
    except NameError:
        return None  # a class that is only imported for type checkers
    candidates = [resolved, *typing.get_args(resolved)]
    classes = [each for each in candidates if hasattr(each, "__annotations__")]
    return classes[0] if classes else None


def differences(ours, theirs, owner, path=""):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        known = known_fields(owner)
        for name in theirs.keys() - ours.keys():
            yield f"{path}.{name} is missing"
        for name in ours.keys() - theirs.keys() - known.keys():
            yield f"{path}.{name} is invented"
        for name in ours.keys() - FREE:
            inner = theirs.get(name)
            yield from differences(ours[name], inner, known.get(name), f"{path}.{name}")
    elif ours is not None and isinstance(owner, type) and isinstance(ours, dict):
        yield from differences(ours, {}, owner, path)
    elif ours is not None and theirs is not None and kind(ours) != kind(theirs):
        yield f"{path} is {kind(ours)} and not {kind(theirs)}"


def assert_complete(thing, name, owner):
    assert set(differences(plain(thing), example(name), owner)) == set()


def plain(thing):
    """The JSON; Stripe writes exact decimals as strings, which the client turns into Decimal."""
    as_dict = thing.to_dict() if hasattr(thing, "to_dict") else thing
    return json.loads(json.dumps(as_dict, default=str))


@pytest.fixture
def declined(pay):
    with pytest.raises(stripe.CardError) as caught:
        pay("pm_card_visa_chargeDeclined")
    return caught.value


def test_payment_intents(pay, intent_factory, declined, client, sepa):
    shipping = {"name": "Ada", "address": {"line1": "Main St 1"}}
    for intent in (
        intent_factory(receipt_email="ada@example.com", shipping=shipping),
        pay(),
        pay(sepa),
        pay("pm_card_authenticationRequired"),
        client.payment_intents.cancel(intent_factory().id),
        client.payment_intents.retrieve(declined.error.payment_intent.id),
    ):
        assert_complete(intent, "payment_intent", stripe.PaymentIntent)


def test_charges(pay, declined, client):
    for charge in (
        pay(expand=["latest_charge"]).latest_charge,
        client.charges.retrieve(declined.error.charge),
    ):
        assert_complete(charge, "charge", stripe.Charge)


def test_charges_of_a_direct_debit(pay, sepa):
    charge = plain(pay(sepa, expand=["latest_charge"]).latest_charge)
    theirs = example("charge")
    theirs["payment_method_details"] = {"type": "sepa_debit", "sepa_debit": {}}
    assert set(differences(charge, theirs, stripe.Charge)) == set()


def test_refunds(pay, client, standin, sepa):
    standin.settle(direct := pay(sepa).id)
    failed = client.refunds.create({"payment_intent": pay().id, "reason": "duplicate"})
    standin.settle_refund(failed.id, "failed")
    for refund in (
        client.refunds.create({"payment_intent": pay().id}),
        client.refunds.retrieve(failed.id),
    ):
        assert_complete(refund, "refund", stripe.Refund)
    waiting, theirs = plain(client.refunds.create({"payment_intent": direct})), example("refund")
    theirs["destination_details"] = {"type": "sepa_debit", "sepa_debit": {}}
    assert set(differences(waiting, theirs, stripe.Refund)) == set()


def test_disputes(pay, client):
    pay("pm_card_createDispute")
    pay("pm_card_createDisputeInquiry")
    for dispute in client.disputes.list().data:
        assert_complete(dispute, "dispute", stripe.Dispute)


def test_balance_transactions(pay, client):
    pay("pm_card_createDispute")
    client.refunds.create({"payment_intent": pay().id})
    for row in client.balance_transactions.list().data:
        assert_complete(row, "balance_transaction", stripe.BalanceTransaction)


def test_payment_methods(pay, client):
    method = client.payment_methods.retrieve(pay().payment_method)
    assert_complete(method, "payment_method", stripe.PaymentMethod)


def test_checkout_sessions(session_factory, client):
    session = session_factory(customer_email="ada@example.com", metadata={"order": "12"})
    for each in (session, client.checkout.sessions.expire(session.id)):
        assert_complete(each, "checkout.session", stripe.checkout.Session)


def test_line_items_of_a_checkout_session(session_factory, client):
    (item,) = client.checkout.sessions.line_items.list(session_factory().id).data
    assert_complete(item, "item", stripe.LineItem)


def test_events(pay, client):
    pay("pm_card_createDispute")
    client.refunds.create({"payment_intent": pay().id})
    owners = {
        "charge": stripe.Charge,
        "dispute": stripe.Dispute,
        "payment_intent": stripe.PaymentIntent,
        "refund": stripe.Refund,
    }
    for event in client.events.list().data:
        thing, theirs = plain(event), example("event")
        about, _ = thing["data"].pop("object"), theirs["data"].pop("object")
        assert set(differences(thing, theirs, stripe.Event)) == set()
        found = differences(about, example(about["object"]), owners[about["object"]])
        assert set(found) == set()


def test_account(client):
    assert_complete(client.accounts.retrieve_current(), "account", stripe.Account)


def test_lists(pay, client):
    pay()
    for listed in (client.charges.list(), client.payment_intents.list(), client.events.list()):
        theirs = example("account")["external_accounts"]
        outside = {**plain(listed), "data": []}
        assert set(differences(outside, theirs, stripe.ListObject)) == set()


def test_errors(declined, client):
    known = stripe.ErrorObject.__annotations__.keys()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.payment_intents.create({"amount": 1, "currency": "eur"})
    for error in (declined, caught.value):
        assert error.json_body.keys() == {"error"}
        body = error.json_body["error"]
        assert body.keys() <= known
        assert {"code", "message", "type", "doc_url", "request_log_url"} <= body.keys()
    assert {"charge", "decline_code", "payment_intent", "payment_method"} <= (
        declined.json_body["error"].keys()
    )
