"""A document made of another one, out at once: an order, or the rest of an estimate."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from ..models import LineItem

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
    "buyer_reference",
    "pays_by",
    "payment_days",
    "discount_percent",
    "shipping_includes_tax",
    "shipping_tax_rate",
    "deposit_percent",
    "deposit_least",
    "instalments",
    "rounding_unit",
    "approvals_needed",
    "asks_signature",
    "asks_drawn_signature",
    "asks_purchase_order",
    "asks_checklist",
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
    "alternative_group",
    "sort_order",
]


def derive(
    model: Any,
    source: Any,
    keys: Collection[UUID],
    *,
    is_whole: bool,
    user: Any = None,
    **values: Any,
) -> Any:
    """The ``Estimate`` or ``Order`` of the items with ``keys``, published as its version 1.

    It has ``source`` among its ancestors, and its keys: what was said and decided about the items
    is read by them. Amounts that are meant for a whole go along only where it ``is_whole``.
    """
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
    if document.is_order:
        _settle_choices(document.line_items.all())
    document.save()
    document.save_revision(user=user).publish(user=user, skip_permission_checks=True)
    return model.objects.get(pk=document.pk)


def _settle_choices(items: Any) -> None:
    """What was chosen is ordered: on an order nothing of it is open any more."""
    for item in items:
        item.is_optional, item.is_selected, item.alternative_group = False, True, ""
