"""Disputes: https://docs.stripe.com/disputes. The customer's bank takes a payment back.

A dispute that begins with `warning_` is an inquiry: no money moves, and it may become one.
"""

from typing import Any

from . import balance, cards, charges, errors, lists
from .call import Call
from .events import emit
from .ids import new_id

# What a tester may make of one, from where.
NEXT = {
    "warning_needs_response": ("warning_under_review", "warning_closed", "needs_response"),
    "warning_under_review": ("warning_closed", "needs_response"),
    "needs_response": ("under_review", "won", "lost"),
    "under_review": ("won", "lost"),
    # Rare, and the end of none: https://docs.stripe.com/disputes/responding.
    "won": ("needs_response", "under_review", "lost"),
    "lost": ("won",),
}
CLOSED = ("won", "lost", "warning_closed")
DAYS_TO_ANSWER = 9 * 24 * 3600
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


def open_by_card(call: Call, charge: dict[str, Any]) -> None:
    """The test cards whose payments are disputed by themselves."""
    if status := cards.DISPUTES.get(call.store.private(charge["id"]).get("behaviour", "")):
        open_on(call, charge["id"], status)


def open_on(
    call: Call, charge_id: str, status: str | None = None, amount: int | None = None
) -> dict[str, Any]:
    """The customer goes to their bank. `status` is needs_response or warning_needs_response."""
    status = status or "needs_response"
    if status not in ("needs_response", "warning_needs_response"):
        raise errors.invalid("status", "A dispute begins as needs_response, or as a warning.")
    charge = charges.retrieve(call, charge_id, {})
    if not charge["paid"] or charge["disputed"] or charge["status"] != "succeeded":
        raise errors.ApiError(f"Charge {charge_id} cannot be disputed.")
    dispute = call.store.put(_new(call, charge, status, amount or charge["amount"]))
    charges.disputed(call, charge, dispute)
    if not is_warning(status):
        dispute = _move(call, dispute, -dispute["amount"])
    emit(call, "charge.dispute.created", dispute)
    if not is_warning(status):
        emit(call, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("dispute", object_id)
    if not found:
        raise errors.no_such("dispute", object_id)
    return found


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = [
        lists.equals(f"$.{name}", params[name])
        for name in ("charge", "payment_intent")
        if params.get(name)
    ]
    return lists.page(call, "dispute", "/v1/disputes", params, where)


def close(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    """The shop gives in. An inquiry cannot be lost; it is closed."""
    dispute = retrieve(call, object_id, {})
    if dispute["status"] in CLOSED:
        raise errors.ApiError("This dispute is already closed.", replays=True)
    return become(call, object_id, "warning_closed" if is_warning(dispute["status"]) else "lost")


def become(call: Call, object_id: str, status: str | None) -> dict[str, Any]:
    """What the bank decides: under_review, won, lost, warning_closed, or a warning escalates. What
    was won can be taken again, and what was lost be given back."""
    dispute = retrieve(call, object_id, {})
    before = dispute["status"]
    if status not in NEXT.get(before, ()):
        raise errors.invalid("status", f"A dispute does not become {status} after {before}.")
    dispute = call.store.put(dispute | {"status": status})
    if before.startswith("warning_") and not is_warning(status):
        charges.disputed(call, charges.retrieve(call, dispute["charge"], {}), dispute)
        dispute = _move(call, dispute | {"is_charge_refundable": False}, -dispute["amount"])
        emit(call, "charge.dispute.funds_withdrawn", dispute)
    if before == "won":
        dispute = _move(call, dispute, -dispute["amount"])
        emit(call, "charge.dispute.funds_withdrawn", dispute)
    if status == "won":
        dispute = _move(call, dispute, dispute["amount"])
        emit(call, "charge.dispute.funds_reinstated", dispute)
    emit(call, f"charge.dispute.{'closed' if status in CLOSED else 'updated'}", dispute)
    return dispute


def is_warning(status: str) -> bool:
    return status.startswith("warning_")


def _move(call: Call, dispute: dict[str, Any], amount: int) -> dict[str, Any]:
    moved = balance.move(call, "adjustment", amount, dispute, description="Dispute")
    dispute["balance_transactions"] = [*dispute["balance_transactions"], moved]
    return call.store.put(dispute)


def _new(call: Call, charge: dict[str, Any], status: str, amount: int) -> dict[str, Any]:
    card = charge["payment_method_details"].get("card") or {}
    brand = card.get("brand", "visa")
    details = {
        "brand": brand,
        "case_type": "inquiry" if is_warning(status) else "chargeback",
        "network": brand,
        "network_reason_code": "10.4",
    }
    return {
        "id": new_id("dp_"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": call.now + DAYS_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": is_warning(status),
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": details, "type": "card"},
        "reason": "fraudulent",
        "status": status,
    }
