"""Lists, newest first, with cursors: https://docs.stripe.com/api/pagination."""

import json
from typing import Any

from . import errors
from .call import Call

Where = list[tuple[str, Any]]
COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def equals(path: str, value: Any) -> tuple[str, Any]:
    return f"json_extract(body, '{path}') = ?", value


def one_of(path: str, values: list[str]) -> tuple[str, Any]:
    return (
        f"json_extract(body, '{path}') IN (SELECT value FROM json_each(?))",
        json.dumps(values),
    )


def page(
    call: Call, kind: str, url: str, params: dict[str, Any], where: Where | None = None
) -> dict[str, Any]:
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        bound = "greater than or equal to 1" if limit < 1 else "less than or equal to 100"
        raise errors.invalid("limit", f"This value must be {bound}.", "parameter_invalid_integer")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise errors.exclusive_parameters("starting_after", "ending_before")
    conditions = [*(where or []), *_created(params.get("created"))]
    if cursor := after or before:
        sequence = call.store.sequence(kind, cursor)
        if sequence is None:
            raise errors.no_such(kind, cursor, "starting_after" if after else "ending_before")
        conditions.append(("seq < ?" if after else "seq > ?", sequence))
    found = call.store.newest(kind, conditions, "ASC" if before else "DESC", limit + 1)
    data = found[:limit]
    return listed(data[::-1] if before else data, url, has_more=len(found) > limit)


def listed(data: list[Any], url: str, *, has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _created(bounds: int | dict[str, int] | None) -> Where:
    if bounds is None:
        return []
    if isinstance(bounds, int):
        return [("created = ?", bounds)]
    return [(f"created {COMPARISONS[name]} ?", value) for name, value in bounds.items()]
