"""Events: what happened, as it was when it happened."""

import copy
import time
from typing import Any

from . import errors, lists
from .call import Call
from .ids import new_id
from .parameters import API_VERSION


def emit(call: Call, kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    """Writes the event, and its webhook as due, in the transaction of what it tells about."""
    event = {
        "id": new_id("evt_"),
        "object": "event",
        "api_version": API_VERSION,
        "created": call.now,
        "data": {"object": copy.deepcopy(thing)},
        "livemode": False,
        "pending_webhooks": len(call.settings.endpoints),
        "request": {"id": call.request_id, "idempotency_key": call.idempotency_key},
        "type": kind,
    }
    call.store.put(event)
    if call.settings.endpoints:
        schedule(call, event)
    return event


def schedule(call: Call, event: dict[str, Any]) -> int:
    """The first delivery's id: there is one for each endpoint. They may misbehave, as a tester
    asked."""
    rule = call.settings.misbehaviour.for_webhook(event["type"])
    how = rule.how if rule else ""
    copies = rule.copies if rule and how == "repeat" else 0
    delay = rule.seconds if rule else 0
    if how == "reorder":
        _let_older_ones_wait(call, time.time() + delay)
    made = [
        _deliver(call, event, endpoint, how, delay)
        for _copy in range(1 + copies)
        for endpoint in call.settings.endpoints
    ]
    return made[0]


def _let_older_ones_wait(call: Call, until: float) -> None:
    """The older, the later."""
    call.store.write(
        "UPDATE deliveries SET"
        " due = MAX(due, ?) + 0.02 * ((SELECT MAX(id) FROM deliveries) - id + 1)"
        " WHERE way = 'reorder' AND state = 'pending'",
        until,
    )


def _deliver(call: Call, event: dict[str, Any], endpoint: int, how: str, delay: float) -> int:
    return call.store.write(
        "INSERT INTO deliveries (event, type, state, due, way, endpoint) VALUES (?, ?, ?, ?, ?, ?)",
        event["id"],
        event["type"],
        "dropped" if how == "drop" else "pending",
        time.time() + delay,
        how if how in ("falsify", "lie", "reorder") else "",
        endpoint,
    )


def retrieve(call: Call, object_id: str, params: dict[str, Any]) -> dict[str, Any]:
    found = call.store.get("event", object_id)
    if not found:
        raise errors.no_such("event", object_id)
    return _with_pending(call, found)


def list_all(call: Call, params: dict[str, Any]) -> dict[str, Any]:
    where = []
    kinds = [params["type"]] if params.get("type") else params.get("types") or []
    if len(kinds) > 20:
        raise errors.invalid("types", "You can specify up to 20 types.")
    if kinds:
        # One condition takes one value, so the names travel as one JSON list.
        where.append(lists.one_of("$.type", kinds))
    if (delivered := params.get("delivery_success")) is not None:
        negation = "NOT " if delivered else ""
        where.append(
            (
                f"{negation}EXISTS (SELECT 1 FROM deliveries"
                " WHERE deliveries.event = objects.id AND deliveries.state != ?)",
                "delivered",
            )
        )
    page = lists.page(call, "event", "/v1/events", params, where)
    page["data"] = [_with_pending(call, event) for event in page["data"]]
    return page


def _with_pending(call: Call, event: dict[str, Any]) -> dict[str, Any]:
    waiting = call.store.rows(
        "SELECT COUNT(*) AS waiting FROM deliveries WHERE event = ? AND state = 'pending'",
        event["id"],
    )
    return {**event, "pending_webhooks": waiting[0]["waiting"]}
