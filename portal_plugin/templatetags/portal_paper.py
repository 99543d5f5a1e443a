"""What documents on paper need beyond Django's own tags."""

import unicodedata

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def isolated(text: str, html_class: str = "") -> SafeString:
    """``text`` as a run of its own, whatever the direction around it; digits alone run as they do
    in a phone number. The direction is spelt out, because the renderer of PDFs finds none itself.
    """
    attribute = format_html(' class="{}"', html_class) if html_class else ""
    return format_html('<bdi dir="{}"{}>{}</bdi>', direction_of(str(text)), attribute, text)


@register.filter
def on_one_line(text: str) -> str:
    """Lines of a wording beside one another, as a compositor would note them."""
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


@register.filter
def direction_of(text: str) -> str:
    """By the first strong character (UAX #9, rules P2 and P3)."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
