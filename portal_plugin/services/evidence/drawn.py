"""PDFs, held against the history: that each is the one that was drawn, and of what."""

from collections.abc import Iterator

from ...models import Activity, RenderedPdf, SalesDocument
from ...statuses import WorkState
from .. import pdf_history
from . import stored
from .fault import Fault

#: Of the first entries that say which PDFs were drawn.
SCHEME = 5


def faults(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    told = pdf_history.standing(entries)
    said_since = min((e.created_at for e in entries if e.scheme >= SCHEME), default=None)
    rows = RenderedPdf.objects.filter(document=document.pk).order_by("pk")
    for pdf in rows.select_related("version", "invoice"):
        place, kept = f"PDF {pdf.pk} ({pdf.kind})", told.pop(pdf.pk, None)
        if pdf.state != WorkState.READY:
            continue
        if kept is None and said_since is not None and pdf.created_at >= said_since:
            yield Fault(place, "the history does not have it")
        elif kept not in (None, pdf_history.kept(pdf)):
            yield Fault(place, "it is not the one that the history has")
        elif pdf.first_shown_at is not None:
            yield from stored.faults(place, pdf.file, pdf.file_hash)
    for pk in told:
        yield Fault(f"PDF {pk}", "the history has it, and its row is gone")
