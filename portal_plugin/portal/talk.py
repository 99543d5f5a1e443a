"""As much of what was said as one page bears, and the way to what was said before."""

from functools import cached_property

from django.utils.html import escape

from ..addresses import skipped
from ..services.presentation.rows import MOST
from .context import comment_rows

#: Bytes of HTML for all messages together, and what one costs besides its words. What people write
#: is far below; a link in the wrong hands could make a page of some megabytes.
MOST_BYTES = 200_000
AROUND_A_MESSAGE = 600
AROUND_AN_ADDRESS = 120


class Talk:
    """What a form shows of the messages so far: the newest, or those before as many as the address
    names (``?skip=300``). Somebody who writes meanwhile only makes one of them show twice."""

    def __init__(self, request, view, action):
        self.skip = skipped(request.GET.get("skip", ""))
        self.url = action.url
        self.said = comment_rows(view, action.item_key, self.skip)

    @cached_property
    def rows(self):
        """The newest last."""
        return list(reversed(newest(self.said[:MOST])))

    @property
    def has_earlier(self):
        return len(self.rows) < len(self.said)

    @property
    def earlier_url(self):
        return f"{self.url}?skip={self.skip + len(self.rows)}" if self.has_earlier else ""

    @property
    def newest_url(self):
        return self.url if self.skip else ""


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
