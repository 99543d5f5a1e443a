"""One stored mail, read with the standard library. What it holds may be hostile."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property


class Mail:
    """Every text may hold anything; only escape it on the way out."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.content = content

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def received_at(self) -> datetime:
        return datetime.strptime(self.name[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)

    def header(self, name: str) -> str:
        """All values of that header; unreadable ones as they came."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def sender(self) -> str:
        return self.header("From")

    @property
    def to(self) -> str:
        parts = [self.header(name) for name in ("To", "Cc", "X-Mailbox-Bcc")]
        return ", ".join(filter(None, parts))

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """Decoded. A header that the parser chokes on is shown undecoded."""
        pairs = []
        for name, raw in self.message.raw_items():
            try:
                value = str(self.message.policy.header_fetch_parse(name, raw))
            except (ValueError, IndexError, LookupError, AttributeError, TypeError, RecursionError):
                # What email's header parser raises on malformed input.
                value = str(raw)
            pairs.append((printable(name), printable(value)))
        return pairs

    @property
    def html(self) -> str:
        return self.body("html")

    @property
    def text(self) -> str:
        return self.body("plain")

    def body(self, subtype: str) -> str:
        """Empty where the mail has no such part."""
        part = self.message.get_body(preferencelist=(subtype,))
        return text_of(part) if part is not None else ""

    @cached_property
    def attachments(self) -> list["Attachment"]:
        bodies = [self.message.get_body((kind,)) for kind in ("html", "plain")]
        parts = [
            part
            for part in self.message.walk()
            if not part.is_multipart() and not any(part is body for body in bodies)
        ]
        return [Attachment(position, part) for position, part in enumerate(parts)]

    def html_with_pictures(self, address_of) -> str:
        """The HTML with `cid:` references (RFC 2392) turned into `address_of(position)`."""
        html = self.html
        for attachment in self.attachments:
            if attachment.content_id:
                html = html.replace(f"cid:{attachment.content_id}", address_of(attachment.position))
        return html


class Attachment:
    def __init__(self, position: int, part: EmailMessage) -> None:
        self.position = position
        self.part = part

    @property
    def filename(self) -> str:
        """The last part of the name alone, never a path."""
        name = re.split(r"[/\\]", self.part.get_filename() or "")[-1]
        return printable(name) or f"attachment-{self.position + 1}"

    @property
    def content_type(self) -> str:
        return self.part.get_content_type()

    @property
    def content_id(self) -> str:
        return str(self.part.get("Content-ID", "")).strip("<> ")

    @cached_property
    def content(self) -> bytes:
        return self.part.get_payload(decode=True) or b""

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def printable(text: str) -> str:
    """One line that can be encoded: no control characters, no half characters."""
    encodable = text.encode("utf-8", errors="replace").decode("utf-8")
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", encodable).strip()


def text_of(part: EmailMessage) -> str:
    """Whatever the part says its encoding is; bytes that do not fit are replaced."""
    content = part.get_payload(decode=True) or b""
    try:
        return content.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
