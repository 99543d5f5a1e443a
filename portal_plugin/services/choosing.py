"""Write down what a customer chose of what an estimate offers."""

from collections.abc import Mapping
from uuid import UUID

from ..models import Choice, SalesDocument, Submission
from . import deciding, pdfs


def choose(
    document: SalesDocument, chosen: Mapping[UUID, bool], submission: Submission
) -> list[Choice]:
    """One row for each item whose choice is another one now. The caller holds the document's lock,
    and writes the activity."""
    before = document.counted_keys
    rows = [
        Choice(submission=submission, document_id=document.pk, item_key=key, is_chosen=is_chosen)
        for key, is_chosen in chosen.items()
        if is_chosen != (key in before)
    ]
    # Of alternatives the newest yes is the one: it comes after every no.
    for row in sorted(rows, key=lambda row: row.is_chosen):
        row.save(force_insert=True)
    deciding.forget(document)
    if rows:
        pdfs.order_render(document)
    return rows
