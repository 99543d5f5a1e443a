"""Staff verbs that move a document along; none of them is a draft, each leaves an entry."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from .. import days
from ..exceptions import DepositMissing, NotAvailable
from ..models import Order, PortalSettings, SalesDocument, Stage
from ..models.documents import lock
from ..statuses import DocumentState, MoneyAfterCancel
from . import activity, invoices, listing, notifications, pdfs

#: What a new site starts with: internal name, the customer's word, colour, flags.
STARTER_STAGES = [
    (pgettext_lazy("stage", "Preparing"), pgettext_lazy("stage", "In preparation"), "#6b7280", {}),
    (
        pgettext_lazy("stage", "In production"),
        pgettext_lazy("stage", "In production"),
        "#2563eb",
        {"uploads_allowed": False},
    ),
    (
        pgettext_lazy("stage", "Ready for pick-up"),
        pgettext_lazy("stage", "Ready for you"),
        "#b45309",
        {"waits_for_customer": True},
    ),
    (
        pgettext_lazy("stage", "Delivered"),
        pgettext_lazy("stage", "Delivered"),
        "#15803d",
        {"is_final": True, "uploads_allowed": False},
    ),
]


def ensure_stages(site: Any) -> None:
    """The starter set, in the language of the shop's documents, for a site that has none yet."""
    if Stage.objects.filter(site=site).exists():
        return
    with translation.override(PortalSettings.of(site).language or settings.LANGUAGE_CODE):
        Stage.objects.bulk_create(
            Stage(
                site=site,
                position=position,
                name=str(name),
                customer_name=str(word),
                colour=colour,
                **flags,
            )
            for position, (name, word, colour, flags) in enumerate(STARTER_STAGES)
        )


def set_stage(
    document: SalesDocument, stage: Stage | None, user: Any = None, *, note: str = ""
) -> None:
    """A stage that notifies writes to the customer, unless it is another one a moment later. The
    stage that the order has already is no news.

    Raises ``DepositMissing`` where the stage needs it; ``note`` says why it goes on all the same.
    """
    if stage is not None and stage.site_id != document.site_id:
        raise NotAvailable(_("This stage belongs to another site."))
    with transaction.atomic():
        fresh = _living_order(document)
        if fresh.stage_id == (stage.pk if stage else None):
            return
        is_early = stage is not None and stage.needs_deposit and fresh.deposit_due > 0
        if is_early and not note.strip():
            raise DepositMissing
        SalesDocument.objects.filter(pk=fresh.pk).update(stage=stage)
        data = _stage_data(stage) | ({"reason": note.strip()} if is_early else {})
        activity.record(fresh, "stage", staff=user, data=data)
        listing.refresh(fresh)
        notifications.take_back(fresh, "stage", _("The order moved on to another stage."))
        if stage is not None and stage.notifies_customer:
            notifications.shop_acted(fresh, "stage", facts={"stage": stage.customer_name})


def _stage_data(stage: Stage | None) -> dict[str, Any]:
    return {"stage": stage.pk if stage else None, "name": stage.name if stage else ""}


def flags_changed(stage: Stage) -> None:
    """Whose turn it is follows from the stage: bring the lists up to date, order by order."""
    waiting = Order.objects.filter(stage=stage, completed_at=None, cancelled_at=None)
    for order in waiting.only("pk", "kind"):
        with transaction.atomic():
            listing.refresh(lock(order))


def complete(document: SalesDocument, user: Any = None) -> None:
    with transaction.atomic():
        fresh = _living_order(document)
        SalesDocument.objects.filter(pk=fresh.pk).update(completed_at=timezone.now())
        activity.record(fresh, "complete", staff=user)
        listing.refresh(fresh)
        invoices.order_completed(fresh, user)


def cancel(document: SalesDocument, reason: str, user: Any = None, *, money: str = "") -> None:
    """The customer is told, with the reason. What was decided and paid stays readable.

    ``money`` is a ``MoneyAfterCancel``, needed where something was paid: it is written down and
    shown, and no money moves.
    """
    if not reason.strip():
        raise NotAvailable(_("Say why it is cancelled: the customer reads it."))
    with transaction.atomic():
        fresh = lock(document)
        refusal = _why_not_cancelled(fresh)
        if refusal:
            raise NotAvailable(refusal)
        money = _money_after(fresh, money)
        SalesDocument.objects.filter(pk=fresh.pk).update(
            cancelled_at=timezone.now(),
            cancel_reason=reason,
            cancelled_by=user,
            money_after_cancel=money,
        )
        data = {"reason": reason, "money": money, "paid": fresh.paid if money else None}
        activity.record(fresh, "cancel", staff=user, data=data)
        invoices.order_cancelled(lock(fresh), reason, user)
        _after_change(fresh, "cancelled")


def _why_not_cancelled(document: SalesDocument) -> str:
    if document.cancelled_at:
        return _("It is cancelled already.")
    if document.converted_at:
        return _("An order was made from this estimate. Cancel the order.")
    if document.current_version_id is None:
        return _("It never went out. Delete the draft instead.")
    return ""


def _money_after(document: SalesDocument, money: str) -> str:
    if document.paid <= 0:
        return ""
    if money not in MoneyAfterCancel.values:
        raise NotAvailable(_("Say what happens to the money that was paid."))
    return money


def reopen(document: SalesDocument, user: Any = None) -> None:
    with transaction.atomic():
        fresh = lock(document)
        if not (fresh.cancelled_at or fresh.completed_at):
            raise NotAvailable(_("It is open: it is neither cancelled nor completed."))
        SalesDocument.objects.filter(pk=fresh.pk).update(
            cancelled_at=None,
            completed_at=None,
            cancel_reason="",
            cancelled_by=None,
            money_after_cancel="",
        )
        activity.record(fresh, "reopen", staff=user)
        _after_change(fresh, None)


def extend_validity(document: SalesDocument, until: Any, user: Any = None) -> None:
    """``until`` is the last valid day. The one that holds already is no change."""
    if until < days.today():
        raise NotAvailable(_("Choose today or a later day."))
    with transaction.atomic():
        fresh = lock(document)
        is_out = fresh.current_version_id is not None
        if not fresh.is_estimate or fresh.cancelled_at or fresh.converted_at or not is_out:
            raise NotAvailable(_("Only an estimate that is still open can be valid for longer."))
        if fresh.last_valid_day == until:
            return
        SalesDocument.objects.filter(pk=fresh.pk).update(valid_until_override=until)
        activity.record(fresh, "extend", staff=user, data={"until": until.isoformat()})
        _after_change(fresh, None)


def _living_order(document: SalesDocument) -> SalesDocument:
    fresh = lock(document)
    dead = (DocumentState.CANCELLED, DocumentState.COMPLETED, DocumentState.UNPUBLISHED)
    if not fresh.is_order or fresh.state in dead:
        raise NotAvailable(_("Only an order that is out and still open moves on."))
    return fresh


def _after_change(document: SalesDocument, told: str | None) -> None:
    fresh = lock(document)
    listing.refresh(fresh)
    pdfs.order_render(fresh)
    if told:
        notifications.shop_acted(fresh, told)
