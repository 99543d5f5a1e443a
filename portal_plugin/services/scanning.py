"""The virus check after the answer. Until a file is clean, nobody gets it and nobody draws it."""

import logging
from typing import Any

from django.db import transaction

from ..gateways import scanner
from ..models import Attachment, ProofVersion, SalesDocument
from ..models.documents import lock
from ..models.storage import private_storage
from ..statuses import FileCheckState
from . import activity, notifications, previews, work

logger = logging.getLogger(__name__)

_UNCHECKED = (FileCheckState.WAITING, FileCheckState.UNCHECKED)
#: After so many failures in a row the scanner is taken to be away, until the next turn.
PATIENCE = 3


def drain() -> None:
    """The worker ``scan``: also takes up what was stored before there was a scanner."""
    if not scanner.is_configured():
        previews.release_all()
        return
    for model in (ProofVersion, Attachment):
        _check_all(model)
    previews.drain()


def _check_all(model: Any) -> None:
    failures = 0
    # Ids first: a list that is being worked on must not change under the loop.
    unchecked = model.objects.filter(check_state__in=_UNCHECKED).exclude(file="")
    for pk in list(unchecked.values_list("pk", flat=True)):
        if failures >= PATIENCE or not work.time_left():
            return
        row = model.objects.get(pk=pk)
        try:
            with private_storage().open(row.file.name, "rb") as file:
                is_clean = scanner.is_clean(file)
        except Exception:
            failures += 1
            logger.exception("File %s waits for its check", row.file.name)
        else:
            failures = 0
            _judge(row, FileCheckState.CLEAN if is_clean else FileCheckState.REFUSED)


def _judge(row: Any, state: FileCheckState) -> None:
    document = _document_of(row)
    with transaction.atomic():
        fresh = lock(document)
        judged = type(row).objects.filter(pk=row.pk, check_state__in=_UNCHECKED)
        if not judged.update(check_state=state):
            return
        if state == FileCheckState.CLEAN:
            previews.release(row.digest)
            return
        previews.give_up(row.digest)
        activity.record(
            fresh, "file_refused", data={"file": str(row.public_id), "sha256": row.digest}
        )
        notifications.staff_told(fresh, "file_refused")


def _document_of(row: Any) -> SalesDocument:
    return row.proof.document if isinstance(row, ProofVersion) else row.document
