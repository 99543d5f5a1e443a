"""What addresses name: UUIDs in 22 characters instead of 36, because a page of ten items names
ninety of them, and how many newer rows to leave out."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID


def short(key: UUID) -> str:
    """The key's 16 bytes in base64url (RFC 4648, section 5), without the padding."""
    return urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def skipped(text: str) -> int:
    """How many rows ``?skip=`` leaves out: below a million; 0 for whatever is no such number."""
    return int(text) if text.isdecimal() and len(text) < 7 else 0


class KeyConverter:
    """``<key:name>`` in a path: the short form, or a UUID as it is usually written.

    Each key has one short form; others that would decode to the same bytes are no address.
    """

    regex = "[A-Za-z0-9_-]{22}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def to_python(self, value: str) -> UUID:
        if len(value) > 22:
            return UUID(value)
        key = UUID(bytes=urlsafe_b64decode(value + "=="))
        if short(key) != value:
            raise ValueError(value)
        return key

    def to_url(self, value: UUID | str) -> str:
        return short(value if isinstance(value, UUID) else UUID(value))
