"""PDFs: ordered when something changes, made by a worker, found by the hash of what they show.

An order is a row without a hash, one per document however often it is ordered. The worker takes it,
looks at the document as it is then, and gives the row the hash of that; where a row with this hash
is there already, the order is done. Nobody who looks at a document ever waits for a rendering.
Leases run by the database's clock, so that two workers with wrong clocks still agree.
"""

import hashlib
import logging
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from .. import faults
from ..exceptions import RenderUnavailable
from ..gateways import pdf as gateway
from ..models import DocumentVersion, RenderedPdf, SalesDocument, Submission
from ..models.documents import lock
from ..models.storage import delete_after_commit, private_name, troubles
from ..statuses import WorkState
from . import invoice_paper, paper, pdf_history, receipts, work

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
TRIES = 3
PAUSE = timedelta(seconds=30)
#: A failure is looked at again when someone asks for the PDF after this time: Pango may be there.
REST = timedelta(hours=1)
#: How many processes may draw at once; each draws one at a time.
RENDERERS = 2

ORDERED = ""


def order_render(document: SalesDocument) -> None:
    """Have the PDF of what the document is after this transaction made. Cheap; call it after every
    change that the PDF may show. Does nothing for a document that was never published."""
    version_id = document.current_version_id
    if version_id is None:
        return
    with transaction.atomic():
        # Touching a waiting order locks it until our commit: the worker that takes it sees our
        # change, or the update finds nothing and makes a new order.
        while not _rows(document).filter(input_hash=ORDERED).update(state=WorkState.WAITING):
            if _place_order(document, version_id):
                break
        work.wake("pdf")


def current(document: SalesDocument) -> RenderedPdf | None:
    """The finished PDF of exactly what the document shows now."""
    if document.current_version_id is None:
        return None
    return _rows(document).filter(input_hash=_hash_of(document), state=WorkState.READY).first()


def ask_for(document: SalesDocument) -> RenderedPdf | None:
    """``current``; where there is none yet, it is ordered, once, and ``None`` comes back."""
    if document.current_version_id is None:
        return None
    found = _rows(document).filter(input_hash=_hash_of(document)).first()
    if found is None:
        order_render(document)
    elif found.state == WorkState.READY:
        return found
    elif found.state == WorkState.FAILED:
        _try_again(found)
    return None


def order_receipt(submission: Submission, version: DocumentVersion) -> None:
    """Have the receipt of a decision drawn, once. In the transaction that writes the decision."""
    RenderedPdf.objects.get_or_create(
        document_id=submission.document_id,
        kind=receipts.KIND,
        input_hash=receipts.input_hash(submission),
        defaults={"version": version, "submission": submission},
    )
    work.wake("pdf")


def receipt(submission: Submission) -> RenderedPdf | None:
    """The finished receipt; where it failed it is tried again, and ``None`` comes back."""
    found = submission.pdfs.first()
    if found is not None and found.state == WorkState.FAILED:
        _try_again(found)
    return found if found is not None and found.state == WorkState.READY else None


def hand_out(pdf: RenderedPdf) -> File | None:
    """The open file, to be shown or sent. From then on it is kept for ever.

    ``None`` where it has just been replaced, where the storage has lost it and it is made anew, and
    where the storage does not answer.
    """
    if pdf.first_shown_at is None:
        unshown = RenderedPdf.objects.filter(pk=pdf.pk, first_shown_at=None)
        unshown.update(first_shown_at=timezone.now())
        if not RenderedPdf.objects.filter(pk=pdf.pk).exists():
            return None
    try:
        file = pdf.file.open("rb")
        file.seek(0)  # a bucket is asked for the bytes only now
        return file
    except FileNotFoundError:
        logger.error("The file of PDF %s is gone: %s", pdf.pk, pdf.file.name)
        _reset(RenderedPdf.objects.filter(pk=pdf.pk))
    except troubles():
        logger.exception("The file of PDF %s cannot be read: %s", pdf.pk, pdf.file.name)
    return None


def drain() -> None:
    """The worker ``pdf``: makes what was ordered until nothing waits or its time is over."""
    _give_up_on_killers()
    while work.time_left() and (pdf := _claim()) is not None:
        try:
            _make(pdf)
        except Exception as error:
            if not isinstance(error, RenderUnavailable):
                logger.exception("PDF %s could not be made", pdf.pk)
            _put_back(pdf, error)


def kind_of(document: SalesDocument) -> str:
    return "invoice" if document.is_order else "estimate"


def _rows(document: SalesDocument) -> QuerySet[RenderedPdf]:
    return RenderedPdf.objects.filter(document_id=document.pk, kind=kind_of(document))


def _hash_of(document: SalesDocument) -> str:
    return paper.sheet(document, with_files=False).input_hash


def _place_order(document: SalesDocument, version_id: int) -> bool:
    """False when somebody else has just done it."""
    try:
        with transaction.atomic():
            RenderedPdf.objects.create(
                document_id=document.pk,
                version_id=version_id,
                kind=kind_of(document),
                input_hash=ORDERED,
            )
    except IntegrityError:
        return False
    return True


def _try_again(pdf: RenderedPdf) -> None:
    rested = Q(lease_until=None) | Q(lease_until__lte=Now())
    _reset(RenderedPdf.objects.filter(rested, pk=pdf.pk, state=WorkState.FAILED))


def _reset(rows: QuerySet[RenderedPdf]) -> None:
    with transaction.atomic():
        if rows.update(state=WorkState.WAITING, attempts=0, lease_until=None):
            work.wake("pdf")


def _claim() -> RenderedPdf | None:
    """The oldest row that waits, or that a dead worker left behind, with a lease of our own."""
    running = RenderedPdf.objects.filter(state=WorkState.RUNNING)
    if running.filter(lease_until__gt=Now()).count() >= RENDERERS:
        return None
    is_due = Q(lease_until=None) | Q(lease_until__lte=Now())
    undone = Q(state__in=[WorkState.WAITING, WorkState.RUNNING])
    for pdf in RenderedPdf.objects.filter(is_due, undone).order_by("pk")[:50]:
        mine = RenderedPdf.objects.filter(
            pk=pdf.pk, state=pdf.state, attempts=pdf.attempts, lease_until=pdf.lease_until
        )
        # Taken out of the way of the next order in the same statement: what is ordered from here
        # on may be newer than what we are about to read.
        if mine.update(
            state=WorkState.RUNNING,
            attempts=F("attempts") + 1,
            lease_until=Now() + LEASE,
            input_hash=pdf.input_hash or f"taken-{pdf.pk}",
        ):
            pdf.refresh_from_db()
            return pdf
    return None


def _give_up_on_killers() -> None:
    """A row whose worker never came back, time after time, is what ended it."""
    RenderedPdf.objects.filter(
        state=WorkState.RUNNING, attempts__gte=TRIES, lease_until__lte=Now()
    ).update(
        state=WorkState.FAILED, lease_until=Now() + REST, error="The worker did not come back."
    )


def _make(pdf: RenderedPdf) -> None:
    if pdf.kind == invoice_paper.KIND:
        issued = invoice_paper.sheet(pdf.invoice)
        _store(pdf, issued, is_for_archives=True, einvoice=issued.einvoice)
        return
    document = SalesDocument.objects.as_shown().get(pk=pdf.document_id).as_its_kind()
    sheet = receipts.sheet(pdf.submission) if pdf.submission else paper.sheet(document)
    if pdf.input_hash != sheet.input_hash and not _name(pdf, document, sheet.input_hash):
        return
    _store(pdf, sheet)


def _store(pdf: RenderedPdf, sheet: paper.Sheet, **options: Any) -> None:
    data = gateway.render(sheet.html, files=sheet.files, identifier=sheet.input_hash, **options)
    faults.reach("pdf.drawn")
    name = pdf.file.storage.save(private_name(pdf, ""), ContentFile(data))
    faults.reach("pdf.stored")
    if not _write_down(pdf, name, hashlib.sha256(data).hexdigest()):
        pdf.file.storage.delete(name)


def _write_down(pdf: RenderedPdf, name: str, sha256: str) -> bool:
    """The row and its entry in the history, together: nobody is shown a PDF that has none. False
    where somebody else has taken the row meanwhile, or the document is gone."""
    stored = {"state": WorkState.READY, "file": name, "file_hash": sha256}
    with transaction.atomic():
        document = _locked(pdf)
        if document is None or not _leased(pdf).update(**stored, lease_until=None, error=""):
            return False
        drawn = RenderedPdf.objects.select_related("version").get(pk=pdf.pk)
        gone = {pdf.file_hash, *_discard_superseded(drawn, document)} - {"", sha256}
        if gone or sha256 != pdf.file_hash:  # the storage had lost it, and it is the same again
            pdf_history.record(document, drawn, gone)
        faults.reach("pdf.before_commit")
    return True


def _locked(pdf: RenderedPdf) -> SalesDocument | None:
    try:
        return lock(pdf.document)
    except SalesDocument.DoesNotExist:
        return None


def _name(pdf: RenderedPdf, document: SalesDocument, input_hash: str) -> bool:
    """Give an order the hash of what it turned out to be. False when that exists already."""
    try:
        with transaction.atomic():
            named = {"input_hash": input_hash, "version_id": document.current_version_id}
            return bool(_leased(pdf).update(**named))
    except IntegrityError:
        _leased(pdf).delete()
    failed = _rows(document).filter(input_hash=input_hash, state=WorkState.FAILED).first()
    if failed is not None:
        _try_again(failed)
    return False


def _leased(pdf: RenderedPdf) -> QuerySet[RenderedPdf]:
    """The row, while the lease on it is still the one that we took."""
    return RenderedPdf.objects.filter(
        pk=pdf.pk, state=WorkState.RUNNING, lease_until=pdf.lease_until
    )


def _put_back(pdf: RenderedPdf, error: Exception) -> None:
    is_hopeless = isinstance(error, gateway.TooLarge) or pdf.attempts >= TRIES
    _leased(pdf).update(
        state=WorkState.FAILED if is_hopeless else WorkState.WAITING,
        lease_until=Now() + (REST if is_hopeless else PAUSE * pdf.attempts),
        error=str(error)[:500],
    )


def _discard_superseded(pdf: RenderedPdf, document: SalesDocument) -> list[str]:
    """Nobody saw them and nobody will. What was shown once is never deleted, nor is a receipt or
    what was issued. Returns the hashes of their files."""
    if pdf.kind != kind_of(document):
        return []
    older = (
        _rows(document)
        .select_for_update()
        .filter(first_shown_at=None, state__in=[WorkState.READY, WorkState.FAILED], pk__lt=pdf.pk)
    )
    gone = []
    for row in older:
        delete_after_commit(row.file)
        row.delete()
        gone.append(row.file_hash)
    return gone
