"""Make the order of an estimate, once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import signals
from ..exceptions import AlreadyConverted, NotAvailable
from ..models import Estimate, LineItem, Order, SalesDocument
from ..models.documents import lock
from ..statuses import DocumentState, ItemState
from . import activity, listing

COPIED = [
    "site",
    "customer",
    "title",
    "language",
    "currency",
    "introduction",
    "closing",
    "delivery_on",
    "delivery_text",
    "purchase_order_number",
    "pays_by",
    "payment_days",
    "discount_percent",
    "shipping_includes_tax",
    "shipping_tax_rate",
    "deposit_percent",
    "responsible",
    "is_sample",
    "family",
]
#: Amounts that are meant for the whole document.
FIXED = ["discount_amount", "shipping_amount", "deposit_amount"]
ITEM_FIELDS = [
    "key",
    "name",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_percent",
    "discount_amount",
    "tax_rate",
    "tax_category",
    "price_includes_tax",
    "is_optional",
    "is_selected",
    "sort_order",
]


def convert(
    estimate: SalesDocument, *, user: Any = None, keys: Sequence[UUID] | None = None
) -> Order:
    """The order of the approved items (or of ``keys`` among them), published as its version 1.

    Items that still wait move to a new estimate. Raises ``AlreadyConverted``, ``NotAvailable``.
    """
    with transaction.atomic():
        fresh = lock(estimate)
        if fresh.converted_at or Order.objects.filter(source_estimate=fresh.pk).exists():
            raise AlreadyConverted
        standing = fresh.standing
        approved = standing.keys(ItemState.APPROVED)
        wanted = [key for key in approved if keys is None or key in keys]
        if not wanted or fresh.state in (DocumentState.CANCELLED, DocumentState.UNPUBLISHED):
            raise NotAvailable(_("No item of this estimate is approved."))
        waiting = set(standing.items) - set(wanted) - set(standing.keys(ItemState.DECLINED))
        order = _new(Order, fresh, wanted, is_whole=True, user=user, source_estimate=fresh)
        if waiting:
            _new(
                Estimate,
                fresh,
                waiting,
                is_whole=False,
                user=user,
                valid_until=fresh.last_valid_day,
            )
        now = timezone.now()
        SalesDocument.objects.filter(pk=fresh.pk).update(
            converted_at=now, final_state=DocumentState.CONVERTED
        )
        activity.record(fresh, "convert", staff=user, data={"order": order.public_id})
        listing.refresh(fresh)
        transaction.on_commit(
            lambda: signals.estimate_converted.send(sender=Estimate, estimate=fresh, order=order),
            robust=True,
        )
    estimate.__dict__.pop("standing", None)
    estimate.converted_at, estimate.final_state = now, DocumentState.CONVERTED
    return order


def _new(model: Any, source: Any, keys: Any, *, is_whole: bool, user: Any, **values: Any) -> Any:
    values |= {name: getattr(source, name) for name in COPIED}
    values["ancestors"] = [source.pk, *source.ancestors]
    if is_whole:
        values |= {name: getattr(source, name) for name in FIXED}
    document = model(**values)
    document.line_items = [
        LineItem(**{name: getattr(item, name) for name in ITEM_FIELDS})
        for item in source.lines
        if item.key in keys
    ]
    document.save()
    document.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    return model.objects.get(pk=document.pk)
