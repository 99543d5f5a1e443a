"""The exact bytes that a decision or a version stands for, and their digest.

Scheme 1: JSON with sorted keys, no spaces, UTF-8, texts in NFC with ``\\n`` line ends, decimals as
plain strings without trailing zeros. A scheme's meaning never changes; a new field is a new scheme,
so that earlier decisions stay comparable with themselves.
"""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

SCHEME = 1
#: Of the entries of a history. Since 2 one that was written with a submission holds digests of all
#: that was sent with it (``services.activity``). Since 3 it also holds when that was, and when and
#: since which version each decision counts; an entry of a version holds since when its items are as
#: they are. Since 4 that of a file of staff's says whether it was internal, and that of a version
#: which of them it showed. Since 5 there is one for each PDF that is drawn, with the hash of its
#: file. Those of 1 to 4 hold what they held.
HISTORY_SCHEME = 5


def canonical_bytes(data) -> bytes:
    """``data`` is made of dicts, lists, strings, integers, booleans, ``None`` and ``Decimal``."""
    return json.dumps(
        _plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(data: bytes) -> str:
    """Hexadecimal SHA-256, 64 characters."""
    return hashlib.sha256(data).hexdigest()


def decimal_text(value: Decimal) -> str:
    """``Decimal("10.5000")`` is ``"10.5"``; no exponent, no negative zero, on any database."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def moment_text(when: datetime) -> str:
    """In UTC and whole milliseconds: no more of a time survives ``dumpdata``."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds")


def _plain(value):
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if value is None or isinstance(value, (bool, int)):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")
