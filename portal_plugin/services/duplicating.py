"""Write a document once more: a new draft with the same words and prices, and nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from .. import days, instalments
from ..models import LineItem, PortalSettings, SalesDocument
from ..models.content import DocumentContent
from ..models.documents import lock
from . import activity
from .deriving import ITEM_FIELDS

#: What belongs to the one deal alone.
LEFT_OUT = {
    "purchase_order_number",
    "buyer_reference",
    "valid_until",
    "delivery_on",
    "approve_by",
    "approve_by_reason",
}

COPIED = [f.name for f in DocumentContent._meta.fields if f.name not in LEFT_OUT]


def duplicate(document: SalesDocument, user: Any = None, *, key: UUID | None = None) -> Any:
    """A draft of the same kind, of what staff wrote last: with a family and item keys of its own,
    and without number, links, proofs, files, decisions and payments. The customer sees nothing.

    ``key`` is that of one press of the button: the second arrival finds the first one's copy.
    """
    key = key or uuid4()
    with transaction.atomic():
        fresh = lock(document)
        earlier = activity.facts_of(fresh, "duplicate", key)
        made = earlier and type(fresh).objects.filter(public_id=earlier["copy"]).first()
        if made:
            return made
        copy = _copy(fresh, user)
        data = {"copy": copy.public_id, "key": str(key)}
        activity.record(fresh, "duplicate", staff=user, data=data)
    return copy


def _copy(document: Any, user: Any) -> Any:
    source = document.get_latest_revision_as_object() if document.latest_revision_id else document
    values = {name: getattr(source, name) for name in COPIED}
    plan = instalments.from_day(source.plan, days.today())
    values["instalments"] = instalments.written(plan)
    copy = type(document)(
        site=document.site,
        responsible=document.responsible,
        is_sample=document.is_sample,
        valid_until=_valid_until(source),
        **values,
    )
    names = [name for name in ITEM_FIELDS if name != "key"]
    copy.line_items = [
        LineItem(**{name: getattr(item, name) for name in names}) for item in source.lines
    ]
    copy.save()
    copy.save_revision(user=user)
    return type(document).objects.get(pk=copy.pk)


def _valid_until(source: Any) -> Any:
    """As long as the shop's new estimates are; none where the original had none."""
    lasting = PortalSettings.of(source.site).validity_days
    if not source.valid_until or not lasting:
        return None
    return days.today() + timedelta(days=lasting)
