"""Refunds: https://docs.stripe.com/api/refunds. Money that goes back by the way it came."""

import time
from typing import Any

from . import balance, cards, charges, currencies, errors, lists
from .call import Call
from .events import emit
from .ids import new_id
from .payment_intent_object import kept_metadata

# Accepted by Stripe, but the stand-in would have to pretend.
NOT_SIMULATED = (
    "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer",
)  # fmt: skip
OUTCOMES = ("succeeded", "failed")


def create(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    for name in NOT_SIMULATED:
        if params.get(name):
            raise errors.not_simulated(name)
    charge = _charge_of(call, params)
    amount = _amount(call, charge, params)
    kept = call.store.private(charge["id"]).get("behaviour", cards.SUCCEEDS)
    is_pending = kept == cards.REFUND_WAITS or not _is_card(charge) or call.settings.is_short
    refund = call.store.put(_new(call, charge, amount, params, is_pending), behaviour=kept)
    if not call.settings.is_short:
        refund = _take(call, refund, charge)
    charge = charges.refunded(call, charge, refund)
    emit(call, "refund.created", refund)
    emit(call, "charge.refunded", charge)
    emit(call, "charge.refund.updated", refund)
    if (is_pending or kept == cards.REFUND_FAILS) and call.settings.settle_after is not None:
        call.store.set_timer(refund["id"], time.time() + call.settings.settle_after)
    return refund


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("refund", object_id)
    if not found:
        raise errors.no_such("refund", object_id)
    return found


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = [
        lists.equals(f"$.{name}", params[name])
        for name in ("charge", "payment_intent")
        if params.get(name)
    ]
    return lists.page(call, "refund", "/v1/refunds", params, where)


def update(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    refund = retrieve(call, object_id, {})
    if "metadata" in params:
        refund["metadata"] = kept_metadata(params["metadata"], refund["metadata"])
        call.store.put(refund)
        emit(call, "refund.updated", refund)
        emit(call, "charge.refund.updated", refund)
    return refund


def settle(call: Call, object_id: str, outcome: str | None = None) -> dict[str, Any]:
    """The bank's last word: `succeeded`, or `failed` also after it had succeeded.

    Without an outcome the card's own.
    """
    refund = retrieve(call, object_id, {})
    fails = call.store.private(object_id).get("behaviour") == cards.REFUND_FAILS
    outcome = outcome or ("failed" if fails else "succeeded")
    if outcome not in OUTCOMES:
        raise errors.invalid("outcome", f"Invalid outcome: must be one of {', or '.join(OUTCOMES)}")
    call.store.drop_timer(object_id)
    if refund["status"] in ("failed", outcome):
        return refund
    return _fail(call, refund) if outcome == "failed" else _succeed(call, refund)


def _take(call: Call, refund: dict[str, Any], charge: dict[str, Any]) -> dict[str, Any]:
    moved = balance.move(
        call, _kind(charge), -refund["amount"], refund, description="REFUND FOR CHARGE"
    )
    return call.store.put(refund | {"balance_transaction": moved["id"]})


def _succeed(call: Call, refund: dict[str, Any]) -> dict[str, Any]:
    if not refund["balance_transaction"]:
        refund = _take(call, refund, charges.retrieve(call, refund["charge"], {}))
    refund = call.store.put(refund | {"status": "succeeded", "pending_reason": None})
    emit(call, "refund.updated", refund)
    emit(call, "charge.refund.updated", refund)
    return refund


def _fail(call: Call, refund: dict[str, Any]) -> dict[str, Any]:
    """The money is back on the shop's balance: https://docs.stripe.com/refunds#failed-refunds."""
    reason = "expired_or_canceled_card"
    refund |= {"status": "failed", "pending_reason": None, "failure_reason": reason}
    if refund["balance_transaction"]:
        moved = balance.move(
            call, "refund_failure", refund["amount"], refund, description="REFUND FAILURE"
        )
        refund |= {"failure_balance_transaction": moved["id"]}
    refund = call.store.put(refund)
    charges.refund_failed(call, refund)
    emit(call, "refund.updated", refund)
    emit(call, "charge.refund.updated", refund)
    emit(call, "refund.failed", refund)
    return refund


def _charge_of(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    charge_id, intent_id = params.get("charge"), params.get("payment_intent")
    if charge_id and intent_id:
        raise errors.exclusive_parameters("charge", "payment_intent")
    if not charge_id and not intent_id:
        raise errors.ApiError(
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            replays=True,
        )
    if intent_id:
        intent = call.store.get("payment_intent", intent_id)
        if not intent:
            raise errors.no_such("payment_intent", intent_id, "payment_intent")
        charge_id = intent["latest_charge"]
        if intent["status"] != "succeeded" or not charge_id:
            raise errors.ApiError(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
                replays=True,
            )
    charge = call.store.get("charge", charge_id)
    if not charge:
        raise errors.no_such("charge", charge_id, "charge")
    return charge


def _amount(call: Call, charge: dict[str, Any], params: dict[str, Any]) -> int:
    """Raises ApiError for what Stripe would not pay back."""
    name, left = charge["id"], charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise errors.ApiError(f"Charge {name} is not a successful charge.", replays=True)
    if charge["refunded"]:
        raise errors.ApiError(
            f"Charge {name} has already been refunded.",
            code="charge_already_refunded",
            replays=True,
        )
    if charges.is_charged_back(call, charge):
        raise errors.ApiError(
            f"Charge {name} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            replays=True,
        )
    amount = params.get("amount", left)
    if amount < 1:
        raise errors.invalid(
            "amount",
            "This value must be greater than or equal to 1.",
            "parameter_invalid_integer",
        )
    if params.get("currency", charge["currency"]).lower() != charge["currency"]:
        raise errors.invalid("currency", "The currency is not the charge's.")
    if amount > left:
        written = [currencies.written(each, charge["currency"]) for each in (amount, left)]
        raise errors.ApiError(
            f"Refund amount ({written[0]}) is greater than unrefunded amount on charge "
            f"({written[1]})",
            param="amount",
            replays=True,
        )
    return amount


def _is_card(charge: dict[str, Any]) -> bool:
    return charge["payment_method_details"]["type"] == "card"


def _kind(charge: dict[str, Any]) -> str:
    return "refund" if _is_card(charge) else "payment_refund"


def _new(
    call: Call, charge: dict[str, Any], amount: int, params: dict[str, Any], is_pending: bool
) -> dict[str, Any]:
    way = charge["payment_method_details"]["type"]
    why = "insufficient_funds" if call.settings.is_short else "processing"
    destination = {"type": "refund"} if way == "card" else {}
    return {
        "id": new_id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": call.now,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {way: destination, "type": way},
        "metadata": kept_metadata(params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "pending_reason": why if is_pending else None,
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if is_pending else "succeeded",
        "transfer_reversal": None,
    }
