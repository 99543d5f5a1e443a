"""Payment intents: https://docs.stripe.com/api/payment_intents."""

from typing import Any

from . import currencies, errors, lists, payment_methods, payments
from .call import Call
from .events import emit
from .payment_intent_object import (
    CHOOSING_METHODS,
    COPIED,
    kept_metadata,
    method_types,
    new,
    options,
)

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
# What can be told of a payment whatever its state.
ALWAYS_CHANGEABLE = {"metadata", "description", "receipt_email", "transfer_group", "shipping"}
# Accepted by Stripe, but the stand-in would have to pretend.
NOT_SIMULATED = (
    "amount_details", "application_fee_amount", "confirmation_token", "customer_account",
    "error_on_requires_action", "hooks", "mandate", "off_session", "on_behalf_of",
    "payment_method_configuration", "transfer_data",
)  # fmt: skip


def create(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    _check_simulated(params)
    currency = currencies.check_currency(params["currency"])
    currencies.check_amount(params["amount"], currency)
    _check_customer(params.get("customer"))
    intent = new(call, params["amount"], currency, params)
    method = payment_methods.chosen(call, params)
    _check_method(intent, method)
    call.store.put(intent)
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        call.store.put(intent)
    emit(call, "payment_intent.created", intent)
    return confirm(call, intent["id"], params) if params.get("confirm") else intent


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("payment_intent", object_id)
    secret = params.get("client_secret")
    wrong = found and secret != found["client_secret"] and (secret or call.in_browser)
    if not found or wrong:
        raise errors.no_such("payment_intent", object_id)
    return found


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = [lists.equals("$.customer", params["customer"])] if params.get("customer") else []
    return lists.page(call, "payment_intent", "/v1/payment_intents", params, where)


def update(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    _check_simulated(params)
    intent = retrieve(call, object_id, {})
    given = {name: value for name, value in params.items() if name != "expand"}
    frozen = given.keys() - ALWAYS_CHANGEABLE
    if frozen and intent["status"] not in OPEN:
        name = min(frozen)
        raise errors.unexpected_state(
            f"This PaymentIntent's {name} could not be updated because it has a status of "
            f"{intent['status']}. You may only update the {name} of a PaymentIntent with one of "
            f"the following statuses: {', '.join(OPEN)}.",
            intent,
        )
    _check_customer(given.get("customer"))
    currency = currencies.check_currency(given.get("currency") or intent["currency"])
    currencies.check_amount(given.get("amount", intent["amount"]), currency)
    if "metadata" in given:
        given["metadata"] = kept_metadata(given["metadata"], intent["metadata"])
    if "payment_method_options" in given:
        given["payment_method_options"] = options(
            given["payment_method_options"], intent["payment_method_types"]
        )
    if {"currency", *CHOOSING_METHODS} & given.keys():
        given["payment_method_types"] = method_types(currency, given)
    method = payment_methods.chosen(call, given)
    _check_method(intent | given, method)
    intent |= {name: value for name, value in given.items() if name in intent}
    intent |= {"currency": currency}
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return call.store.put(intent)


def confirm(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    """Raises ApiError 402 where the card is declined; what it left behind stays written."""
    _check_simulated(params)
    intent = retrieve(call, object_id, {"client_secret": params.get("client_secret")})
    if intent["status"] not in OPEN:
        raise errors.unexpected_state(_not_confirmable(intent["status"]), intent)
    expected = params.get("amount_to_confirm", intent["amount"])
    if expected != intent["amount"]:
        raise errors.invalid("amount_to_confirm", "The amount is not the PaymentIntent's.")
    sdk = bool(params.get("use_stripe_sdk"))
    _check_return_url(intent, params, sdk)
    method = payment_methods.chosen(call, params) or _present(call, intent)
    _check_method(intent, method)
    intent |= {name: params[name] for name in COPIED if name in params and name in intent}
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    call.store.put(intent, return_url=params.get("return_url"))
    return payments.attempt(call, intent, sdk=sdk)


def _not_confirmable(status: str) -> str:
    if status == "succeeded":
        return (
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed."
        )
    return (
        f"You cannot confirm this PaymentIntent because it has a status of {status}. Only a "
        f"PaymentIntent with one of the following statuses may be confirmed: {', '.join(OPEN)}."
    )


def _check_return_url(intent: dict[str, Any], params: dict[str, Any], sdk: bool) -> None:
    automatic = intent["automatic_payment_methods"]
    redirects = automatic and automatic["allow_redirects"] == "always"
    if redirects and not params.get("return_url") and not sdk:
        raise errors.ApiError(
            "This PaymentIntent is configured to accept payment methods enabled in your "
            "Dashboard. Because some of these payment methods might redirect your customer off of "
            "your page, you must provide a `return_url`. If you don't want to accept "
            "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` "
            "and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup "
            "Intents and Payment Intents.",
        )


def _present(call: Call, intent: dict[str, Any]) -> dict[str, Any]:
    method = intent["payment_method"] and call.store.get("payment_method", intent["payment_method"])
    if not method:
        raise errors.ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    return method


def cancel(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    intent = retrieve(call, object_id, {})
    if intent["status"] not in OPEN:
        raise errors.unexpected_state(
            "You cannot cancel this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"canceled: {', '.join(OPEN)}.",
            intent,
        )
    if call.store.private(object_id).get("session"):
        raise errors.unexpected_state(
            "You cannot cancel this PaymentIntent because it was created by Checkout. Expire the "
            "Checkout Session instead.",
            intent,
        )
    return canceled(call, intent, params.get("cancellation_reason"))


def canceled(call: Call, intent: dict[str, Any], reason: str | None) -> dict[str, Any]:
    intent |= {
        "status": "canceled",
        "canceled_at": call.now,
        "cancellation_reason": reason,
        "next_action": None,
    }
    call.store.put(intent)
    emit(call, "payment_intent.canceled", intent)
    return intent


def _check_simulated(params: dict[str, Any]) -> None:
    for name in NOT_SIMULATED:
        if params.get(name):
            raise errors.not_simulated(name)
    for name in ("capture_method", "confirmation_method"):
        if params.get(name) == "manual":
            raise errors.not_simulated(f"{name}=manual")


def _check_customer(customer: str | None) -> None:
    """The stand-in keeps no customers; what looks like one is taken for one."""
    if customer and not customer.startswith("cus_"):
        raise errors.no_such("customer", customer, "customer")


def _check_method(intent: dict[str, Any], method: dict[str, Any] | None) -> None:
    if method and method["type"] not in intent["payment_method_types"]:
        raise errors.ApiError(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            f"PaymentIntent. It takes: {', '.join(intent['payment_method_types'])}.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
