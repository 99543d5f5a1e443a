"""What became of an email, as the provider reports it: often twice, in any order."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from ..gateways.mailer import one_line
from ..models import OutgoingEmail
from ..statuses import EmailState

#: Reports that mean that the person has not got it, by anymail's normal form.
LOST = frozenset({"bounced", "rejected", "failed"})
#: States that a good report may still change. A bounce stays: some servers accept first and
#: refuse later, and staff must see that somebody has to call.
OPEN = (EmailState.WAITING, EmailState.SENDING, EmailState.SENT, EmailState.PARKED)
ERROR_LIMIT = 500


def record(
    event_type: str,
    *,
    message_id: Any = None,
    metadata: Any = None,
    at: datetime | None = None,
    reason: str = "",
) -> bool:
    """Write a report on its email. ``False`` when it is about none of ours, or says nothing new.

    ``message_id`` is the provider's, or ours where it keeps ours. A report may arrive before the
    worker has written down what the provider called the email: then ``metadata`` finds it.
    """
    if event_type not in LOST and event_type != "delivered":
        return False
    email = _find(_clean(message_id), metadata)
    if email is None:
        return False
    rows = OutgoingEmail.objects.filter(pk=email.pk)
    at = at or timezone.now()
    if event_type == "delivered":
        return bool(
            rows.filter(delivered_at=None).update(delivered_at=at)
            + rows.filter(state__in=OPEN).update(state=EmailState.DELIVERED, error="")
        )
    if email.recipient is not None and email.recipient.erased_at:
        reason = ""  # it quotes the address
    return bool(
        rows.filter(bounced_at=None).update(
            bounced_at=at, state=EmailState.BOUNCED, error=_clean(reason)[:ERROR_LIMIT]
        )
    )


def _find(message_id: str, metadata: Any) -> OutgoingEmail | None:
    named = metadata.get("portal_email") if isinstance(metadata, dict) else None
    if message_id:
        found = OutgoingEmail.objects.filter(provider_id=message_id).first()
        if found is not None:
            return found
    ours = [message_id, f"<{message_id}>", _clean(named)]
    return OutgoingEmail.objects.filter(message_id__in=ours).first()


def _clean(text: Any) -> str:
    """One printable line: a database refuses NUL, and staff read it in a list."""
    return "" if text is None else one_line(str(text))
