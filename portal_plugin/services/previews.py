"""Pictures of proofs and files: ordered as rows when a file is stored, drawn by a worker.

Rows are found by the hash of the file, so that the same file is drawn once wherever it hangs. A row
gives access to nothing: who may see a preview is asked of the proof or attachment it belongs to.

Leases run by the database's clock, so that two workers with wrong clocks still agree.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from .. import faults
from ..gateways import pictures
from ..models import Preview
from ..models.storage import private_name, private_storage, troubles
from ..statuses import WorkState
from . import proof_files, work

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)
#: So long a storage that did not answer is left alone, and what was interrupted.
PAUSE = timedelta(minutes=1)
TRIES = 3
MAX_PAGES = 30
#: The lease of a file that the scanner has not cleared: nobody takes it up.
HELD = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PreviewState:
    """``pages`` is how many pages can be shown; width and height are those of the first page at
    size ``screen``, for the page's layout. ``warnings`` is for staff."""

    is_ready: bool = False
    is_pending: bool = False
    pages: int = 0
    width: int = 0
    height: int = 0
    warnings: str = ""


NONE = PreviewState()


def order(*, digest: str, source: str, content_type: str, is_held: bool = False) -> None:
    """Have a stored file drawn. Called in the transaction that writes the file's own row.

    ``is_held`` waits for ``release`` or ``give_up``. A file that could not be drawn is tried again:
    its first copy may have been lost since.
    """
    if not pictures.can_draw(content_type):
        return
    _add_page(digest, source, content_type, 1, HELD if is_held else None)
    Preview.objects.filter(digest=digest, state=WorkState.FAILED).update(
        state=WorkState.WAITING, attempts=0, source=source, lease_until=HELD if is_held else None
    )
    work.wake("preview")


def release(digest: str) -> None:
    """The scanner found nothing: draw it."""
    Preview.objects.filter(digest=digest, lease_until=HELD).update(lease_until=None)


def release_all() -> None:
    """There is no scanner any more that anything could wait for."""
    Preview.objects.filter(state=WorkState.WAITING, lease_until=HELD).update(lease_until=None)


def give_up(digest: str) -> None:
    """The scanner found something: never draw it."""
    Preview.objects.filter(digest=digest).exclude(state=WorkState.READY).update(
        state=WorkState.FAILED, lease_until=None
    )


def states(digests: Iterable[str]) -> dict[str, PreviewState]:
    """How it stands with each file, by its hash, in one query. An absent hash has no preview."""
    rows = Preview.objects.filter(digest__in=set(digests), page=1, size="screen")
    return {row.digest: _state(row) for row in rows}


def ready(digest: str, page: int, size: str) -> Preview | None:
    """The finished picture, or ``None``."""
    return Preview.objects.filter(
        digest=digest, page=page, size=size, state=WorkState.READY
    ).first()


def drain() -> None:
    """The worker ``preview``: draws what waits until nothing is left or its time is over."""
    _give_up_on_killers()
    while work.time_left() and (found := _next()) is not None:
        rows = _claim(found)
        if not rows:
            continue
        faults.reach("preview.claimed")
        try:
            _draw(rows)
        except troubles():
            logger.exception("The storage does not answer: %s waits for its preview", found.source)
            _put_back(rows)
        except pictures.Interrupted:
            _put_back(rows)
        except Exception:
            logger.exception("No preview of %s, page %s", found.source, found.page)


def _state(row: Preview) -> PreviewState:
    if row.state == WorkState.READY:
        return PreviewState(
            is_ready=True,
            pages=row.pages,
            width=row.width,
            height=row.height,
            warnings=row.warnings,
        )
    return PreviewState(is_pending=row.state in (WorkState.WAITING, WorkState.RUNNING))


def _add_page(
    digest: str, source: str, content_type: str, page: int, lease_until: datetime | None = None
) -> None:
    rows = [
        Preview(
            digest=digest,
            page=page,
            size=size,
            source=source,
            content_type=content_type,
            lease_until=lease_until,
        )
        for size in pictures.SIZES
    ]
    Preview.objects.bulk_create(rows, ignore_conflicts=True)


def _due() -> QuerySet[Preview]:
    """What waits, and what a dead worker left behind."""
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    undone = Q(state__in=[WorkState.WAITING, WorkState.RUNNING])
    return Preview.objects.filter(free & undone)


def _next() -> Preview | None:
    """First pages first: they are what a customer looks at."""
    return _due().order_by("page", "pk").first()


def _claim(found: Preview) -> list[Preview]:
    """All sizes of one page, with a lease of our own; empty when another worker was faster."""
    with transaction.atomic():
        sizes = _due().filter(digest=found.digest, page=found.page).order_by("pk")
        ours = Preview.objects.filter(pk__in=[row.pk for row in sizes.select_for_update()])
        ours.update(state=WorkState.RUNNING, attempts=F("attempts") + 1, lease_until=Now() + LEASE)
        return list(ours.order_by("pk"))


def _give_up_on_killers() -> None:
    """A row whose worker never came back, time after time, is what ended it."""
    Preview.objects.filter(
        state=WorkState.RUNNING, attempts__gte=TRIES, lease_until__lte=Now()
    ).update(state=WorkState.FAILED, lease_until=None)


def _draw(rows: list[Preview]) -> None:
    first = rows[0]
    drawing = None
    try:
        with private_storage().open(first.source, "rb") as source:
            is_whole = proof_files.digest_of(source) == first.digest
            source.seek(0)
            if is_whole:
                drawing = pictures.draw(
                    source.file,
                    first.content_type,
                    page=first.page,
                    sizes={row.size: pictures.SIZES[row.size] for row in rows},
                )
        if not is_whole:
            proof_files.report_source(first.digest, first.source)
    except FileNotFoundError:
        logger.error("The file to draw is gone: %s", first.source)
    if drawing is None:
        for row in rows:
            _leased(row).update(state=WorkState.FAILED, lease_until=None)
        return
    faults.reach("preview.drawn")
    for row in rows:
        _keep(row, drawing)
        faults.reach("preview.kept")
    if first.page == 1:
        for page in range(2, min(drawing.pages, MAX_PAGES) + 1):
            _add_page(first.digest, first.source, first.content_type, page)
    else:
        _count_pages(first.digest)


def _put_back(rows: list[Preview]) -> None:
    """Nothing is wrong with the file: what a storage that is away takes is no try, nor what a
    deploy ends."""
    for row in rows:
        _leased(row).update(
            state=WorkState.WAITING,
            attempts=row.attempts - 1,
            lease_until=Now() + PAUSE,
        )


def _keep(row: Preview, drawing: pictures.Drawing) -> None:
    picture = drawing.pictures[row.size]
    name = row.file.storage.save(private_name(row, ""), ContentFile(picture.data))
    faults.reach("preview.stored")
    is_ours = _leased(row).update(
        state=WorkState.READY,
        lease_until=None,
        file=name,
        content_type=picture.content_type,
        width=picture.width,
        height=picture.height,
        file_pages=drawing.pages,
        warnings=" ".join(drawing.warnings),
    )
    if not is_ours:
        row.file.storage.delete(name)


def _leased(row: Preview) -> QuerySet[Preview]:
    """The row, while the lease on it is still the one that we took."""
    return Preview.objects.filter(pk=row.pk, state=WorkState.RUNNING, lease_until=row.lease_until)


def _count_pages(digest: str) -> None:
    """The first page says how many can be shown without a gap."""
    drawn = set(
        Preview.objects.filter(digest=digest, size="screen", state=WorkState.READY).values_list(
            "page", flat=True
        )
    )
    count = 1
    while count + 1 in drawn:
        count += 1
    Preview.objects.filter(digest=digest, page=1).update(pages=count)
