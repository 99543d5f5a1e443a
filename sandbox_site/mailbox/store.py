"""The folder of mails: one `.eml` file each, as RFC 5322 has it, named by the time it came."""

import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from .mail import Mail

NAME = re.compile(r"\A\d{8}T\d{12}-[0-9a-f]{8}\Z")


def folder() -> Path:
    return Path(settings.MAILBOX_DIR)


def save(content: bytes, bcc: list[str] | tuple[str, ...] = ()) -> str:
    """Writes a whole mail or none, and answers its name.

    `bcc` is what no recipient sees; the viewer does, from a header of its own.
    """
    folder().mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    head = "".join(f"X-Mailbox-Bcc: {one_line(address)}\r\n" for address in bcc)
    unfinished = folder() / f".{name}.part"
    unfinished.write_bytes(head.encode("utf-8") + content)
    os.replace(unfinished, folder() / f"{name}.eml")
    return name


def one_line(text: str) -> str:
    return " ".join(text.split())


def names() -> list[str]:
    """Newest first."""
    if not folder().is_dir():
        return []
    found = [path.stem for path in folder().glob("*.eml")]
    return sorted(filter(NAME.match, found), reverse=True)


def load(name: str) -> Mail:
    """Raises `FileNotFoundError` for a name that is not of a mail, wherever it would lead."""
    if not NAME.match(name):
        raise FileNotFoundError(name)
    return Mail(name, (folder() / f"{name}.eml").read_bytes())
