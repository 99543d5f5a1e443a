"""Everything about one document in one zip file that a stranger can check without us.

``evidence.json`` holds the rows with the exact texts that were hashed; beside it lie the files,
under their hashes, and a note on how it is checked. ``docs/verify_evidence.py`` does it.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from ...models import Attachment, Invoice, ProofVersion, RenderedPdf, SalesDocument
from ...models.storage import troubles
from ...statuses import WorkState
from .. import points, said

FORMAT = 1
#: Bytes that are read from the storage at once.
CHUNK = 1024 * 1024
README = """\
What was agreed about {name}, and how to check it.

evidence.json holds, for the document and for what it was made from:
  history    entries in their order. The hash of an entry is the SHA-256 of the JSON object
             {{actor, at, data, document, previous, scheme, sequence, verb}}, written in UTF-8 with
             sorted keys and without spaces; "previous" is the hash of the entry before, empty for
             the first; "data" is the text as it stands. So no entry can be changed, taken out or
             put in between without changing every hash after it.
  versions   what went out to the customer. "digest" is the SHA-256 of the text "content". It stands
             in the "data" of the history's entry "version".
  items      of a version, word for word: "item_hash" is the SHA-256 of the text "canonical".
  decisions  what the customer said to which item of which version: "item_hash" is the SHA-256 of
             the text "canonical", which that version has. In the history the entry with the same
             "submission" holds under "decided" the item, the verdict, the item hash and the SHA-256
             of the reason of each.
  submissions  what else people sent, by whom and when, and the terms as they were shown;
             "terms_digest" is the SHA-256 of the text "terms_text". Those of "withdrawal_text", of
             the customer's order number, of "checklist" and of "note" stand in the entry of the
             history with the same "submission". Its "said" is the HMAC-SHA-256, under the
             hexadecimal "salt", of the text "said": name, email, typed signature, drawn signature.
             Entries of scheme 1 have neither "said" nor "note".
  choices    options that were ticked and unticked: the entry of the history with the same
             "submission" holds all of them under "chose", as pairs of item and true or false.
  requests   for a change, with the points on the proof: the SHA-256 of the text "canonical" stands
             under "asked" in the entry with the same "submission".
  invoices   and credit notes: "digest" is the SHA-256 of the text "content". It stands with the
             number in the history's entry "invoice" or "credit_note".
  files      proofs, files and PDFs. Each lies in files/ under its SHA-256, which for a proof and a
             file stands in the entry of the history with which it came.

Persons stand in the history as keyed digests only: after somebody's data were erased, their names
and salts are missing from the rows ("said" is empty) and every hash still holds.

The last entry's hash is the head. Whoever wrote it down at the time, from a receipt or from an
email, can tell that nothing was taken off the end since.
"""


def export(document: SalesDocument, target: IO[bytes]) -> list[str]:
    """Write the zip. Returns the files that the storage could not give, in words."""
    documents = [document, *_ancestors(document)]
    missing: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        data = {
            "format": FORMAT,
            "made_at": _moment(datetime.now(UTC)),
            "documents": [_document(each) for each in documents],
        }
        text = json.dumps(data, ensure_ascii=False, indent=1)
        archive.writestr("evidence.json", text)
        name = document.number or document.public_id
        archive.writestr("README.txt", README.format(name=name))
        written: set[str] = set()
        for each in documents:
            for what, sha256, stored in _files(each):
                if sha256 not in written:
                    written.add(sha256)
                    missing += _copy(archive, what, sha256, stored)
    return missing


def _ancestors(document: SalesDocument) -> list[SalesDocument]:
    return list(SalesDocument.objects.filter(pk__in=document.ancestors).order_by("pk"))


def _document(document: SalesDocument) -> dict[str, Any]:
    return {
        "document": document.public_id,
        "kind": str(document.kind),
        "number": document.number,
        "history": [
            {
                "document": document.public_id,
                "sequence": entry.sequence,
                "verb": entry.verb,
                "actor": str(entry.actor),
                "at": _moment(entry.created_at),
                "data": entry.data,
                "previous": entry.previous_hash,
                "scheme": entry.scheme,
                "hash": entry.hash,
            }
            for entry in document.activities.order_by("sequence")
        ],
        "versions": [_version(version) for version in document.versions.order_by("number")],
        "submissions": _submissions(document),
        "decisions": [
            {
                "submission": decision.submission_id,
                "version": decision.version.number,
                "of_document": decision.version.document.public_id,
                "item": str(decision.item_key),
                "verdict": str(decision.verdict),
                "canonical": decision.canonical,
                "item_hash": decision.item_hash,
                "scheme": decision.scheme,
                "reason": decision.reason,
                "at": _moment(decision.created_at),
            }
            for decision in document.decisions.select_related("version__document").order_by("pk")
        ],
        "choices": _choices(document),
        "requests": [
            {"submission": row.submission_id, "canonical": points.canonical(row).decode()}
            for row in document.change_requests.exclude(submission=None).order_by("pk")
        ],
        "invoices": [
            {"number": row.number, "content": row.content, "digest": row.digest}
            for row in Invoice.objects.filter(document=document.pk).order_by("pk")
        ],
        "files": [{"what": what, "sha256": sha256} for what, sha256, _s in _files(document)],
    }


def _version(version: Any) -> dict[str, Any]:
    return {
        "number": version.number,
        "content": version.content,
        "digest": version.digest,
        "scheme": version.scheme,
        "total": str(version.total),
        "items": [
            {"item": str(row.key), "canonical": row.canonical, "item_hash": row.item_hash}
            for row in version.items.all()
        ],
    }


def _submissions(document: SalesDocument) -> list[dict[str, Any]]:
    rows = document.submissions.select_related("link__recipient", "salt")
    return [
        {
            "submission": row.pk,
            "action": row.action,
            **json.loads(said.canonical(row)),
            "salt": row.salt.salt if hasattr(row, "salt") else "",
            "said": said.canonical(row).decode() if hasattr(row, "salt") else "",
            "link_of": row.link.recipient.name if row.link else "",
            "by_staff": row.staff_id is not None,
            "note": row.note,
            "terms_text": row.terms_text,
            "terms_digest": row.terms_digest,
            "withdrawal_text": row.withdrawal_text,
            "withdrawal_digest": row.withdrawal_digest,
            "purchase_order_number": row.purchase_order_number,
            "checklist": row.checklist,
            "at": _moment(row.created_at),
        }
        for row in rows.order_by("pk")
    ]


def _choices(document: SalesDocument) -> list[dict[str, Any]]:
    rows = document.choices.order_by("pk")
    return [
        {"submission": row.submission_id, "item": str(row.item_key), "is_chosen": row.is_chosen}
        for row in rows
    ]


def _files(document: SalesDocument) -> Iterator[tuple[str, str, Any]]:
    """What each is, its hash and where it is stored."""
    for proof in ProofVersion.objects.filter(proof__document=document.pk).released():
        yield f"proof {proof.public_id}: {proof.name}", proof.digest, proof.file
    for row in Attachment.objects.filter(document=document.pk).shown():
        yield f"file {row.public_id}: {row.name}", row.digest, row.file
    for pdf in RenderedPdf.objects.filter(document=document.pk, state=WorkState.READY):
        yield f"PDF: {pdf.kind} of version {pdf.version.number}", pdf.file_hash, pdf.file


def _copy(archive: zipfile.ZipFile, what: str, sha256: str, stored: Any) -> list[str]:
    try:
        with (
            stored.storage.open(stored.name, "rb") as source,
            archive.open(f"files/{sha256}", "w", force_zip64=True) as target,
        ):
            while piece := source.read(CHUNK):
                target.write(piece)
    except troubles() as error:
        return [f"{what}: {error}"]
    return []


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
