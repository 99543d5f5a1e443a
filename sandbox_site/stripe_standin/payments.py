"""How a payment goes: https://docs.stripe.com/payments/paymentintents/lifecycle."""

import time
from typing import Any
from urllib.parse import urlencode

from . import cards, charges, disputes, errors
from .call import Call
from .cards import Decline
from .events import emit

BOUNCED = Decline("debit_not_authorized", None, "The customer's bank did not authorize this debit.")
NOT_AUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again."
)


def attempt(
    call: Call, intent: dict[str, Any], *, authenticated: bool = False, sdk: bool = False
) -> dict[str, Any]:
    """One attempt with the intent's payment method. A declined card raises ApiError."""
    method = call.store.get("payment_method", intent["payment_method"])
    kept = call.store.private(method["id"])["behaviour"]
    if kept == cards.AUTHENTICATES and not authenticated:
        return _ask(call, intent, sdk)
    if kept.startswith("delayed:"):
        return _process(call, intent, method)
    if decline := cards.decline(kept):
        charge = charges.create(call, intent, method, "failed", decline=decline)
        raise fail(call, intent, charge, decline)
    charge = charges.create(call, intent, method, "succeeded", authenticated=authenticated)
    return _succeed(call, intent, charge)


def _ask(call: Call, intent: dict[str, Any], sdk: bool) -> dict[str, Any]:
    secret = urlencode({"client_secret": intent["client_secret"]})
    url = f"{call.settings.url}/3ds/{intent['id']}?{secret}"
    return_url = call.store.private(intent["id"]).get("return_url")
    if sdk or not return_url:
        action = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    else:
        action = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": return_url, "url": url},
        }
    intent |= {"status": "requires_action", "next_action": action}
    call.store.put(intent)
    emit(call, "payment_intent.requires_action", intent)
    return intent


def hand_out_voucher(call: Call, intent: dict[str, Any]) -> dict[str, Any]:
    """The customer has days to pay it at a counter or a bank's machine:
    https://docs.stripe.com/payments/multibanco."""
    details = {"entity": "12345", "expires_at": call.now + 7 * 24 * 3600, "reference": "999123456"}
    kind = "multibanco_display_details"
    intent |= {"status": "requires_action", "next_action": {"type": kind, kind: details}}
    call.store.put(intent)
    emit(call, "payment_intent.requires_action", intent)
    return intent


def _process(call: Call, intent: dict[str, Any], method: dict[str, Any]) -> dict[str, Any]:
    charge = charges.create(call, intent, method, "pending")
    intent |= {"status": "processing", "next_action": None, "latest_charge": charge["id"]}
    call.store.put(intent)
    emit(call, "charge.pending", charge)
    emit(call, "payment_intent.processing", intent)
    if call.settings.settle_after is not None:
        call.store.set_timer(intent["id"], time.time() + call.settings.settle_after)
    return intent


def _succeed(call: Call, intent: dict[str, Any], charge: dict[str, Any]) -> dict[str, Any]:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
    }
    call.store.put(intent)
    emit(call, "charge.succeeded", charge)
    emit(call, "payment_intent.succeeded", intent)
    disputes.open_by_card(call, charge)
    return intent


def fail(
    call: Call, intent: dict[str, Any], charge: dict[str, Any] | None, decline: Decline
) -> errors.ApiError:
    """Takes the intent back to its start and returns the error that says why."""
    method = call.store.get("payment_method", intent["payment_method"])
    at_the_card = charge is not None and method["type"] == "card"
    error = errors.ApiError(
        decline.message,
        status=402 if at_the_card else 400,
        kind="card_error" if at_the_card else "invalid_request_error",
        code=decline.code,
        decline_code=decline.decline_code,
        advice_code="try_again_later" if at_the_card else None,
        charge=charge["id"] if charge else None,
        keeps=True,
        replays=True,
        payment_method=method,
        payment_method_type=method["type"],
    )
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": dict(error.fields),
        "latest_charge": charge["id"] if charge else intent["latest_charge"],
        "next_action": None,
        "payment_method": None,
    }
    call.store.put(intent)
    if charge:
        emit(call, "charge.failed", charge)
    emit(call, "payment_intent.payment_failed", intent)
    error.fields["payment_intent"] = intent
    return error


def authenticate(call: Call, intent: dict[str, Any], passed: bool) -> dict[str, Any]:
    """What the customer did on the bank's page. Raises ApiError as `attempt` does."""
    if intent["status"] != "requires_action":
        raise errors.unexpected_state(
            f"This PaymentIntent does not wait for an action; its status is {intent['status']}.",
            intent,
        )
    if not passed:
        raise fail(
            call,
            intent,
            None,
            Decline("payment_intent_authentication_failure", None, NOT_AUTHENTICATED),
        )
    return attempt(call, intent, authenticated=True)


def settle(call: Call, intent: dict[str, Any], outcome: str | None = None) -> dict[str, Any]:
    """The end of a delayed payment; without `outcome` the one that its IBAN stands for."""
    if intent["status"] != "processing":
        raise errors.unexpected_state(
            f"This PaymentIntent is not processing; its status is {intent['status']}.", intent
        )
    kept = call.store.private(intent["payment_method"])["behaviour"]
    failed = (outcome or kept.removeprefix("delayed:")) == "failed"
    charge = call.store.get("charge", intent["latest_charge"])
    charge = charges.settle(call, charge, BOUNCED if failed else None)
    call.store.drop_timer(intent["id"])
    if failed:
        fail(call, intent, charge, BOUNCED)
        return intent
    return _succeed(call, intent, charge)
