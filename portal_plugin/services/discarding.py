"""Throw a sample away: the one thing in the portal that is deleted once it was out. A sample is no
evidence of anything."""

from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from ..exceptions import NotAvailable
from ..models import (
    Activity,
    Attachment,
    ChangeRequest,
    Choice,
    Comment,
    Decision,
    Decline,
    DirectLink,
    Discrepancy,
    Dispute,
    DocumentVersion,
    Estimate,
    ExternalFile,
    InternalNote,
    LedgerEntry,
    Order,
    OutgoingEmail,
    PaymentAttempt,
    Preview,
    Proof,
    ProofPin,
    ProofVersion,
    Recipient,
    Refund,
    RenderedPdf,
    SalesDocument,
    Submission,
    VersionItem,
)
from ..models.storage import delete_after_commit
from . import quotas

#: What hangs on a document and the lookup that leads there, in the order in which nothing holds it
#: any more.
ROWS: list[tuple[type[Model], str]] = [
    (OutgoingEmail, "document"),
    (Decision, "document"),
    (Choice, "document"),
    (ExternalFile, "document"),
    (ProofPin, "change_request__document"),
    (Decline, "attempt__document"),
    (Discrepancy, "document"),
    (Refund, "document"),
    (Dispute, "document"),
    (LedgerEntry, "document"),
    (PaymentAttempt, "document"),
    (RenderedPdf, "document"),
    (ProofVersion, "proof__document"),
    (Proof, "document"),
    (Attachment, "document"),
    (Comment, "document"),
    (InternalNote, "document"),
    (ChangeRequest, "document"),
    (Activity, "document"),
    (Submission, "document"),
    (DirectLink, "document"),
    (VersionItem, "version__document"),
    (DocumentVersion, "document"),
    (Order, "pk"),
    (Estimate, "pk"),
]
WITH_FILES = (RenderedPdf, ProofVersion, Attachment)


def throw_away(document: SalesDocument, user: Any) -> None:
    """The sample with all that was made from it, its customer, and its files after the commit.
    Twice is once. Raises ``NotAvailable`` for anything but a sample of the user's own."""
    if not document.is_sample or document.responsible_id != user.pk:
        raise NotAvailable
    with transaction.atomic():
        held = SalesDocument.objects.select_for_update().filter(
            is_sample=True, customer=document.customer_id
        )
        pks = list(held.order_by("pk").values_list("pk", flat=True))
        if not pks:
            return
        _throw_files_away(pks)
        quotas.give_back(document, quotas.used_by_documents(pks))
        SalesDocument.objects.filter(pk__in=pks).update(current_version=None)
        DirectLink.objects.filter(document__in=pks).update(invited_by=None)
        for model, path in ROWS:
            _delete(model._default_manager.filter(**{f"{path}__in": pks}))
        Recipient.objects.filter(customer=document.customer_id).delete()
        if document.customer is not None:
            document.customer.delete()


def _delete(rows: QuerySet[Any]) -> None:
    """Of bookings the newest first: each may be about an earlier one."""
    if rows.model is not LedgerEntry:
        rows.delete()
        return
    for row in rows.order_by("-pk"):
        row.delete()


def _throw_files_away(pks: list[int]) -> None:
    """The bytes go when the rows are gone for good. A picture that somebody else's file shows as
    well stays."""
    paths = {model: path for model, path in ROWS if model in WITH_FILES}
    found: list[Any] = []
    digests: set[str] = set()
    for model, path in paths.items():
        rows: list[Any] = list(model._default_manager.filter(**{f"{path}__in": pks}))
        found += [row.file for row in rows]
        if model is not RenderedPdf:
            digests |= {row.digest for row in rows}
    shown = Preview.objects.filter(digest__in=digests - _digests_of_others(digests, pks))
    found += [row.file for row in shown]
    shown.delete()
    for file in filter(None, found):
        delete_after_commit(file)


def _digests_of_others(digests: set[str], pks: list[int]) -> set[str]:
    return {
        digest
        for model, path in ((ProofVersion, "proof__document"), (Attachment, "document"))
        for digest in model._default_manager.filter(digest__in=digests)
        .exclude(**{f"{path}__in": pks})
        .values_list("digest", flat=True)
    }
