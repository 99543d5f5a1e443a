"""Files that come in pieces: the same action as a plain upload, begun earlier and done at the end.

Room is kept when an upload begins, under the same lock and after the same second look. When the
last byte is there the action itself runs, with the upload's own key: so it is done once, whoever
notices first, and whatever was killed between the last byte and the row.
"""

import logging
from uuid import UUID

from django.db import transaction
from django.utils.datastructures import MultiValueDict

from .. import faults
from ..exceptions import FileRefused, PortalError, StorageUnavailable, UploadIsOver
from ..gateways.pieces import Pieces
from ..models import UploadInProgress
from ..models.documents import lock
from ..services import file_limits, uploads, work
from ..services.visits import Visit
from .base import Invalid
from .upload import Upload

logger = logging.getLogger(__name__)


def begin(
    visit: Visit, *, client_key: UUID, name: str, size: int, item_key: UUID | None = None
) -> UploadInProgress:
    """An upload with its room; the same key finds the one that was begun before.

    Raises ``PortalError`` with nothing written: what is known of the file beforehand, the table of
    what is allowed when, and the quotas.
    """
    uploads.refuse(file_limits.of_site(visit.document.site), name, size)
    with transaction.atomic():
        visit = visit.on(lock(visit.document))
        action = Upload(visit, item_key)
        if not visit.can_act or not action.is_available():
            raise action.refusal()
        found = uploads.begun(visit, client_key, name, size)
        if found is None:
            found = uploads.reserve(
                visit, client_key=client_key, name=name, size=size, item_key=item_key
            )
            faults.reach("upload.begun")
        return found


def finish(visit: Visit, upload: UploadInProgress) -> None:
    """All of it is there: make it the customer's file. Raises ``PortalError`` where it is refused;
    only what may go better later is kept then."""
    if upload.is_finished:
        return
    pieces = Pieces(upload.public_id)
    faults.reach("upload.whole")
    try:
        with pieces.arrived(upload.name) as file:
            outcome = _run(visit, upload, file)
    except StorageUnavailable:
        raise
    except FileNotFoundError:
        _refuse_unfinished(upload)
        return
    except PortalError:
        uploads.drop(upload)
        raise
    if isinstance(outcome, Invalid):
        uploads.drop(upload)
        raise FileRefused(" ".join(outcome.form.errors.get("files", [])))
    faults.reach("upload.taken")
    pieces.discard()


def _run(visit, upload, file):
    action = Upload(visit, upload.item_key)
    return action.run({"client_key": str(upload.client_key)}, MultiValueDict({"files": [file]}))


def _refuse_unfinished(upload):
    """Somebody else has taken the bytes: they finished it, or gave it up."""
    if not UploadInProgress.objects.filter(pk=upload.pk, finished_at__isnull=False).exists():
        raise UploadIsOver


def drain() -> None:
    """The worker ``upload``: finishes what was whole when its process ended, and forgets what
    nobody went on with."""
    for upload in UploadInProgress.objects.filter(finished_at=None).select_related("link"):
        if not work.time_left():
            return
        try:
            if not upload.is_expired and Pieces(upload.public_id).received == upload.size:
                _finish_for(upload)
        except Exception:
            # A worker's outermost loop: one whose bytes this process may not read, having another
            # user than the web server, holds up no other.
            logger.exception("Upload %s could not be finished", upload.public_id)
            work.one_broke_down()
    for upload in UploadInProgress.objects.expired():
        if not work.time_left():
            return
        try:
            uploads.drop(upload)
        except Exception:
            logger.exception("Upload %s could not be forgotten", upload.public_id)
            work.one_broke_down()


def _finish_for(upload):
    visit = Visit(
        document=upload.document.specific,
        link=upload.link,
        address=upload.address,
        user_agent=upload.user_agent,
    )
    try:
        finish(visit, upload)
    except PortalError as error:
        logger.warning("Upload %s was not taken: %s", upload.public_id, error.message)
