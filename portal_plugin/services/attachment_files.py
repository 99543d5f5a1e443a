"""Whether the file of an attachment is still the one that was stored; see ``proof_files`` for those
of proofs. Bytes that are not go to nobody, and staff hear of it once."""

import hashlib
import logging
from collections.abc import Iterator

from django.db import transaction

from ..exceptions import FileIsDamaged, StorageUnreadable
from ..models import Attachment, SalesDocument
from ..models.documents import lock
from ..models.storage import troubles
from . import activity, notifications
from .proof_files import pieces_of

logger = logging.getLogger(__name__)


def checked(row: Attachment) -> Iterator[bytes]:
    """The bytes of a stored file, piece by piece, compared with its hash at the end.

    Raises ``FileIsDamaged``, after the last piece or where the storage has lost it; staff are told.
    Raises ``StorageUnreadable`` where the storage does not answer.
    """
    sha256 = hashlib.sha256()
    try:
        with row.file.storage.open(row.file.name or "", "rb") as file:
            for piece in pieces_of(file):
                sha256.update(piece)
                yield piece
    except FileNotFoundError as error:
        report(row)
        raise FileIsDamaged from error
    except troubles() as error:
        logger.exception("A file cannot be read: %s", row.file.name)
        raise StorageUnreadable from error
    if sha256.hexdigest() != row.digest:
        report(row)
        raise FileIsDamaged


def report(row: Attachment) -> None:
    """An entry in the document's history, and a mail to staff; once for each file. Nobody is told
    of one that the shop does not keep any longer, and that was taken away while it was fetched."""
    facts = {"file": str(row.public_id), "sha256": row.digest}
    with transaction.atomic():
        document: SalesDocument = lock(row.document)
        if not Attachment.objects.get(pk=row.pk).file:
            return
        logger.error("A file is not what was stored: %s", row.file.name)
        if is_damaged(row):
            return
        activity.record(document, "file_damaged", data=facts)
        notifications.staff_told(document, "file_damaged")


def is_damaged(row: Attachment) -> bool:
    """Whether staff were told that its bytes are not there any more as they were stored."""
    told = row.document.activities.filter(verb="file_damaged")
    return bool(told.filter(data__contains=str(row.public_id)).exists())
