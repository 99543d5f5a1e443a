"""Letters that XML 1.0 has no way to write, escaped or not: workbooks, e-invoices and what a PDF
says of itself are XML, and one such letter makes all of it unreadable."""

import re

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
