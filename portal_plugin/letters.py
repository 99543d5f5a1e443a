"""Letters that something else would stumble over."""

import re

#: More than anybody types to find something; SQLite refuses a pattern of 50,000 bytes.
MOST_SOUGHT = 200

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """Without those that XML 1.0 has no way to write, escaped or not: workbooks, e-invoices and
    what a PDF says of itself are XML, and one such letter makes all of it unreadable."""
    return _UNWRITABLE.sub("", text)


def sought(text: str) -> str:
    """What is looked for of what was typed, or pasted, into a search."""
    return text.replace("\0", "")[:MOST_SOUGHT].strip()
