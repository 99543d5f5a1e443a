"""django-anymail's tracking signals, which its own webhook views send for every provider alike.

The site mounts ``anymail.urls`` and sets anymail's webhook secret; nothing of a provider is known
here.
"""

from typing import Any

from ..services import mail_tracking


def connect() -> bool:
    """Listen, where django-anymail is installed."""
    try:
        from anymail.signals import tracking
    except ImportError:
        return False
    tracking.connect(tracked, dispatch_uid="portal_mail_tracking")
    return True


def tracked(sender: Any, event: Any, esp_name: str, **kwargs: Any) -> None:
    mail_tracking.record(
        event.event_type,
        message_id=event.message_id,
        metadata=event.metadata,
        at=event.timestamp,
        reason=event.description or event.mta_response or event.reject_reason or "",
    )
