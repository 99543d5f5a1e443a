"""The virus check after the answer. Until a file is clean, nobody gets it and nobody draws it."""

import logging
import random
from typing import IO, Any

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


class _Lost(Exception):
    """The storage does not have the file. That says nothing of the scanner."""


def drain() -> None:
    """The worker ``scan``: also takes up what was stored before there was a scanner."""
    if not scanner.is_configured():
        previews.release_all()
        return
    for model in (ProofVersion, Attachment):
        _check_all(model)
    previews.drain()


def _check_all(model: Any) -> None:
    """In another order each time: files that the scanner will never judge, such as those that are
    too large for it, must not keep it from all that came after them."""
    failures = 0
    # Ids first: a list that is being worked on must not change under the loop.
    unchecked = model.objects.filter(check_state__in=_UNCHECKED).exclude(file="")
    waiting = list(unchecked.values_list("pk", flat=True))
    for pk in random.sample(waiting, len(waiting)):
        if failures >= PATIENCE or not work.time_left():
            return
        row = model.objects.filter(pk=pk).first()
        if row is None:  # staff have deleted it meanwhile
            continue
        try:
            with _opened(row) as file:
                is_clean = scanner.is_clean(file)
        except _Lost:
            logger.error("File %s is gone and cannot be checked", row.file.name)
        except Exception:
            failures += 1
            logger.exception("File %s waits for its check", row.file.name)
        else:
            failures = 0
            _write_down(row, is_clean)


def _write_down(row: Any, is_clean: bool) -> None:
    try:
        _judge(row, FileCheckState.CLEAN if is_clean else FileCheckState.REFUSED)
    except Exception:
        # What is wrong with its document is no reason to leave the files of others unchecked.
        logger.exception("The check of file %s could not be written down", row.file.name)
        work.one_broke_down()


def _opened(row: Any) -> IO[bytes]:
    try:
        file = private_storage().open(row.file.name, "rb")
        file.seek(0)  # a bucket is asked for the bytes only now
    except FileNotFoundError as error:
        # A scanner whose socket is not there raises the same, and that is another matter.
        raise _Lost from error
    return file


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
