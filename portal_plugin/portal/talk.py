"""As much of what was said as one page bears."""

from django.utils.html import escape

#: Bytes of HTML for all messages together, and what one costs besides its words. What people write
#: is far below; a link in the wrong hands could make a page of some megabytes.
MOST_BYTES = 200_000
AROUND_A_MESSAGE = 600
AROUND_AN_ADDRESS = 120


def newest(rows):
    """Of rows with a ``text``, newest first, the first ones that fit; always one."""
    kept, left = [], MOST_BYTES
    for row in rows:
        left -= _bytes_of(row.text)
        if left < 0 and kept:
            break
        kept.append(row)
    return kept


def _bytes_of(text) -> int:
    addresses = text.count("://") + text.count("@")
    return AROUND_A_MESSAGE + AROUND_AN_ADDRESS * addresses + len(escape(text).encode())
