"""What a document's history says of its PDFs: that one was drawn, of what, and the file's hash.

So that the PDFs in the file of evidence are those that were drawn, and all that are kept: what was
let go, because nobody had seen it or a person was erased, is said by the entry that let it go.
"""

from collections.abc import Collection, Iterable
from typing import Any

from ..models import Activity, RenderedPdf, SalesDocument
from . import activity

VERB = "pdf_drawn"


def record(document: SalesDocument, pdf: RenderedPdf, gone: Collection[str]) -> None:
    """Under the document's lock. ``gone`` are the hashes of files that are not kept any more."""
    activity.record(document, VERB, data=kept(pdf) | ({"gone": sorted(gone)} if gone else {}))


def kept(pdf: RenderedPdf) -> dict[str, Any]:
    """``receipt`` is the submission that it is of, ``number`` that of an invoice or credit note."""
    found = {
        "pdf": pdf.pk,
        "kind": pdf.kind,
        "version": pdf.version.number,
        "sha256": pdf.file_hash,
    }
    if pdf.submission_id:
        found["receipt"] = pdf.submission_id
    if (invoice := getattr(pdf, "invoice", None)) is not None:
        found["number"] = invoice.number
    return found


def standing(entries: Iterable[Activity]) -> dict[int, dict[str, Any]]:
    """Id of each PDF that was drawn, and not let go since, to what is ``kept`` of it."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        said = activity.facts(entry)
        for sha256 in said.pop("gone", ()):
            found.pop(sha256, None)
        if entry.verb == VERB:
            found[said["sha256"]] = said
    return {said["pdf"]: said for said in found.values()}
