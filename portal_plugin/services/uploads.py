"""Uploads under way: room is kept for them, pieces come in, and the row says when it is over."""

from datetime import timedelta
from typing import IO
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exceptions import FileRefused, FileTooLarge, NotAvailable, PortalError, UploadIsOver
from ..gateways import filetypes
from ..gateways.pieces import Pieces
from ..models import SalesDocument, UploadInProgress
from ..models.documents import lock
from . import quotas
from .file_limits import FileLimits, refuse_size
from .visits import Visit

#: So long after its last piece an upload can still go on: as long as a grant, and 24 hours more.
LIFE = timedelta(hours=48)
#: And so much longer, that not every piece has to write a row: in SQLite each costs a sync.
SPARE = timedelta(hours=1)


def refuse(limits: FileLimits, name: str, size: int) -> None:
    """What can be said before the first byte. Raises ``FileRefused`` or ``FileTooLarge``."""
    filetypes.promised(name, limits.kinds)
    refuse_size(name, size, limits)


def begun(visit: Visit, client_key: UUID, name: str, size: int) -> UploadInProgress | None:
    """The upload of this file that the key has begun before. A key is one link's and one file's:
    raises ``PortalError`` for any other."""
    keys = UploadInProgress.objects.filter(document=visit.document.pk, client_key=client_key)
    found = keys.first()
    if found is None:
        return None
    is_same = (found.link, found.name, found.size) == (visit.link, name, size)
    if not is_same or found.is_expired:
        raise PortalError(_("Please load the page again."))
    return found


def reserve(
    visit: Visit, *, client_key: UUID, name: str, size: int, item_key: UUID | None = None
) -> UploadInProgress:
    """A row that keeps the room free. ``visit.document`` is locked."""
    if (link := visit.link) is None:
        raise NotAvailable
    quotas.take(visit.document, size)
    return UploadInProgress.objects.create(
        document_id=visit.document.pk,
        link_id=link.pk,
        public_id=uuid4(),
        client_key=client_key,
        item_key=item_key,
        name=name,
        size=size,
        address=visit.address,
        user_agent=visit.user_agent[:300],
        expires_at=timezone.now() + LIFE + SPARE,
    )


def received(upload: UploadInProgress) -> int:
    return upload.size if upload.is_finished else Pieces(upload.public_id).received


def receive(upload: UploadInProgress, stream: IO[bytes], *, at: int, length: int) -> int:
    """Take one piece of ``length`` bytes. Returns how many bytes of the file are there now.

    Raises ``UploadIsOver``, ``UploadConflict``, ``FileTooLarge`` for more than was declared, and
    ``FileRefused`` as soon as the first bytes are not what the name says; then nothing stays.
    """
    if upload.is_expired:
        raise UploadIsOver
    if length > upload.size - at:
        raise FileTooLarge(_("More arrived of “%(name)s” than was said.") % {"name": upload.name})
    pieces = Pieces(upload.public_id)
    now = pieces.append(stream, at, length)
    if at < filetypes.HEAD_BYTES <= now:
        _refuse_lies(upload, pieces)
    _live_on(upload)
    return now


def _refuse_lies(upload: UploadInProgress, pieces: Pieces) -> None:
    try:
        filetypes.kind_of(upload.name, pieces.head(filetypes.HEAD_BYTES))
    except FileRefused:
        drop(upload)
        raise


def _live_on(upload: UploadInProgress) -> None:
    now = timezone.now()
    if upload.expires_at >= now + LIFE:
        return
    upload.expires_at = now + LIFE + SPARE
    UploadInProgress.objects.filter(pk=upload.pk).update(expires_at=upload.expires_at)


def settle(document: SalesDocument, client_key: UUID) -> None:
    """The file is about to get its own row: the room that was kept for it is free for that, also
    where it was begun on the estimate of this order. ``document`` is locked. What came of it in
    pieces goes: without room it would fill the disk, as it could where the form of the page brings
    another file under the same key."""
    begun_on = {document.pk, getattr(document.specific, "source_estimate_id", None)}
    waiting = UploadInProgress.objects.filter(
        document__in=begun_on - {None}, client_key=client_key, finished_at=None
    )
    upload = waiting.first()
    if upload is not None and waiting.filter(pk=upload.pk).update(finished_at=timezone.now()):
        quotas.give_back(document, upload.size)
        transaction.on_commit(Pieces(upload.public_id).discard, robust=True)


def drop(upload: UploadInProgress) -> None:
    """Forget it: its room is free, its bytes go. An attachment that was made of it stays."""
    with transaction.atomic():
        document = lock(upload.document)
        found = UploadInProgress.objects.filter(pk=upload.pk).first()
        if found is not None:
            if not found.is_finished:
                quotas.give_back(document, found.size)
            found.delete()
    Pieces(upload.public_id).discard()
