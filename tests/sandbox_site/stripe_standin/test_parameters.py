import pytest
import stripe

from . import stripe_types


def refusal(call, params):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call(params)
    assert caught.value.http_status == 400
    return caught.value


@pytest.fixture
def create(client):
    return client.payment_intents.create


GOOD = {"amount": 1200, "currency": "eur"}


def test_known_parameters_are_those_of_the_stripe_package():
    assert stripe_types.FILE.read_text() == stripe_types.as_text()


def test_an_unknown_parameter_is_refused(create):
    error = refusal(create, {**GOOD, "foo": "bar"})
    assert error.user_message == "Received unknown parameter: foo"
    assert (error.code, error.param) == ("parameter_unknown", "foo")


def test_an_unknown_parameter_is_refused_inside_another(create):
    error = refusal(create, {**GOOD, "automatic_payment_methods": {"enabled": True, "x": 1}})
    assert error.param == "automatic_payment_methods[x]"


def test_several_unknown_parameters_are_named_together(create):
    error = refusal(create, {**GOOD, "foo": 1, "bar": 2})
    assert error.user_message == "Received unknown parameters: foo, bar"


def test_refused_parameters_write_nothing(create, client):
    refusal(create, {**GOOD, "foo": "bar"})
    assert client.payment_intents.list().data == []


@pytest.mark.parametrize("name", ["amount", "currency"])
def test_a_missing_parameter_is_named(create, name):
    error = refusal(create, {key: value for key, value in GOOD.items() if key != name})
    assert (error.code, error.param) == ("parameter_missing", name)
    assert error.user_message == f"Missing required param: {name}."


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (49, "eur", "amount_too_small"),
        (49, "jpy", "amount_too_small"),
        (100_000_000, "eur", "amount_too_large"),
        (0, "eur", "parameter_invalid_integer"),
        (-5, "eur", "parameter_invalid_integer"),
        ("12.00", "eur", "parameter_invalid_integer"),
        ("", "eur", "parameter_invalid_empty"),
        (5124, "kwd", "parameter_invalid_integer"),
        (50050, "isk", "parameter_invalid_integer"),
    ],
)
def test_an_amount_that_stripe_would_not_charge_is_refused(create, amount, currency, code):
    error = refusal(create, {"amount": amount, "currency": currency})
    assert (error.code, error.param) == (code, "amount")


@pytest.mark.parametrize(
    ("amount", "currency"), [(50, "eur"), (50, "jpy"), (5120, "kwd"), (99_999_999, "usd")]
)
def test_an_amount_at_the_bound_is_taken(create, amount, currency):
    assert create({"amount": amount, "currency": currency}).amount == amount


def test_the_smallest_amount_is_said_in_money(create):
    error = refusal(create, {"amount": 1, "currency": "eur"})
    assert error.user_message == "Amount must be at least €0.50 eur"


def test_an_unsupported_currency_is_refused(create):
    error = refusal(create, {"amount": 1200, "currency": "xxx"})
    assert error.param == "currency"
    assert error.user_message.startswith("Invalid currency: xxx. Stripe currently supports")


def test_a_currency_may_be_written_in_capitals(create):
    assert create({"amount": 1200, "currency": "EUR"}).currency == "eur"


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"receipt_email": "not an address"}, "receipt_email"),
        ({"capture_method": "sometimes"}, "capture_method"),
        ({"confirm": "yes"}, "confirm"),
        ({"metadata": {"a" * 41: "b"}}, "metadata"),
        ({"metadata": {"a": "b" * 501}}, "metadata[a]"),
        ({"metadata": {f"key{number}": "x" for number in range(51)}}, "metadata"),
        ({"metadata": "text"}, "metadata"),
        ({"statement_descriptor_suffix": "x" * 23}, "statement_descriptor_suffix"),
        ({"customer": "nobody"}, "customer"),
        ({"description": {"a": "b"}}, "description"),
        ({"allowed_payment_method_types": "card"}, "allowed_payment_method_types"),
        ({"shipping": {"address": {"city": "Graz"}}}, "shipping[name]"),
    ],
)
def test_a_bad_value_is_refused_by_name(create, params, param):
    assert refusal(create, {**GOOD, **params}).param == param


@pytest.mark.parametrize(
    "params",
    [{"capture_method": "manual"}, {"off_session": True}, {"application_fee_amount": 5}],
)
def test_what_the_stand_in_does_not_do_is_refused_and_not_pretended(create, params):
    assert "stand-in" in refusal(create, {**GOOD, **params}).user_message


def test_known_parameters_come_back_on_the_intent(create):
    given = {
        "description": "Order 12",
        "metadata": {"order": "12", "payment": "7"},
        "receipt_email": "ada@example.com",
        "setup_future_usage": "on_session",
        "shipping": {"name": "Ada", "address": {"line1": "Main St 1", "city": "Graz"}},
        "statement_descriptor_suffix": "ORDER 12",
        "customer": "cus_123",
    }
    intent = create({**GOOD, **given}).to_dict()
    assert {name: intent[name] for name in given} == given


def test_payment_method_types_is_refused_since_endive(create):
    error = refusal(create, {**GOOD, "payment_method_types": ["card"]})
    assert error.code == "payment_method_types_no_longer_supported"


def test_payment_method_types_is_taken_by_an_older_api_version(create):
    options = {"stripe_version": "2026-08-26.dahlia"}
    intent = create({**GOOD, "payment_method_types": ["card"]}, options)
    assert intent.payment_method_types == ["card"]
    assert intent.automatic_payment_methods is None


@pytest.mark.parametrize(
    ("params", "types"),
    [
        ({}, ["card", "sepa_debit"]),
        ({"currency": "usd"}, ["card"]),
        ({"excluded_payment_method_types": ["sepa_debit"]}, ["card"]),
        ({"allowed_payment_method_types": ["card", "klarna"]}, ["card"]),
        ({"automatic_payment_methods": {"enabled": False}}, ["card"]),
    ],
)
def test_the_payment_methods_follow_from_currency_and_wishes(create, params, types):
    assert create({**GOOD, **params}).payment_method_types == types


def test_wishes_that_exclude_each_other_are_refused(create):
    wishes = {
        "allowed_payment_method_types": ["card"],
        "automatic_payment_methods": {"enabled": True},
    }
    assert refusal(create, {**GOOD, **wishes}).code == "parameters_exclusive"


def test_a_malformed_api_version_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        client.accounts.retrieve_current(options={"stripe_version": "latest"})
