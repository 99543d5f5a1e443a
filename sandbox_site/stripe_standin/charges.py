"""Charges: each attempt to take money, made by a payment intent."""

from typing import Any

from . import balance, errors, lists
from .call import Call
from .cards import Decline
from .ids import new_id


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("charge", object_id)
    if not found:
        raise errors.no_such("charge", object_id)
    return found


def refunds_of(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    retrieve(call, object_id, {})
    where = [lists.equals("$.charge", object_id)]
    return lists.page(call, "refund", f"/v1/charges/{object_id}/refunds", params, where)


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = [
        lists.equals(f"$.{name}", params[name])
        for name in ("payment_intent", "customer", "transfer_group")
        if params.get(name)
    ]
    return lists.page(call, "charge", "/v1/charges", params, where)


def create(
    call: Call,
    intent: dict[str, Any],
    method: dict[str, Any],
    status: str,
    *,
    decline: Decline | None = None,
    authenticated: bool = False,
) -> dict[str, Any]:
    """`status` is succeeded, pending or failed."""
    charge_id = new_id("ch_")
    charge = {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0 if status == "failed" else intent["amount"],
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": call.settings.shop.upper()[:22],
        "captured": status != "failed",
        "created": call.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": _outcome(method, decline),
        "paid": status != "failed",
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _method_details(intent, method, authenticated),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "refunds": lists.listed([], f"/v1/charges/{charge_id}/refunds"),
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": status,
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    if status == "succeeded":
        charge["balance_transaction"] = _moved(call, charge)
    kept = call.store.private(method["id"])["behaviour"]
    return call.store.put(charge, behaviour=kept)


def _moved(call: Call, charge: dict[str, Any]) -> str:
    way = "charge" if "card" in charge["payment_method_details"] else "payment"
    return balance.move(call, way, charge["amount"], charge, description=charge["description"])[
        "id"
    ]


def refunded(call: Call, charge: dict[str, Any], refund: dict[str, Any]) -> dict[str, Any]:
    total = charge["amount_refunded"] + refund["amount"]
    charge |= {"amount_refunded": total, "refunded": total == charge["amount_captured"]}
    return call.store.put(charge)


def refund_failed(call: Call, refund: dict[str, Any]) -> dict[str, Any]:
    charge = retrieve(call, refund["charge"], {})
    total = charge["amount_refunded"] - refund["amount"]
    return call.store.put(charge | {"amount_refunded": total, "refunded": False})


def disputed(call: Call, charge: dict[str, Any], dispute: dict[str, Any]) -> None:
    """An inquiry marks it as disputed too, but leaves it refundable."""
    is_final = not dispute["status"].startswith("warning_")
    call.store.put(charge | {"disputed": True}, charged_back=is_final)


def is_charged_back(call: Call, charge: dict[str, Any]) -> bool:
    return bool(call.store.private(charge["id"]).get("charged_back"))


def settle(call: Call, charge: dict[str, Any], failure: Decline | None) -> dict[str, Any]:
    """The bank's answer to a pending charge."""
    if failure:
        charge |= {
            "amount_captured": 0,
            "captured": False,
            "failure_code": failure.code,
            "failure_message": failure.message,
            "paid": False,
            "status": "failed",
        }
    else:
        charge |= {"status": "succeeded", "balance_transaction": _moved(call, charge)}
    return call.store.put(charge)


def _outcome(method: dict[str, Any], decline: Decline | None) -> dict[str, Any]:
    """https://docs.stripe.com/declines"""
    if not decline:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal" if method["type"] == "card" else "not_assessed",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": "51" if decline.decline_code == "insufficient_funds" else "05",
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _method_details(
    intent: dict[str, Any], method: dict[str, Any], authenticated: bool
) -> dict[str, Any]:
    if method["type"] == "card":
        details = _card_details(intent["amount"], method["card"], authenticated)
    else:
        debit = method["sepa_debit"]
        details = {
            **{name: value for name, value in debit.items() if name != "generated_from"},
            "expected_debit_date": None,
            "mandate": None,
        }
    return {method["type"]: details, "type": method["type"]}


def _card_details(amount: int, card: dict[str, Any], authenticated: bool) -> dict[str, Any]:
    copied = (
        "brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding",
        "last4", "regulated_status", "wallet",
    )  # fmt: skip
    return {
        **{name: card[name] for name in copied},
        "amount_authorized": amount,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": {
            "authentication_flow": "challenge",
            "electronic_commerce_indicator": "05",
            "exemption_indicator": None,
            "result": "authenticated",
            "result_reason": None,
            "transaction_id": new_id("", 36),
            "version": "2.2.0",
        }
        if authenticated
        else None,
        "transaction_link_id": None,
    }
