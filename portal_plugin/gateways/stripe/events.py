"""Webhooks: who sent it and when, and the little of it that we use.

https://docs.stripe.com/webhooks#verify-official-libraries. What the body says of a payment is only
a hint which payment to ask Stripe for.
"""

import json
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.views.decorators.debug import sensitive_variables

#: Seconds, both ways: the package looks into the past alone.
TOLERANCE = 300
_SECRET = re.compile(r"whsec_[\w+/=-]{4,}", re.ASCII)


class BadWebhook(ValueError):
    """Not signed for us, not from now, or not what Stripe sends. Holds nothing of the body. In a
    list of events it is an answer that is not understood."""


@dataclass(frozen=True)
class Event:
    """``object_id`` is that of what ``type`` is about: a PaymentIntent, a refund, a dispute …;
    ``account`` is empty for our own."""

    id: str
    type: str
    object_id: str
    is_live: bool
    account: str = ""
    created_at: datetime | None = None


def usable_secrets(secrets: Iterable[str]) -> list[str]:
    """Without the empty ones and the placeholders, such as ``whsec_...``."""
    return [secret for secret in map(str.strip, secrets) if _SECRET.fullmatch(secret)]


@sensitive_variables("body", "secrets", "secret")
def read_event(body: bytes, header: str, secrets: Iterable[str]) -> Event:
    """Any one of the secrets is enough: there are two while one is being changed."""
    import stripe

    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        if _sent_at(header) > time.time() + TOLERANCE:
            raise BadWebhook("signed for a time to come")
        return _read(body)
    raise BadWebhook("no signature of ours")


def _sent_at(header: str) -> int:
    """The first ``t``, which is the one that was signed."""
    times = [item[2:] for item in header.split(",") if item.startswith("t=")]
    return int(times[0])


@sensitive_variables("body", "data")
def _read(body: bytes) -> Event:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadWebhook("not JSON") from error
    if not isinstance(data, dict):
        raise BadWebhook("not an event")
    return event_of(data)


@sensitive_variables("data", "inner")
def event_of(data: dict[str, Any]) -> Event:
    """What we use of an event. Raises ``BadWebhook`` for what is none."""
    inner = _inner(data)
    event = Event(
        id=_text(data.get("id"), 255),
        type=_text(data.get("type"), 100),
        object_id=_text(inner.get("id"), 255),
        is_live=data.get("livemode") is True,
        account=_text(data.get("account"), 64),
        created_at=_moment(data.get("created")),
    )
    if not event.id or not event.type:
        raise BadWebhook("not an event")
    return event


def _inner(data: dict[str, Any]) -> dict[str, Any]:
    holder = data.get("data")
    inner = holder.get("object") if isinstance(holder, dict) else None
    return inner if isinstance(inner, dict) else {}


def _text(value: Any, longest: int) -> str:
    """Stripe's names are plain ASCII; what is not, such as half a character or a NUL, fits into no
    database and is no name."""
    is_name = isinstance(value, str) and value.isascii() and value.isprintable()
    return value[:longest] if is_name else ""


def _moment(value: Any) -> datetime | None:
    """Unix seconds; anything else is no time."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**33:
        return None
    return datetime.fromtimestamp(value, UTC)
