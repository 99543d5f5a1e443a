"""Go through everything that was hashed, and name what is not what it was.

Reads; never writes. In the order of a document's life: its history, its versions, the decisions,
what was sent with them (``submitted``), what was charged, the files, the PDFs.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ...canonical import canonical_bytes, digest
from ...models import (
    Activity,
    Attachment,
    Decision,
    DocumentVersion,
    Invoice,
    ProofVersion,
    SalesDocument,
    VersionItem,
)
from .. import deciding, versions
from ..activity import entry_hash, facts
from . import booked, drawn, stored, submitted
from .fault import Fault

#: Of an item in a version's content, what is not part of what is decided.
BESIDE = ("key", "is_optional", "is_selected", "one_of")
#: How often somebody may act on a document while it is read.
ATTEMPTS = 5
HEAD = re.compile(r"(?<![\w-])([\w-]{16}):(\d+):([0-9a-f]{64})\b")


@dataclass(frozen=True)
class Head:
    """How far a history had come: kept outside, it shows a cut tail and an old copy."""

    public_id: str
    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.public_id}:{self.sequence}:{self.hash}"


def head(document: SalesDocument) -> Head:
    last = document.activities.order_by("-sequence").first()
    return Head(document.public_id, last.sequence if last else 0, last.hash if last else "0" * 64)


def heads_in(text: str) -> list[Head]:
    """Every head in what ``portal_verify`` printed earlier."""
    return [Head(name, int(number), value) for name, number, value in HEAD.findall(text)]


def first_fault(document: SalesDocument) -> tuple[Fault | None, Head]:
    """Where it broke, if it did, and how far the history had come. The history is read before the
    rows: what is decided in between is in the rows alone, and is no fault when we look again."""
    for _attempt in range(ATTEMPTS):
        known = head(document)
        fault = next(faults(document), None)
        if fault is None or head(document) == known:
            break
    return fault, known


def faults(document: SalesDocument) -> Iterator[Fault]:
    """All of one document, the earliest first. The first one is where it broke."""
    entries = list(document.activities.order_by("sequence"))
    return chain(
        of_chain(document, entries),
        _of_versions(document, entries),
        _of_decisions(document, entries),
        submitted.faults(document, entries),
        _of_invoices(document, entries),
        booked.faults(document, entries),
        _of_files(document, entries),
        drawn.faults(document, entries),
    )


def missing_since(known: Head) -> Fault | None:
    """What a head that was kept outside says about the history of today."""
    entry = Activity.objects.filter(
        document__public_id=known.public_id, sequence=known.sequence
    ).first()
    if known.sequence == 0 or (entry is not None and entry.hash == known.hash):
        return None
    place = f"document {known.public_id}, history entry {known.sequence}"
    if entry is None:
        return Fault(place, "it existed once and is gone: the history was cut, or is an old copy")
    return Fault(place, "another entry stood here once: the history was written anew")


# -- the history ----------------------------------------------------------------------------------


def of_chain(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    previous = ""
    for sequence, entry in enumerate(entries, start=1):
        place = f"history entry {entry.sequence} ({entry.verb})"
        if entry.sequence != sequence:
            yield Fault(place, f"entry {sequence} is missing before it")
            return
        if entry.previous_hash != previous:
            yield Fault(place, "it does not follow the entry before it")
            return
        if entry.hash != entry_hash(entry, document.public_id):
            yield Fault(place, "its content was changed")
            return
        previous = entry.hash


# -- versions -------------------------------------------------------------------------------------


def _of_versions(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    found = [facts(entry) for entry in entries if entry.verb == "version"]
    told = {kept["version"]: kept for kept in found}
    numbers, before = [], None
    for version in document.versions.order_by("number").prefetch_related("items").iterator(50):
        numbers.append(version.number)
        kept = told.get(version.number, {})
        yield from _of_version(version, kept.get("digest"))
        if kept.get("since") not in (None, versions.since_digest(version)):
            yield _wrong_since(document, version, before)
        before = version
    gone = sorted(set(told) - set(numbers))
    if gone:
        yield Fault(f"version {gone[0]}", "the history has it, and its row is gone")


def _of_version(version: DocumentVersion, told: str | None) -> Iterator[Fault]:
    place = f"version {version.number}"
    if digest(version.content.encode()) != version.digest:
        yield Fault(place, "its content was changed")
    if told is None:
        yield Fault(place, "the history does not have it")
    elif told != version.digest:
        yield Fault(place, "it is not the one that the history has")
    inside = {item["key"]: _decided_part(item) for item in json.loads(version.content)["items"]}
    for row in version.items.all():
        item_place = f"{place}, item {row.key}"
        if digest(row.canonical.encode()) != row.item_hash:
            yield Fault(item_place, "its content was changed")
        if inside.pop(str(row.key), None) != row.item_hash:
            yield Fault(item_place, "it is not the one of the version's content")
    if inside:
        yield Fault(place, f"the row of item {next(iter(inside))} is gone")


def _wrong_since(
    document: SalesDocument, version: DocumentVersion, before: DocumentVersion | None
) -> Fault:
    """Names the row that neither goes on from the version before nor begins with this one."""
    of_ancestors = VersionItem.objects.filter(version__document__in=document.ancestors)
    goes_on = defaultdict(set)
    for row in before.items.all() if before else of_ancestors:
        goes_on[row.key, row.item_hash].add(row.since_id)
    rows = version.items.all()
    wrong = [r for r in rows if r.since_id not in goes_on.get((r.key, r.item_hash), {version.pk})]
    place = f", item {wrong[0].key}" if wrong else ""
    return Fault(
        f"version {version.number}{place}", "since when it is as it is, is not what the history has"
    )


def _decided_part(item: dict[str, Any]) -> str:
    kept = {name: value for name, value in item.items() if name not in BESIDE}
    return digest(canonical_bytes(kept))


# -- decisions ------------------------------------------------------------------------------------


def _of_decisions(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    rows = document.decisions.with_since().select_related("version").defer("version__content")
    by_submission: dict[int, list[Decision]] = {}
    for row in rows.order_by("pk"):
        by_submission.setdefault(row.submission_id, []).append(row)
        place = f"decision {row.pk} on item {row.item_key}"
        if digest(row.canonical.encode()) != row.item_hash:
            yield Fault(place, "what was decided was changed")
        elif not row.version.items.filter(key=row.item_key, item_hash=row.item_hash).exists():
            yield Fault(place, "its version does not have what was decided")
    out = 0
    for entry in entries:
        kept = facts(entry)
        if entry.verb == "version":
            out = kept["version"]
        if "decided" in kept:
            found = by_submission.pop(kept["submission"], [])
            if kept["decided"] != deciding.kept_of(found, entry.scheme):
                yield _wrong_decision(entry, kept["decided"], found)
            for row in found:
                if (row.version.document_id, row.version.number) != (document.pk, out):
                    place = f"decision {row.pk} on item {row.item_key}"
                    yield Fault(place, f"version {out} was out, and it says another")
    for submission, found in by_submission.items():
        yield Fault(f"decision {found[0].pk}", f"the history has no submission {submission}")


def _wrong_decision(entry: Activity, told: list[list[str]], found: list[Decision]) -> Fault:
    """Names the row that was changed, where it is there."""
    place = f"history entry {entry.sequence} ({entry.verb})"
    for row in found:
        if deciding.kept(row, entry.scheme) not in told:
            return Fault(f"decision {row.pk} on item {row.item_key}", f"it is not as in {place}")
    return Fault(place, "its decisions are not the ones that were written with it")


# -- invoices --------------------------------------------------------------------------------------


def _of_invoices(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    """Also credit notes."""
    found = [facts(entry) for entry in entries if entry.verb in ("invoice", "credit_note")]
    told = {kept["number"]: kept["digest"] for kept in found}
    for row in Invoice.objects.filter(document=document.pk).order_by("pk"):
        if digest(row.content.encode()) != row.digest:
            yield Fault(f"invoice {row.number}", "its content was changed")
        elif told.pop(row.number, None) != row.digest:
            yield Fault(f"invoice {row.number}", "it is not the one that the history has")
    for number in told:
        yield Fault(f"invoice {number}", "the history has it, and its row is not as it was")


# -- files ----------------------------------------------------------------------------------------


def _of_files(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    told, internal = _told_of_files(entries), _told_to_be_internal(entries)
    removed = {facts(entry)["file"] for entry in entries if entry.verb == "file_removed"}
    for version in ProofVersion.objects.filter(proof__document=document.pk):
        place = f"proof {version.public_id}"
        if told.pop(str(version.public_id), None) != version.digest:
            yield Fault(place, "it is not the file that the history has")
        yield from stored.faults(place, version.file, version.digest)
    for attachment in Attachment.objects.filter(document=document.pk):
        place = f"file {attachment.public_id}"
        if told.pop(str(attachment.public_id), None) != attachment.digest:
            yield Fault(place, "it is not the file that the history has")
        if internal.get(str(attachment.public_id)) not in (None, attachment.is_internal):
            yield Fault(place, "whether it was shown to the customer is not what the history has")
        if attachment.removed_at is None:
            yield from stored.faults(place, attachment.file, attachment.digest)
        elif str(attachment.public_id) not in removed:
            yield Fault(place, "it was taken away, and the history does not have that")
    for name in told:
        yield Fault(f"file {name}", "the history has it, and its row is gone")


def _told_of_files(entries: list[Activity]) -> dict[str, str]:
    """Proof, or file of staff's or the customer's, to its hash as it came."""
    told = {}
    for entry in entries:
        kept = facts(entry)
        if entry.verb in ("proof_added", "file_added"):
            told[kept.get("proof") or kept["file"]] = kept["sha256"]
        told |= {row["id"]: row["sha256"] for row in kept.get("attachments", ())}
    return told


def _told_to_be_internal(entries: list[Activity]) -> dict[str, bool]:
    """File to whether it is still; of those of staff's whose entry says so (since scheme 4). What
    customers send never is."""
    told: dict[str, bool] = {}
    for entry in entries:
        kept = facts(entry)
        told |= {row["id"]: False for row in kept.get("attachments", ())}
        if entry.verb == "file_added" and "internal" in kept:
            told[kept["file"]] = kept["internal"]
        shown = [kept["file"]] if entry.verb == "file_shown" else kept.get("shown_files", ())
        told |= dict.fromkeys(told.keys() & set(shown), False)
    return told
