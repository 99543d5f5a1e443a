"""`expand[]=latest_charge`: https://docs.stripe.com/api/expanding_objects."""

from typing import Any

from . import errors, lists
from .store import Store

DEEPEST = 4
KINDS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "failure_balance_transaction": "balance_transaction",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
}
# Null for ever here, or whole already; asking for them is still allowed.
AS_THEY_ARE = {"customer", "review", "setup_intent", "invoice"}


def expand(store: Store, thing: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """A copy with the objects that the ids stand for. In lists paths begin with `data.`"""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST:
            raise errors.invalid("expand", f"You cannot expand more than {DEEPEST} levels.")
        if thing["object"] == "list":
            if steps[0] != "data" or len(steps) < 2:
                raise _not_expandable(path)
            expanded = [_expanded(store, one, steps[1:], path) for one in thing["data"]]
            thing = {**thing, "data": expanded}
        else:
            thing = _expanded(store, thing, steps, path)
    return thing


def _expanded(store: Store, thing: dict[str, Any], steps: list[str], path: str) -> dict[str, Any]:
    field, rest = steps[0], steps[1:]
    if field == "line_items" and thing["object"] == "checkout.session":
        return {**thing, field: line_items(store, thing["id"])}
    if field == "refunds" and thing["object"] == "charge":
        return {**thing, field: refunds(store, thing["id"])}
    if field not in thing or field not in AS_THEY_ARE | KINDS.keys():
        raise _not_expandable(path)
    inner = thing[field]
    if isinstance(inner, str) and field in KINDS:
        inner = store.get(KINDS[field], inner) or inner
    if rest and isinstance(inner, dict):
        inner = _expanded(store, inner, rest, path)
    return {**thing, field: inner}


def line_items(store: Store, session_id: str) -> dict[str, Any]:
    url = f"/v1/checkout/sessions/{session_id}/line_items"
    return lists.listed(store.private(session_id)["line_items"], url)


def refunds(store: Store, charge_id: str) -> dict[str, Any]:
    """The newest ten, as Stripe has them in a charge."""
    found = store.newest("refund", [lists.equals("$.charge", charge_id)], "DESC", 11)
    url = f"/v1/charges/{charge_id}/refunds"
    return lists.listed(found[:10], url, has_more=len(found) > 10)


def _not_expandable(path: str) -> errors.ApiError:
    return errors.invalid("expand", f"This property cannot be expanded ({path}).")
