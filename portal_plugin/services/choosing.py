"""Write down what a customer chose of what an estimate offers."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from ..canonical import digest
from ..exceptions import StaleDocument
from ..models import Choice, DocumentVersion, SalesDocument, Submission
from . import deciding, pdfs, versions


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


def kept_of(rows: Iterable[Choice]) -> list[list[Any]]:
    """Item and whether it was chosen, as the history keeps them."""
    return sorted([str(row.item_key), row.is_chosen] for row in rows)


#: Letters of the digest in the mark of a page that shows a choice.
MARK = 16


def mark(document: SalesDocument) -> str:
    """What a form carries of the choice that its page showed; empty where there is none to make."""
    if not document.has_choices:
        return ""
    return digest(" ".join(sorted(map(str, document.counted_keys))).encode())[:MARK]


def is_other(document: SalesDocument, marked: str | None) -> bool:
    """Whether something else is chosen than on the page of the mark. What staff took out or added
    is told by the versions."""
    return bool(marked and document.has_choices and marked != mark(document))


def refuse_unseen(document: SalesDocument, shown: int | None) -> None:
    """Raises ``StaleDocument`` where something that can be chosen is not what it was in the version
    ``shown``: a box that was not on the page was not left empty by anybody."""
    old, new = versions.version_shown(document, shown), document.current_version
    if old is None or new is None:
        return
    then, now = _rows(old), _rows(new)
    changed = {
        item.key
        for item in document.lines
        if item.is_choice and then.get(str(item.key)) != now.get(str(item.key))
    }
    if changed:
        hashes = dict(old.items.values_list("key", "item_hash"))
        counted = changed & document.standing.items.keys()
        raise StaleDocument(changes={key: hashes.get(key, "") for key in counted}, since=shown)


def _rows(version: DocumentVersion) -> dict[str, Any]:
    return {row["key"]: row for row in json.loads(version.content)["items"]}
