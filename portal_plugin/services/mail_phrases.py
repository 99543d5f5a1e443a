"""A sentence for the subject and the text part, and the same one for HTML."""

from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe


class Phrase(str):
    """A translated sentence with values filled in. In HTML each text value stands in ``<bdi>``.

    A number or a name inside a right-to-left sentence would otherwise pull its neighbours around.
    """

    html: SafeString

    def __new__(cls, message: str, **values: Any) -> "Phrase":
        phrase = super().__new__(cls, message % values if values else message)
        escaped = str(conditional_escape(message))
        # Every value is escaped by _isolated, and the sentence just above.
        phrase.html = mark_safe(escaped % _isolated(values) if values else escaped)
        return phrase

    def __html__(self) -> SafeString:
        return self.html


def _isolated(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: format_html("<bdi>{}</bdi>", value) if isinstance(value, str) else value
        for name, value in values.items()
    }
