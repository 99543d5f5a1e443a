"""Signed webhooks: https://docs.stripe.com/webhooks. Sent at least once; kept until a 2xx."""

import hashlib
import hmac
import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any

from .call import Call, Settings
from .misbehaviour import lying
from .store import Store

PATIENCE = 10  # seconds for the site's answer


class DontRedirect(urllib.request.HTTPRedirectHandler):
    """Stripe counts a redirect as a failure."""

    def redirect_request(self, *args: Any) -> None:
        return None


# No proxy from the environment either: the site is on this machine.
OPENER = urllib.request.build_opener(DontRedirect, urllib.request.ProxyHandler({}))


def signature(payload: bytes, secrets: str, moment: int) -> str:
    """The header's value, with one signature by each secret: while one is rolled there are two.
    https://docs.stripe.com/webhooks#verify-manually."""
    made = [
        hmac.new(secret.encode(), b"%d." % moment + payload, hashlib.sha256).hexdigest()
        for secret in secrets.split()
    ]
    return ",".join([f"t={moment}", *(f"v1={each}" for each in made)])


def send_due(store: Store, settings: Settings) -> None:
    """Sends what is due, one after the other; no lock is held while the site answers.

    The address is the one of today: the site may have moved since the event.
    """
    endpoints = settings.endpoints
    due = store.rows(
        "SELECT * FROM deliveries WHERE state = 'pending' AND due <= ? ORDER BY due, id",
        time.time(),
    )
    for row in due:
        if row["endpoint"] not in endpoints:
            continue
        event = store.get("event", row["event"])
        address, secret = endpoints[row["endpoint"]]
        if row["way"] == "lie":
            event = lying(event)
        elif row["way"] == "falsify":
            secret = "whsec_of_somebody_else"
        moment = time.time()
        outcome = _send(address, event, secret)
        tries = [*json.loads(row["tries"]), {"at": moment, **outcome}]
        _note(store, settings, row["id"], tries)


def _send(url: str, event: dict[str, Any], secrets: str) -> dict[str, Any]:
    payload = json.dumps(event, indent=2).encode()
    request = urllib.request.Request(
        url,
        payload,
        {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(payload, secrets, int(time.time())),
        },
    )
    try:
        with OPENER.open(request, timeout=PATIENCE) as answer:
            return {"status": answer.status}
    except urllib.error.HTTPError as error:
        error.close()
        return {"status": error.code}
    except (OSError, http.client.HTTPException) as error:
        return {"status": None, "error": str(error)}


def _note(store: Store, settings: Settings, delivery: int, tries: list[dict[str, Any]]) -> None:
    status = tries[-1]["status"]
    state, due = "pending", 0.0
    if status and 200 <= status < 300:
        state = "delivered"
    elif len(tries) > len(settings.retry_delays):
        state = "failed"
    else:
        due = time.time() + settings.retry_delays[len(tries) - 1]
    store.write(
        "UPDATE deliveries SET state = ?, due = ?, tries = ? WHERE id = ?",
        state,
        due,
        json.dumps(tries),
        delivery,
    )


def next_due(store: Store, settings: Settings) -> float | None:
    """When the next webhook or timer is due, as a Unix time."""
    found = store.rows(
        "SELECT MIN(due) AS due FROM (SELECT due FROM timers UNION ALL"
        " SELECT due FROM deliveries WHERE state = 'pending'"
        " AND endpoint IN (SELECT value FROM json_each(?)))",
        json.dumps(list(settings.endpoints)),
    )
    return found[0]["due"]


def listed(call: Call, event_type: str | None = None) -> list[dict[str, Any]]:
    """Every webhook, oldest first, with its tries: `[{"at": Unix time, "status": 200}]`."""
    found = call.store.rows(
        "SELECT * FROM deliveries WHERE ? IS NULL OR type = ? ORDER BY id", event_type, event_type
    )
    return [{**dict(row), "tries": json.loads(row["tries"])} for row in found]
