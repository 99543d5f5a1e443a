"""Payment methods: how a customer pays, without the number that was typed."""

import hashlib
import re
from typing import Any

from . import cards, errors
from .call import Call
from .ids import new_id

# What Stripe.js sends from inside its frame and a server must not.
TYPED_CARD = {
    "card": {
        "number!": "str",
        "exp_month!": "int",
        "exp_year!": "int",
        "cvc!": "str",
    }
}
# https://docs.stripe.com/payments/sepa-debit/accept-a-payment#test-integration
FAILING_IBAN = "DE62370400440532013001"
NO_ADDRESS = {
    "city": None, "country": None, "line1": None, "line2": None, "postal_code": None,
    "state": None,
}  # fmt: skip


def chosen(call: Call, params: dict[str, Any]) -> dict[str, Any] | None:
    """The payment method that the parameters name or describe; made where it is new."""
    if data := params.get("payment_method_data"):
        return create(call, data)
    if not (name := params.get("payment_method")):
        return None
    if number := cards.READY_MADE.get(name):
        typed = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "1234"}
        return create(call, {"type": "card", "card": typed})
    found = call.store.get("payment_method", name)
    if not found:
        raise errors.no_such("PaymentMethod", name, "payment_method")
    return found


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("payment_method", object_id)
    if not found:
        raise errors.no_such("PaymentMethod", object_id)
    return found


def create(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    kind = data["type"]
    if kind == "card":
        details, kept = _card(data.get("card"))
    elif kind == "sepa_debit":
        details, kept = _sepa_debit(data)
    else:
        raise errors.not_simulated(f"payment_method_data[type]={kind}")
    method = {
        "id": new_id("pm_"),
        "object": "payment_method",
        "allow_redisplay": data.get("allow_redisplay") or "unspecified",
        "billing_details": _billing_details(data.get("billing_details") or {}),
        kind: details,
        "created": call.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": data.get("metadata") or {},
        "type": kind,
    }
    return call.store.put(method, behaviour=kept)


def _card(typed: dict[str, Any] | None) -> tuple[dict[str, Any], str]:
    if typed is None:
        raise errors.missing_parameter("payment_method_data[card]")
    number = re.sub(r"[ -]", "", typed["number"])
    check_card(number, typed["exp_month"], typed["exp_year"], typed["cvc"])
    return {
        "brand": cards.brand(number),
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": cards.brand(number),
        "exp_month": typed["exp_month"],
        "exp_year": typed["exp_year"] + (2000 if typed["exp_year"] < 100 else 0),
        "fingerprint": hashlib.sha256(number.encode()).hexdigest()[:16],
        "funding": "credit",
        "generated_from": None,
        "last4": number[-4:],
        "networks": {"available": [cards.brand(number)], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }, cards.behaviour(number)


def check_card(number: str, month: int, year: int, cvc: str) -> None:
    """Raises the card error that Stripe answers to a number, date or code that cannot be."""
    if not re.fullmatch(r"\d{12,19}", number) or not cards.passes_luhn(number):
        raise _card_error("incorrect_number", "Your card number is incorrect.", "number")
    if not 1 <= month <= 12:
        raise _card_error(
            "invalid_expiry_month", "Your card's expiration month is invalid.", "exp_month"
        )
    if cards.is_past(month, year + (2000 if year < 100 else 0)):
        raise _card_error(
            "invalid_expiry_year", "Your card's expiration year is invalid.", "exp_year"
        )
    if not re.fullmatch(r"\d{3,4}", cvc):
        raise _card_error("invalid_cvc", "Your card's security code is invalid.", "cvc")


def _card_error(code: str, message: str, param: str) -> errors.ApiError:
    return errors.ApiError(message, status=402, kind="card_error", code=code, param=param)


def _sepa_debit(data: dict[str, Any]) -> tuple[dict[str, Any], str]:
    billing = data.get("billing_details") or {}
    for name in ("name", "email"):
        if not billing.get(name):
            raise errors.missing_parameter(f"billing_details[{name}]")
    iban = re.sub(r"\s", "", (data.get("sepa_debit") or {}).get("iban", "")).upper()
    if not is_iban(iban):
        raise errors.invalid(
            "sepa_debit[iban]", "The IBAN you entered is invalid.", "invalid_bank_account_iban"
        )
    return {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": hashlib.sha256(iban.encode()).hexdigest()[:16],
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": iban[-4:],
    }, "delayed:failed" if iban == FAILING_IBAN else "delayed:succeeded"


def is_iban(iban: str) -> bool:
    """Form and check digits of ISO 13616."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        return False
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


def _billing_details(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "address": {**NO_ADDRESS, **(given.get("address") or {})},
        "email": given.get("email"),
        "name": given.get("name"),
        "phone": given.get("phone"),
        "tax_id": None,
    }
