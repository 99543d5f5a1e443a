"""Bytes that are not any more what was stored: nobody gets them, and staff hear of it once."""

import logging
from collections.abc import Iterator
from hashlib import sha256
from typing import IO

from django.db import transaction

from ..exceptions import FileIsDamaged
from ..models import Attachment, SalesDocument
from ..models.documents import lock
from . import activity, notifications

logger = logging.getLogger(__name__)

#: Bytes that are in memory at a time.
STEP = 256 * 1024


def checked(row: Attachment) -> Iterator[bytes]:
    """The bytes of a stored file, piece by piece, compared with its hash at the end.

    Raises ``FileIsDamaged``, after the last piece or where the storage has lost it; staff are told.
    """
    digest = sha256()
    try:
        with row.file.storage.open(row.file.name or "", "rb") as file:
            for step in _steps(file):
                digest.update(step)
                yield step
    except FileNotFoundError as error:
        report(row)
        raise FileIsDamaged from error
    if digest.hexdigest() != row.digest:
        report(row)
        raise FileIsDamaged


def report(row: Attachment) -> None:
    """An entry in the document's history, and a mail to staff; once for each file."""
    logger.error("A file is not what was stored: %s", row.file.name)
    facts = {"file": str(row.public_id), "sha256": row.digest}
    with transaction.atomic():
        document: SalesDocument = lock(row.document)
        known = document.activities.filter(verb="file_damaged", data__contains=facts["file"])
        if known.exists():
            return
        activity.record(document, "file_damaged", data=facts)
        notifications.staff_told(document, "file_damaged")


def _steps(file: IO[bytes]) -> Iterator[bytes]:
    while step := file.read(STEP):
        yield step
