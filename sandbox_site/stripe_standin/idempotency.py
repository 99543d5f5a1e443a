"""Idempotency keys: https://docs.stripe.com/api/idempotent_requests.

An answer is written in the transaction of what it answers, and transactions wait for one another:
of two requests with one key the second finds the first one's answer, also after a kill.
"""

import hashlib
import json
import time
from typing import Any

from . import errors
from .store import Store

LONGEST = 255
KEPT_FOR = 24 * 3600


def fingerprint(params: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def earlier_answer(
    store: Store, key: str, path: str, params: dict[str, Any]
) -> tuple[int, dict[str, Any], str] | None:
    """Status, body and request id of the first answer. Raises ApiError on other parameters."""
    if len(key) > LONGEST:
        raise errors.idempotency(f"Idempotency keys can have up to {LONGEST} characters.")
    store.write("DELETE FROM answers WHERE created < ?", time.time() - KEPT_FOR)
    found = store.rows("SELECT * FROM answers WHERE key = ?", key)
    if not found:
        return None
    earlier = found[0]
    if earlier["path"] != path:
        raise errors.idempotency(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{earlier['path']}'). Try using a key other than '{key}' if you meant to "
            "execute a different request."
        )
    if earlier["fingerprint"] != fingerprint(params):
        raise errors.idempotency(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request."
        )
    return earlier["status"], json.loads(earlier["body"]), earlier["request_id"]


def remember(
    store: Store,
    key: str,
    path: str,
    params: dict[str, Any],
    status: int,
    body: dict[str, Any],
    request_id: str,
) -> None:
    store.write(
        "INSERT INTO answers (key, path, fingerprint, status, body, request_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        key,
        path,
        fingerprint(params),
        status,
        json.dumps(body),
        request_id,
        time.time(),
    )
