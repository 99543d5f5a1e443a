"""Proofs: add a version, send it, and find what the customer is to look at."""

from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.utils.translation import gettext as _

from ..exceptions import FileRefused, PortalError
from ..models import DocumentVersion, Proof, ProofVersion, SalesDocument
from ..models.documents import lock
from . import activity, files, notifications, points, publishing


def add_proof_version(
    document: SalesDocument,
    item_key: UUID,
    file: UploadedFile,
    *,
    label: str = "",
    wording: str = "",
    description: str = "",
    user: Any = None,
) -> ProofVersion:
    """A new version in the item's slot ``label`` (front, back …), which is made where it is new.

    The customer sees it from the next publish or ``send_now`` on; its pictures are drawn now.
    Raises ``FileRefused`` for anything but PNG, JPEG, WebP and PDF.
    """
    if not files.check(file).is_previewable:
        raise FileRefused(
            _("A proof must be a picture or a PDF: PNG, JPEG, WebP or PDF. Add others as files.")
        )
    stored = files.prepare(ProofVersion(proof=Proof(document=document)), file)
    with files.keeping(stored), transaction.atomic():
        fresh = lock(document)
        refuse_foreign_item(fresh, item_key)
        proof = _slot(fresh, item_key, label.strip())
        version = ProofVersion.objects.create(
            proof=proof,
            number=_next_number(fresh, proof),
            public_id=uuid4(),
            file=stored.path,
            name=stored.name,
            content_type=stored.content_type,
            size=stored.size,
            digest=stored.digest,
            check_state=files.first_check_state(),
            wording=wording.strip(),
            description=description.strip(),
            created_by=user,
        )
        stored.row = version
        files.order_work(version)
        facts = {"proof": str(version.public_id), "sha256": version.digest, "item": str(item_key)}
        activity.record(fresh, "proof_added", staff=user, data=facts)
    return version


def send_now(document: SalesDocument, user: Any) -> DocumentVersion:
    """Show the customer what waits, without publishing the draft: a version of its own, so that
    the items with new proofs ask for approval again. Whoever has a way in is told by email.

    Raises ``PortalError`` while the document is not out, and where nothing waits.
    """
    with transaction.atomic():
        fresh = lock(document)
        if not fresh.live:
            raise PortalError(_("Publish the document first. Its proofs go out with it."))
        keys = [str(key) for key in unreleased(fresh).values_list("proof__item_key", flat=True)]
        if not keys:
            raise PortalError(_("No proof waits to be sent."))
        told = {"items": list(dict.fromkeys(keys)), **_points_of(fresh, keys)}
        version = publishing.release(document, user=user, tells=False)
        notifications.shop_acted(fresh, "proof", facts=told)
    return version


def _points_of(document: SalesDocument, keys: list[str]) -> dict[str, int]:
    """Of the open requests that a new version of these items answers, how many are done."""
    requests = document.standing.open_requests
    return points.tally(each for each in requests if str(each.item_key) in keys)


def unreleased(document: SalesDocument) -> models.QuerySet[ProofVersion]:
    """What staff added and the customer has not seen yet."""
    return ProofVersion.objects.waiting(document)


def released(document: SalesDocument) -> models.QuerySet[ProofVersion]:
    """Every version that the customer ever saw: earlier ones stay readable."""
    return ProofVersion.objects.of_thread(document).released().select_related("proof")


def newest_of(version: ProofVersion, document: SalesDocument) -> ProofVersion:
    """The released version of the same slot that is to be decided now."""
    rows = released(document).filter(
        proof__item_key=version.proof.item_key, proof__label=version.proof.label
    )
    return rows.order_by("number").last() or version


def refuse_foreign_item(document: SalesDocument, item_key: UUID) -> None:
    """The key belongs to the document, as it is out or as its newest draft has it."""
    if document.line_items.filter(key=item_key).exists():
        return
    draft = document.get_latest_revision_as_object()
    if not any(item.key == item_key for item in draft.line_items.all()):
        raise PortalError(_("This item is not part of the document. Save the document first."))


def _slot(document: SalesDocument, item_key: UUID, label: str) -> Proof:
    """The document's own; at the place of the slot of the same label on what it was made from."""
    slots = Proof.objects.of_thread(document).filter(item_key=item_key)
    same = list(slots.filter(label=label))
    for slot in same:
        if slot.document_id == document.pk:
            return slot
    position = same[0].position if same else slots.count()
    return Proof.objects.create(
        document_id=document.pk, item_key=item_key, label=label, position=position
    )


def _next_number(document: SalesDocument, proof: Proof) -> int:
    """Counted on from what the document was made from."""
    versions = ProofVersion.objects.of_thread(document).filter(
        proof__item_key=proof.item_key, proof__label=proof.label
    )
    return (versions.aggregate(last=models.Max("number"))["last"] or 0) + 1
