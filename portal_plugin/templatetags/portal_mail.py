"""What the plain text of an email needs beyond Django's own tags."""

import unicodedata

from django import template
from django.utils.translation import get_language_bidi

from ..gateways.mailer import LEFT_TO_RIGHT_MARK

register = template.Library()


@register.filter
def in_order(text: str) -> str:
    """Digits of ``2026-0001`` or of a phone number keep their order where the words around them run
    from right to left. Plain text has no element to set them apart, so a mark does."""
    if not get_language_bidi() or any(map(_has_direction, str(text))):
        return text
    return f"{LEFT_TO_RIGHT_MARK}{text}"


def _has_direction(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("L", "R", "AL")
