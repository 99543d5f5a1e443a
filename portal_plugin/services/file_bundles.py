"""All files of a document as one zip, made while it is sent: no file is in memory as a whole, and
nothing is written to a disk."""

import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, cast

from django.utils import timezone

from ..models import Attachment, SalesDocument
from . import attachment_files, files
from .pdf_bundles import unused


def for_customer(document: SalesDocument) -> list[Attachment]:
    """What the customer may have now: shown, and past the virus check."""
    return [row for row in files.for_customer(document) if files.may_go_out(row)]


def for_staff(document: SalesDocument) -> list[Attachment]:
    """What is not shown yet, too; nothing that a virus was found in."""
    rows = Attachment.objects.of_thread(document).filter(removed_at=None)
    return [row for row in rows if files.may_be_opened(row)]


def name_of(document: SalesDocument) -> str:
    return f"{document.number or document.public_id}.zip"


def stream(rows: Iterable[Attachment]) -> Iterator[bytes]:
    """The zip, piece by piece. Stored, not packed: pictures and PDFs are packed already.

    A file that is not what was stored ends it without the list that every zip has at its end, so
    that no program takes the rest for whole. Raises ``FileIsDamaged``.
    """
    out = Outlet()
    names: dict[str, int] = {}
    with zipfile.ZipFile(cast(IO[bytes], out), "w", zipfile.ZIP_STORED) as archive:
        try:
            for row in rows:
                yield from add(archive, out, row, unused(row.name, names))
        except BaseException:
            out.is_shut = True
            raise
    yield out.take()


def add(archive: zipfile.ZipFile, out: "Outlet", row: Attachment, name: str) -> Iterator[bytes]:
    """One file to the archive that ``out`` takes the bytes of. Raises as ``checked`` does."""
    moment = timezone.localtime(row.created_at).timetuple()[:6]
    entry = zipfile.ZipInfo(name, moment)
    entry.external_attr = 0o600 << 16
    with archive.open(entry, "w", force_zip64=True) as target:
        for step in attachment_files.checked(row):
            target.write(step)
            yield out.take()


class Outlet:
    """What ``zipfile`` writes, until it is taken. It cannot seek, so sizes follow each file."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.is_shut = False

    def write(self, data: bytes) -> int:
        if not self.is_shut:
            self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return None

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken
