"""What the world around Stripe does, on a tester's word: banks settle, and much goes wrong."""

import dataclasses
from typing import Any

from . import checkout, disputes, errors, events, payment_intents, payments, refunds, webhooks
from .call import Call

DAY, EVENTS_KEPT = 24 * 3600, 30


def settle(call: Call, intent_id: str, outcome: str | None = None) -> dict[str, Any]:
    """Ends a delayed payment. `outcome` is succeeded or failed; else its IBAN decides."""
    if outcome not in (None, "succeeded", "failed"):
        raise errors.invalid("outcome", "Invalid outcome: must be one of succeeded, or failed")
    with call.store.transaction():
        intent = payment_intents.retrieve(call, intent_id, {})
        intent = payments.settle(call, intent, outcome)
        checkout.settled(call, intent)
    return intent


def hand_out_voucher(call: Call, intent_id: str) -> dict[str, Any]:
    """The customer chose a voucher. A page of Stripe's is complete as soon as it has given one."""
    with call.store.transaction():
        intent = payment_intents.retrieve(call, intent_id, {})
        intent = payments.hand_out_voucher(call, intent)
        if session := call.store.private(intent_id).get("session"):
            checkout.complete(call, checkout.retrieve(call, session, {}), intent)
    return intent


def settle_refund(call: Call, refund_id: str, outcome: str | None = None) -> dict[str, Any]:
    with call.store.transaction():
        return refunds.settle(call, refund_id, outcome)


def dispute(
    call: Call, charge_id: str, status: str | None = None, amount: int | None = None
) -> dict[str, Any]:
    with call.store.transaction():
        return disputes.open_on(call, charge_id, status, amount)


def dispute_becomes(call: Call, dispute_id: str, status: str | None) -> dict[str, Any]:
    with call.store.transaction():
        return disputes.become(call, dispute_id, status)


def _whole(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isdecimal() else None


def pass_time(call: Call, days: float) -> dict[str, Any]:
    """So many days go by at once. Stripe keeps events for 30 of them."""
    call.store.pass_time(int(days * DAY), EVENTS_KEPT * DAY)
    return {"days": days}


def resend(call: Call, event_id: str) -> dict[str, Any]:
    if not call.settings.endpoints:
        raise errors.ApiError("No webhook address is set.")
    event = events.retrieve(call, event_id, {})
    return {"delivery": events.schedule(call, event), "event": event_id, "type": event["type"]}


def run_due_timers(call: Call) -> None:
    """Delayed payments and refunds that have waited long enough, and sessions past their time."""
    for object_id in call.store.due_timers():
        with call.store.transaction():
            if call.store.get("payment_intent", object_id):
                settle(call, object_id)
            elif call.store.get("refund", object_id):
                refunds.settle(call, object_id)
            else:
                checkout.expire(call, object_id, {})


def answer(call: Call, method: str, path: str, form: dict[str, Any]) -> dict[str, Any]:
    """The paths under /control/. Raises ApiError."""
    match (method, path.strip("/").split("/")[1:]):
        case ("GET", []):
            return {"status": "ok", "account": call.settings.account}
        case ("GET", ["webhooks"]):
            return {"data": webhooks.listed(call, form.get("type"))}
        case ("POST", ["payment_intents", intent_id, "settle"]):
            return settle(call, intent_id, form.get("outcome"))
        case ("POST", ["payment_intents", intent_id, "voucher"]):
            return hand_out_voucher(call, intent_id)
        case ("POST", ["refunds", refund_id, "settle"]):
            return settle_refund(call, refund_id, form.get("outcome"))
        case ("GET", ["misbehave"]):
            return {"data": call.settings.misbehaviour.listed()}
        case ("POST", ["misbehave"]):
            return dataclasses.asdict(call.settings.misbehaviour.add(form))
        case ("POST", ["behave"]):
            call.settings.misbehaviour.clear()
            return {"data": []}
        case ("POST", ["charges", charge_id, "dispute"]):
            return dispute(call, charge_id, form.get("status"), _whole(form.get("amount")))
        case ("POST", ["disputes", dispute_id, "become"]):
            return dispute_becomes(call, dispute_id, form.get("status"))
        case ("POST", ["pass_time"]):
            return pass_time(call, _whole(form.get("days")) or 0)
        case ("POST", ["events", event_id, "resend"]):
            return resend(call, event_id)
    raise errors.ApiError(f"There is nothing at {method} {path}.", status=404)
