"""Give an order its invoice, or its deposit one. What is issued never changes."""

from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ... import days, faults
from ...canonical import SCHEME, canonical_bytes, digest
from ...exceptions import NotAvailable
from ...models import Invoice, PortalSettings, RenderedPdf, SalesDocument
from ...models.documents import lock
from ...money import ZERO
from ...statuses import InvoiceKind, WorkState
from .. import activity, invoice_paper, listing, notifications, numbering, work
from ..presentation import document_view
from ..presentation.shop import document_language
from . import drafts, einvoices
from .content import content_of
from .shapes import Draft


def issue(order: SalesDocument, user: Any = None) -> Invoice:
    """The invoice over all that is counted, less what deposit invoices charged already.

    Raises ``NotAvailable`` where it has one that was not taken back.
    """
    with transaction.atomic():
        fresh = ready(order)
        standing = list(fresh.invoices.standing())
        if any(invoice.kind == InvoiceKind.INVOICE for invoice in standing):
            raise NotAvailable(_("The invoice was issued already. Take it back first."))
        charged = sum((deposit.left_total for deposit in standing), ZERO)
        if charged > fresh.price_left:
            raise NotAvailable(
                _("The deposit invoice is over more than is left of the price. Take it back first.")
            )
        with translation.override(document_language(fresh.language)):
            draft = drafts.of_order(fresh, deposits=standing)
        return write(fresh, draft, user)


def issue_deposit(order: SalesDocument, user: Any = None) -> Invoice:
    """The invoice over the deposit. Raises ``NotAvailable`` where there is none to charge."""
    with transaction.atomic():
        fresh = ready(order)
        if fresh.totals.deposit <= fresh.taken_off:
            raise NotAvailable(_("This order has no deposit."))
        if fresh.invoices.standing().exists():
            raise NotAvailable(_("An invoice was issued already."))
        with translation.override(document_language(fresh.language)):
            draft = drafts.of_deposit(fresh)
        return write(fresh, draft, user)


def ready(order: SalesDocument) -> SalesDocument:
    """The locked order. Raises ``NotAvailable`` where nothing can be charged with it."""
    fresh = lock(order)
    if not PortalSettings.of(fresh.site).has_formal_invoices:
        raise NotAvailable(_("This shop issues no formal invoices."))
    if fresh.is_sample:
        raise NotAvailable  # its number would be missing when it is thrown away
    if not fresh.is_order or fresh.current_version_id is None:
        raise NotAvailable(_("Only an order that is out can have an invoice."))
    if fresh.cancelled_at:
        raise NotAvailable(_("The order is cancelled."))
    if fresh.totals.total < 0:
        raise NotAvailable(_("The total is below zero."))
    return fresh


def write(order: SalesDocument, draft: Draft, user: Any = None, *, key: Any = None) -> Invoice:
    """Number and freeze it, in the caller's transaction, under the order's lock: the counter's row
    is locked after it, and nothing slow happens before the commit. ``key`` goes into the history.

    Raises ``NotAvailable`` where it is to be an e-invoice and cannot be one.
    """
    is_note = draft.kind == InvoiceKind.CREDIT_NOTE
    series = numbering.CREDIT_NOTES if is_note else numbering.INVOICES
    day = days.today()
    number = numbering.next_invoice_number(order.site, series, day)
    faults.reach("issue.numbered")
    view = document_view(order)
    with translation.override(view.language):
        content = content_of(draft, view, number, day)
        exact = canonical_bytes(einvoices.carried(content, draft, view.shop.settings))
    invoice = Invoice.objects.create(
        site=order.site,
        document_id=order.pk,
        kind=draft.kind,
        number=number,
        refers_to=draft.refers_to,
        reason=draft.reason,
        currency=view.currency,
        net=draft.net,
        tax=draft.tax,
        rounding=draft.rounding,
        total=draft.total,
        content=exact.decode(),
        scheme=SCHEME,
        digest=digest(exact),
        pdf=_order_pdf(order, digest(exact)),
        issued_on=day,
        issued_by=user,
    )
    listing.refresh(order)
    _tell(order, invoice, user, key)
    faults.reach("issue.before_commit")
    transaction.on_commit(lambda: faults.reach("issue.committed"))
    return invoice


def _order_pdf(order: Any, input_hash: str) -> RenderedPdf:
    """Shown from the start: what is issued is never discarded."""
    pdf = RenderedPdf.objects.create(
        document_id=order.pk,
        version_id=order.current_version_id,
        kind=invoice_paper.KIND,
        input_hash=input_hash,
        state=WorkState.WAITING,
        first_shown_at=timezone.now(),
    )
    work.wake("pdf")
    return pdf


def _tell(order: SalesDocument, invoice: Invoice, user: Any, key: Any) -> None:
    verb = "credit_note" if invoice.is_credit_note else "invoice"
    data = {
        "invoice": invoice.pk,
        "number": invoice.number,
        "total": invoice.total,
        "digest": invoice.digest,
        "reason": invoice.reason,
        "key": str(key or ""),
    }
    activity.record(order, verb, staff=user, data=data)
    facts = {"invoice": invoice.pk, "reference": invoice.number}
    notifications.shop_acted(order, verb, facts=facts)
