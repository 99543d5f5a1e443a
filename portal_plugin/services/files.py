"""Files on a document: checked and stored before the lock, written as a row under it."""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import faults, signals
from ..exceptions import StorageUnavailable
from ..gateways import filetypes, scanner
from ..gateways.pieces import Arrived
from ..models import Attachment, DirectLink, ProofVersion, SalesDocument, Submission
from ..models.documents import lock
from ..models.storage import private_name, private_storage, secure, troubles
from ..statuses import FileCheckState
from . import activity, previews, quotas, work
from .file_limits import FileLimits, refuse_size

logger = logging.getLogger(__name__)


@dataclass
class StoredFile:
    """A file that lies in the private storage. ``digest`` is its SHA-256, ``row`` what was written
    for it."""

    name: str
    content_type: str
    is_previewable: bool
    size: int
    digest: str
    path: str
    row: Attachment | ProofVersion | None = None

    def discard(self) -> None:
        """Take it out of the storage again, if no row was written for it."""
        if self.row is None:
            _clear_away(self.path)


def check(upload: UploadedFile, *, limits: FileLimits | None = None) -> filetypes.FileKind:
    """The kind of an upload by its name and first bytes. ``limits`` are for what customers send.
    Raises ``FileRefused`` or ``FileTooLarge`` with a sentence that names the file."""
    name = filetypes.clean_name(upload.name or "")
    refuse_size(name, upload.size or 0, limits)
    upload.seek(0)
    head = upload.read(filetypes.HEAD_BYTES)
    upload.seek(0)
    return filetypes.kind_of(name, head, limits.kinds if limits else None)


def prepare(owner: Any, upload: UploadedFile, *, limits: FileLimits | None = None) -> StoredFile:
    """Check and hash an upload and put it into the private storage, without a database row.

    ``owner`` is an unsaved ``Attachment`` or ``ProofVersion`` with its document: it says the
    folder. The file is read in pieces. Raises ``FileRefused`` or ``StorageUnavailable``.
    """
    kind = check(upload, limits=limits)
    digest, size = _digest_of(upload)
    path = _put(private_name(owner, ""), upload, size)
    faults.reach("upload.stored")
    return StoredFile(
        name=filetypes.clean_name(upload.name or ""),
        content_type=kind.content_type,
        is_previewable=kind.is_previewable,
        size=size,
        digest=digest,
        path=path,
    )


def _digest_of(upload: UploadedFile) -> tuple[str, int]:
    """And the size. What came in pieces was hashed on its way."""
    if isinstance(upload, Arrived):
        return upload.digest(), upload.size or 0
    sha256 = hashlib.sha256()
    size = 0
    for chunk in upload.chunks():
        sha256.update(chunk)
        size += len(chunk)
    upload.seek(0)
    return sha256.hexdigest(), size


def _put(name: str, upload: UploadedFile, size: int) -> str:
    """The path of the stored file, all of which is there. Raises ``StorageUnavailable``, and leaves
    nothing behind then, as far as the storage lets us."""
    storage = private_storage()
    try:
        path = storage.save(name, upload)
        secure(storage, path)
        if storage.size(path) != size:
            raise OSError(f"{path} has {storage.size(path)} bytes of {size}")
    except troubles() as error:
        logger.exception("A file could not be stored")
        _clear_away(name)
        raise StorageUnavailable from error
    return path


def _clear_away(path: str) -> None:
    """What a storage that is away keeps is nobody's, and found at night."""
    try:
        private_storage().delete(path)
    except troubles():
        logger.exception("A file that nobody needs could not be deleted: %s", path)


@contextmanager
def keeping(*stored: StoredFile) -> Iterator[None]:
    """Around the transaction that writes their rows: what it does not keep leaves the storage."""
    try:
        yield
    except BaseException:
        discard(stored)
        raise


def discard(stored: Iterable[StoredFile]) -> None:
    """The transaction that wrote their rows was rolled back, or never came. What has a row all the
    same stays: a site's own work after the commit broke down, or the commit's answer was lost."""
    for file in stored:
        if file.row is not None and not _may_be_there(file.row):
            file.row = None
        file.discard()


def _may_be_there(row: Attachment | ProofVersion) -> bool:
    """Also where the database does not say: a file that is nobody's then is found at night."""
    try:
        return type(row)._default_manager.filter(pk=row.pk, file=row.file.name).exists()
    except DatabaseError:
        logger.exception("Whether a stored file has its row is not known: %s", row.file.name)
        return True


def save(
    document: SalesDocument,
    stored: StoredFile,
    *,
    item_key: UUID | None = None,
    link: DirectLink | None = None,
    staff: Any = None,
    author_name: str = "",
    submission: Submission | None = None,
    is_internal: bool | None = None,
) -> Attachment:
    """Write the row of a prepared file. ``document`` is locked, so that the quota holds.

    What staff add is internal until they show it. Raises ``FileRefused`` over the quota.
    """
    quotas.take(document, stored.size)
    attachment = Attachment.objects.create(
        document_id=document.pk,
        public_id=uuid4(),
        item_key=item_key,
        file=stored.path,
        name=stored.name,
        content_type=stored.content_type,
        size=stored.size,
        digest=stored.digest,
        is_previewable=stored.is_previewable,
        is_internal=link is None if is_internal is None else is_internal,
        check_state=first_check_state(),
        link=link,
        staff=staff,
        submission=submission,
        author_name=author_name,
    )
    stored.row = attachment
    order_work(attachment)
    transaction.on_commit(
        lambda: signals.attachment_added.send(
            sender=Attachment, document=document, attachment=attachment
        ),
        robust=True,
    )
    return attachment


def store(document: SalesDocument, upload: UploadedFile, **columns: Any) -> Attachment:
    """``prepare`` and ``save`` in one, for staff: locks, and writes the history. The columns are
    those of ``save``."""
    stored = prepare(Attachment(document=document), upload)
    with keeping(stored), transaction.atomic():
        return add(lock(document), stored, **columns)


def add(document: SalesDocument, stored: StoredFile, **columns: Any) -> Attachment:
    """``save``, with an entry of the history. ``document`` is locked."""
    attachment = save(document, stored, **columns)
    activity.record(
        document,
        "file_added",
        link=attachment.link,
        staff=attachment.staff,
        data={
            "file": str(attachment.public_id),
            "sha256": attachment.digest,
            "internal": attachment.is_internal,
        },
    )
    return attachment


def show(attachment: Attachment, user: Any) -> Attachment:
    """Let the customer see a file of staff's, from now on."""
    with transaction.atomic():
        document = lock(attachment.document)
        attachment.refresh_from_db()
        if attachment.is_internal:
            attachment.is_internal = False
            attachment.shown_at = timezone.now()
            attachment.save(update_fields=["is_internal", "shown_at"])
            facts = {"file": str(attachment.public_id), "sha256": attachment.digest}
            activity.record(document, "file_shown", staff=user, data=facts)
    return attachment


def remove(attachment: Attachment, user: Any) -> Attachment:
    """Take a file out of everybody's sight. Row and bytes stay: the customer may have relied on
    what was shown."""
    with transaction.atomic():
        document = lock(attachment.document)
        attachment.refresh_from_db()
        if attachment.removed_at is None:
            attachment.removed_at = timezone.now()
            attachment.save(update_fields=["removed_at"])
            quotas.give_back(document, attachment.size)
            facts = {"file": str(attachment.public_id), "sha256": attachment.digest}
            activity.record(document, "file_removed", staff=user, data=facts)
    return attachment


def for_customer(document: SalesDocument) -> models.QuerySet[Attachment]:
    """What the customer may see, of what it was made from too; oldest first."""
    return Attachment.objects.of_thread(document).shown()


def may_go_out(row: Attachment | ProofVersion) -> bool:
    """With a scanner only what it called clean; without one everything that none ever refused."""
    if scanner.is_configured():
        return row.check_state == FileCheckState.CLEAN
    return row.check_state != FileCheckState.REFUSED


def may_be_opened(row: Attachment | ProofVersion) -> bool:
    """By staff, who see that it is unchecked: everything but what a virus was found in."""
    return row.check_state != FileCheckState.REFUSED


def check_words(row: Attachment | ProofVersion) -> str:
    """For staff: why nobody, or the customer, can open the file. Empty where all may."""
    if row.check_state == FileCheckState.REFUSED:
        return _("This file did not pass the virus check.")
    if not may_go_out(row):
        return _("Waits for the virus check. The customer gets it afterwards.")
    return ""


def first_check_state() -> FileCheckState:
    return FileCheckState.WAITING if scanner.is_configured() else FileCheckState.UNCHECKED


def order_work(row: Attachment | ProofVersion) -> None:
    """The check and the preview of a row that was just written."""
    is_checked_first = row.check_state == FileCheckState.WAITING
    previews.order(
        digest=row.digest,
        source=row.file.name or "",
        content_type=row.content_type,
        is_held=is_checked_first,
    )
    if is_checked_first:
        work.wake("scan")
