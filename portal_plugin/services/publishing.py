"""Release a document to its customer: number, version, proofs, history. Once per publish."""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Revision

from .. import signals
from ..exceptions import PublishRefused
from ..models import Attachment, ChangeRequest, DocumentVersion, ProofVersion, SalesDocument
from ..models.documents import lock
from ..money import HUNDRED, MOST
from ..statuses import ChangeRequestState
from . import (
    activity,
    asking_again,
    confirming_changes,
    invoices,
    listing,
    numbering,
    pdfs,
    staging,
    terms,
)
from .versions import since_digest, write_version


def release(
    document: SalesDocument, revision: Any = None, user: Any = None, *, tells: bool = True
) -> DocumentVersion:
    """Make what is live now the version that the customer sees.

    Where it takes decisions back they are told which and why, unless the caller does that
    (``tells``).

    Runs inside the publishing transaction. Raises ``PublishRefused`` with nothing written when the
    document lacks what a customer needs.
    """
    with transaction.atomic():
        fresh = lock(document)
        refuse_unready(fresh)
        if not fresh.number:
            fresh.number = numbering.next_number(fresh)
            _name_draft(fresh)
            staging.ensure_stages(fresh.site)
        before = asking_again.decided(fresh)
        shown, shown_files = _show_what_staff_added(fresh)
        version = write_version(fresh, revision)
        previous = fresh.current_version
        fresh.current_version = version
        SalesDocument.objects.filter(pk=fresh.pk).update(
            number=fresh.number, current_version=version
        )
        answered = _answer_requests(fresh, previous, version, user)
        activity.record(
            fresh,
            "version",
            staff=user,
            data={
                "version": version.number,
                "digest": version.digest,
                "since": since_digest(version),
                "shown": shown,
                "shown_files": shown_files,
                "answered": answered,
                "again": [str(each.key) for each in asking_again.of_version(version, before)],
            },
        )
        if tells:
            asking_again.tell(fresh, version, before)
        listing.refresh(fresh)
        if previous is not None:
            confirming_changes.tell(fresh, previous, version)
        pdfs.order_render(fresh)
        if previous is None:
            invoices.order_made(fresh, user)
        transaction.on_commit(
            lambda: signals.version_published.send(
                sender=type(fresh), document=fresh, version=version
            ),
            robust=True,
        )
    document.number, document.current_version = fresh.number, version
    return version


def _name_draft(document: SalesDocument) -> None:
    """Wagtail calls a document what its latest draft was called as it was saved: on its history,
    its usage, and in what a workflow says."""
    Revision.objects.filter(pk=document.latest_revision_id).update(object_str=str(document))


def end_of(document: SalesDocument) -> str:
    """Why nothing of it goes out any more, whatever is written; empty where something may."""
    if document.converted_at:
        return _("An order was made from this estimate: change the order.")
    if document.cancelled_at:
        return _("It is cancelled. Open it again first.")
    return ""


def problems(document: SalesDocument) -> list[str]:
    """What keeps a document from going out, one sentence each. Works on unsaved documents."""
    found = [over] if (over := end_of(document)) else []
    if document.customer is None:
        found.append(_("Choose a customer."))
    if not document.lines:
        found.append(_("Add at least one item."))
    elif not all(item.name.strip() for item in document.lines):
        found.append(_("Give every item a name."))
    if not document.language or not document.currency:
        found.append(_("Choose the language and the currency."))
    if currency_before(document) not in ("", document.currency):
        found.append(_("The currency stays as it was when the document first went out."))
    if document.customer and document.customer.site_id != document.site_id:
        found.append(_("The customer belongs to another site."))
    if any(item.has_wrong_tax for item in document.lines):
        found.append(_("Only items with the standard kind of tax have a tax rate."))
    if document.customer and document.customer.is_sample != document.is_sample:
        found.append(_("A sample and its customer belong together, and no other does to either."))
    if document.totals.total < 0:
        found.append(_("The total is below zero."))
    if document.totals.total > MOST:
        found.append(_("The amount is too large."))
    if not document.is_sample and terms.are_missing(document):
        found.append(_("Write the terms first, under Settings, Customer portal."))
    return found


def objections(document: SalesDocument) -> list[str]:
    """What staff are asked to mend before they publish, schedule or submit: ``problems``, and items
    that nobody gave a price. A price of 0 is what an empty field is saved as."""
    found = problems(document)
    for item in document.lines:
        if not item.unit_price and item.discount_percent < HUNDRED:
            found.append(
                _("Give “%(name)s” a price. If it is free: a discount of 100%%.")
                % {"name": item.name}
            )
    return found


def currency_before(document: SalesDocument) -> str:
    """The currency that the customer was told, and may have paid in; empty at first."""
    version = document.current_version
    return json.loads(version.content)["currency"] if version else ""


def refuse_unready(document: SalesDocument) -> None:
    found = problems(document)
    if found:
        raise PublishRefused(" ".join(found))


def _show_what_staff_added(document: SalesDocument) -> tuple[int, list[str]]:
    """Proofs and files wait for the next publish: how many go out with this one, and which of them
    are files. The proofs stand in the version itself. What shows an answer that was given on the
    phone waits for nothing: it was added for staff alone. Whoever added a file may be gone."""
    now = timezone.now()
    proofs = ProofVersion.objects.waiting(document)
    files = Attachment.objects.filter(
        document=document,
        is_internal=True,
        link=None,
        submission=None,
        removed_at=None,
    )
    shown = [str(each) for each in files.order_by("pk").values_list("public_id", flat=True)]
    if shown:
        files.update(is_internal=False, shown_at=now)
    return proofs.update(released_at=now) + len(shown), shown


def _answer_requests(
    document: SalesDocument, before: DocumentVersion | None, version: DocumentVersion, user: Any
) -> list[int]:
    """A new version answers the open requests for the whole document, and those for an item that it
    changed, also where they were made on the estimate. Returns their numbers."""
    if before is None:
        return []
    kept = {item.key for item in version.items.all() if item.since_id != version.pk}
    answered = [
        request
        for request in document.standing.open_requests
        if request.item_key is None or request.item_key not in kept
    ]
    rows = ChangeRequest.objects.open().filter(pk__in=[request.pk for request in answered])
    rows.update(state=ChangeRequestState.ANSWERED, closed_at=timezone.now(), closed_by=user)
    listing.thread_changed(document, of=[request.document_id for request in answered])
    return [request.number for request in answered]
