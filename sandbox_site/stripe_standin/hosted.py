"""Paying on Stripe's own pages: the hosted Checkout page, and the bank's challenge."""

import re
from typing import Any

from . import (
    checkout,
    errors,
    payment_intent_object,
    payment_intents,
    payment_methods,
    payments,
)
from .call import Call
from .events import emit

EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/-]?\s*(\d{2}|\d{4})\s*")


def pay(call: Call, session: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
    """The payment intent after one attempt. Raises ApiError where the card is declined."""
    method = payment_methods.create(call, typed_method(session, form))
    intent = _intent_of(call, session)
    intent |= {"payment_method": method["id"], "last_payment_error": None}
    return _after(call, session, payments.attempt(call, intent, sdk=True))


def authenticate(call: Call, session: dict[str, Any], passed: bool) -> dict[str, Any]:
    intent = payment_intents.retrieve(call, session["payment_intent"], {})
    return _after(call, session, payments.authenticate(call, intent, passed))


def _after(call: Call, session: dict[str, Any], intent: dict[str, Any]) -> dict[str, Any]:
    if intent["status"] in ("succeeded", "processing"):
        checkout.complete(call, session, intent)
    return intent


def _intent_of(call: Call, session: dict[str, Any]) -> dict[str, Any]:
    """Made when the customer first presses Pay, as Stripe does."""
    if session["payment_intent"]:
        return payment_intents.retrieve(call, session["payment_intent"], {})
    data = call.store.private(session["id"])["intent"]
    intent = payment_intent_object.new(call, session["amount_total"], session["currency"], data)
    intent |= {
        "customer": session["customer"],
        "payment_method_types": session["payment_method_types"],
    }
    call.store.put(intent, session=session["id"])
    session["payment_intent"] = intent["id"]
    call.store.put(session)
    emit(call, "payment_intent.created", intent)
    return intent


def typed_method(session: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
    """What was typed, as `payment_method_data`. Raises ApiError on what is missing."""
    kind = form.get("method", "card")
    if kind not in session["payment_method_types"]:
        raise errors.invalid("method", "This payment method is not offered.")
    email = form.get("email", "").strip() or session["customer_email"]
    billing = {"email": email, "name": form.get("name", "").strip()}
    if kind == "sepa_debit":
        iban = form.get("iban", "")
        return {"type": kind, "billing_details": billing, "sepa_debit": {"iban": iban}}
    expiry = EXPIRY.fullmatch(form.get("expiry", ""))
    if not expiry:
        raise errors.ApiError(
            "Your card's expiration date is incomplete.",
            status=402,
            kind="card_error",
            code="invalid_expiry_month",
        )
    card = {
        "number": form.get("number", ""),
        "exp_month": int(expiry[1]),
        "exp_year": int(expiry[2]),
        "cvc": form.get("cvc", "").strip(),
    }
    return {"type": kind, "billing_details": billing, "card": card}


def success_url(session: dict[str, Any]) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
