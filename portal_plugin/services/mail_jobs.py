"""The one button of an email: the job that waits behind it; for staff the way to the document."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.utils import get_admin_base_url

from ..gateways import stripe as gateway
from ..models import Comment, DirectLink, SalesDocument
from ..statuses import DocumentState, LinkRole, PaysBy
from .mail_phrases import Phrase
from .presentation import DocumentView


def job(view: DocumentView, link: DirectLink | None, kinds: set[str]) -> Phrase:
    """``kinds`` are those of what the email tells. A preview has no link and may do everything."""
    role = link.role if link else LinkRole.APPROVE
    waiting = len(view.waiting_for(link))
    if kinds == {"news_comment"}:
        return _read(view.document)
    if waiting and _is_deciding(view) and role == LinkRole.APPROVE:
        message = ngettext("Approve %(count)s item", "Approve %(count)s items", waiting)
        return Phrase(message, count=waiting)
    if view.to_confirm:
        asked = role == LinkRole.APPROVE and view.document.standing.asks_to_confirm(link)
        return Phrase(_("Confirm the change")) if asked else _open(view, kinds)
    if kinds == {"news_change_answered"}:
        return Phrase(_("Read the answer"))
    if kinds == {"news_refund"}:
        return _open(view, kinds)  # who has just got money back is not asked for it in one breath
    if _pays_here(view) and role != LinkRole.LOOK:
        return _pay(view)
    return _open(view, kinds)


def shown_document(document: SalesDocument) -> SalesDocument:
    """The document that a link opens: of a converted estimate it is the order."""
    specific = document.specific
    if specific.is_order or not specific.converted_at:
        return specific
    return getattr(specific, "resulting_order", specific)


def admin_url(document: SalesDocument | None, site: Any) -> str:
    """The overview of what the email names, in the admin, where staff answer; it opens for whoever
    may sign in there and for nobody else."""
    base = get_admin_base_url() or site.root_url
    if document is None:
        return base + reverse("wagtailadmin_home")
    return base + reverse("portal_admin:overview", args=[shown_document(document).pk])


def _read(document: SalesDocument) -> Phrase:
    asked = Comment.objects.of_thread(document).exclude(link=None).exists()
    return Phrase(_("Read the answer") if asked else _("Read the message"))


def _is_deciding(view: DocumentView) -> bool:
    return view.state in (
        DocumentState.WAITING,
        DocumentState.PARTLY_APPROVED,
        DocumentState.CHANGES_REQUESTED,
    )


def _pays_here(view: DocumentView) -> bool:
    document = view.document
    return (
        view.has_balance
        and view.state != DocumentState.CANCELLED
        and not view.is_payment_pending
        and gateway.of_site(document.site).is_configured
        and document.effective_pays_by == PaysBy.ONLINE
    )


def _pay(view: DocumentView) -> Phrase:
    instalment = view.next_instalment
    if instalment:
        words = {"number": instalment.number, "amount": instalment.left}
        return Phrase(_("Pay instalment %(number)s of %(amount)s"), **words)
    if view.is_deposit_due:
        return Phrase(_("Pay the deposit of %(amount)s"), amount=view.deposit_due)
    if view.payments:
        return Phrase(_("Pay the balance of %(amount)s"), amount=view.balance_due)
    return Phrase(_("Pay %(amount)s"), amount=view.amount_due)


def _open(view: DocumentView, kinds: set[str]) -> Phrase:
    if kinds == {"news_version"}:
        return Phrase(_("See the new version"))
    if kinds == {"news_proof"}:
        return Phrase(_("Look at the proof"))
    return Phrase(_("Open the order") if view.document.is_order else _("Open the estimate"))
