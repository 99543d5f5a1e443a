"""Everything about one document in one zip file that a stranger can check without us.

``evidence.json`` holds the histories and the exact texts that they name by a hash; beside it lie
the files, under their hashes, and a note on how it is checked. ``docs/verify_evidence.py`` does it.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any

from django.core.exceptions import SuspiciousFileOperation

from ...models import Attachment, Invoice, ProofVersion, RenderedPdf, SalesDocument, Submission
from ...models.storage import troubles
from ...statuses import WorkState
from .. import points, said
from .view import of_one_moment

FORMAT = 2
#: Bytes that are read from the storage at once.
CHUNK = 1024 * 1024
README = """\
What was agreed about {name}, and how to check it.

evidence.json is one object: "format" (2), "texts" (a list), "documents" (the document and what it
was made from, each with its "history" and its "people") and "files". What a history names by a hash
is found among the texts or the files, by its SHA-256 in hexadecimal: nothing is there twice, and
nothing has to be believed. That of a text is of its bytes in UTF-8.
  history    entries in their order. "hash" of an entry is the SHA-256 of the JSON object
             {{actor, at, data, document, previous, scheme, sequence, verb}}, written in UTF-8 with
             sorted keys and without spaces, letters beyond ASCII as they are, and nothing escaped
             but ", \\ and control characters. "sequence" counts from 1; "document" is that of the
             document; "previous" is the hash of the entry before, empty for the first; "data" is
             the text as it stands, and JSON as well. So no entry can be changed, taken out or put
             in between without changing every hash after it.
  data       of an entry, as far as it has them; an empty hash is of nothing:
    digest       of the text of a version, as it went out, or of an invoice or a credit note
    decided      a list of decisions, each a list: the item, the verdict, the item's hash and that
                 of the reason; since scheme 3 also the version since which the item was so
                 (document, colon, number), and when. The item's hash is that of its object under
                 "items" in the text of a version, without "key", "is_optional", "is_selected" and
                 "one_of", written as above; "key" is the item. It is that of a version of this
                 document, from an entry before
    terms, withdrawal, purchase_order, checklist, note, asked
                 of what was shown, typed or ticked, and of a change request with its points
    chose        options that were ticked and unticked, as pairs of item and true or false
    sent         when it came (since scheme 3)
    version      the number of the version
    since        of the list of [item, version since which it is so] of a version (since scheme 3),
                 written as above, in the order of its items. While its hash stays the same, an item
                 keeps the one that it had in the version before; else it is this version. Before
                 the first version comes the last one of what the document was made from
    submission   the number of what came from a person, under which "people" has it
    said         the HMAC-SHA-256, in hexadecimal, of the text "said" of the person who sent it, as
                 it stands there; the key is the bytes that "salt" beside it is the hexadecimal
                 form of. The text has name, email, typed signature, drawn signature (since scheme
                 2)
    person       the same of the name and address that their link was made for. Its key is kept by
                 the shop alone: that two are of one person can be seen, and nothing else
    sha256       of a proof or a file with which the entry came; of several under "attachments". A
                 file that an entry "file_removed" names as "file" is not in here any more. Of an
                 entry "pdf_drawn": of the PDF that was drawn (since scheme 5). "kind" is what it is
                 of: an estimate, an order ("invoice"), a receipt ("receipt" names the submission)
                 or what was issued ("number" is its own); "version" the number of the version
    gone         a list of those of PDFs that are not kept any more: nobody had been given them, or
                 a person on them was erased. All others that were drawn are in here
    internal     of a file of staff's: true until an entry "file_shown" names it as "file", or that
                 of a version under "shown_files"; until then it is not in here (since scheme 4)
    submissions  of an entry "erased": the numbers whose persons were erased. An entry of scheme 1
                 or 2 may lack them: it can be about any of its history
    The rest are numbers and words that lead to what is not in here, or say more of it.
  people     who sent what. Whose link it was, by staff or not, what with and when are for reading:
             "said" alone is in the history.
files/ has proofs, files and PDFs as they are, not packed, each under its SHA-256; what they are
called is under "files". The object of an item in the text of a version names the SHA-256 of its
"proofs". Every file is one that a history names, so that none was put in the place of another: what
no history names is not to be believed (PDFs from before scheme 5 are among that). What files are
called is for reading: no history holds it.

Persons stand in the history as keyed digests only: after somebody's data were erased there is an
entry "erased" in the history of each document that they had answered, "said" and "salt" of what it
names are empty, and every other hash still holds. No other history can say it.

The last entry's hash is the head. Whoever wrote it down at the time, from a receipt or from an
email, can tell that nothing was taken off the end since, and that the history is the one it was:
somebody who makes one up makes up its hashes as well.
"""


@dataclass(frozen=True)
class Found:
    """Everything of one moment: ``evidence`` as it is written, and each file, by its hash, with
    what it is and where it is stored."""

    evidence: dict[str, Any]
    files: dict[str, tuple[str, Any]]


def export(document: SalesDocument, target: IO[bytes]) -> list[str]:
    """Write the zip, which begins anew where a file is let go before it is copied. Returns the
    files that the storage could not give, in words."""
    start = target.tell()
    while True:
        found = _find(document)
        missing = _write(document, found, target)
        if not missing or missing.keys() <= _find(document).files.keys():
            return list(missing.values())
        target.seek(start)
        target.truncate()


def _find(document: SalesDocument) -> Found:
    with of_one_moment():
        documents = [document, *_ancestors(document)]
        files = {sha256: (what, kept) for each in documents for what, sha256, kept in _files(each)}
        evidence = {
            "format": FORMAT,
            "made_at": _moment(datetime.now(UTC)),
            "documents": [_document(each) for each in documents],
            "texts": sorted({text for each in documents for text in _texts(each)}),
            "files": {sha256: what for sha256, (what, _stored) in files.items()},
        }
    return Found(evidence, files)


def _write(document: SalesDocument, found: Found, target: IO[bytes]) -> dict[str, str]:
    """Returns why each file is missing that is, by its hash."""
    missing = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("evidence.json", json.dumps(found.evidence, ensure_ascii=False, indent=1))
        name = document.number or document.public_id
        archive.writestr("README.txt", README.format(name=name))
        for sha256, (what, stored) in found.files.items():
            if trouble := _copy(archive, sha256, stored):
                missing[sha256] = f"{what}: {trouble}"
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
        "people": {row.pk: _person(row) for row in _submissions(document)},
    }


def _submissions(document: SalesDocument) -> Iterable[Submission]:
    return document.submissions.select_related("link__recipient", "salt").order_by("pk")


def _person(row: Submission) -> dict[str, Any]:
    return {
        "said": said.canonical(row).decode(),
        "salt": row.salt.salt if hasattr(row, "salt") else "",
        "link_of": row.link.recipient.name if row.link else "",
        "by_staff": row.staff_id is not None,
        "action": row.action,
        "at": _moment(row.created_at),
    }


def _texts(document: SalesDocument) -> Iterator[str]:
    """Whatever an entry of the history may hold the hash of."""
    yield from document.versions.values_list("content", flat=True)
    yield from document.decisions.values_list("reason", flat=True)
    yield from Invoice.objects.filter(document=document.pk).values_list("content", flat=True)
    for row in _submissions(document):
        yield from (row.terms_text, row.withdrawal_text, row.note)
        yield from (row.purchase_order_number, row.checklist)
    for request in document.change_requests.exclude(submission=None):
        yield points.canonical(request).decode()


def _files(document: SalesDocument) -> Iterator[tuple[str, str, Any]]:
    """What each is, its hash and where it is stored."""
    for proof in ProofVersion.objects.filter(proof__document=document.pk).released():
        yield f"proof {proof.public_id}: {proof.name}", proof.digest, proof.file
    for row in Attachment.objects.filter(document=document.pk).shown():
        yield f"file {row.public_id}: {row.name}", row.digest, row.file
    drawn = RenderedPdf.objects.filter(document=document.pk, state=WorkState.READY)
    for pdf in drawn.select_related("version"):
        yield f"PDF: {pdf.kind} of version {pdf.version.number}", pdf.file_hash, pdf.file


def _copy(archive: zipfile.ZipFile, sha256: str, stored: Any) -> str:
    """As it is, not packed: pictures do not get smaller, and no file unpacks to a larger one.
    Returns what the storage said, if it could not give it."""
    try:
        with (
            stored.storage.open(stored.name, "rb") as source,
            archive.open(zipfile.ZipInfo(f"files/{sha256}"), "w", force_zip64=True) as target,
        ):
            while piece := source.read(CHUNK):
                target.write(piece)
    except SuspiciousFileOperation:
        return "its row leads out of the storage"
    except troubles() as error:
        return str(error) or type(error).__name__
    return ""


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
