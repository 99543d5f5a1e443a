"""Make the order of an estimate, once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import signals
from ..exceptions import AlreadyConverted, NotAvailable
from ..models import Estimate, Order, SalesDocument
from ..models.documents import lock
from ..statuses import DocumentState, ItemState
from . import activity, listing
from .deriving import derive

CLOSED = (DocumentState.CANCELLED, DocumentState.UNPUBLISHED, DocumentState.DECLINED)


def convert(
    estimate: SalesDocument,
    *,
    user: Any = None,
    keys: Sequence[UUID] | None = None,
    takes_all: bool = False,
) -> Order:
    """The order of the approved items (or of ``keys`` among them), published as its version 1.

    Items that still wait or were left out move to a new estimate, with the approvals that they
    have and what can be chosen in their place; with ``takes_all`` they come into the order too,
    and wait for the customer's approval there. Raises ``AlreadyConverted``, ``NotAvailable``.
    """
    with transaction.atomic():
        fresh = lock(estimate)
        if fresh.converted_at or Order.objects.filter(source_estimate=fresh.pk).exists():
            raise AlreadyConverted
        wanted, rest = _parts(fresh, keys, takes_all)
        order = derive(Order, fresh, wanted, is_whole=True, user=user, source_estimate=fresh)
        data = {"order": order.public_id}
        if rest:
            day = fresh.last_valid_day
            other = derive(Estimate, fresh, rest, is_whole=False, user=user, valid_until=day)
            data["rest"] = other.public_id
        now = timezone.now()
        SalesDocument.objects.filter(pk=fresh.pk).update(
            converted_at=now, final_state=DocumentState.CONVERTED
        )
        activity.record(fresh, "convert", staff=user, data=data)
        listing.refresh(fresh)
        transaction.on_commit(
            lambda: signals.estimate_converted.send(sender=Estimate, estimate=fresh, order=order),
            robust=True,
        )
    estimate.__dict__.pop("standing", None)
    estimate.converted_at, estimate.final_state = now, DocumentState.CONVERTED
    return order


def rest_of(estimate: SalesDocument) -> SalesDocument | None:
    """Of one that became an order, the new estimate of the items that are not in it; ``None`` where
    all are."""
    entry = estimate.activities.filter(verb="convert").latest("sequence")
    name = activity.facts(entry).get("rest")
    return SalesDocument.objects.filter(public_id=name).first() if name else None


def _parts(
    estimate: SalesDocument, keys: Sequence[UUID] | None, takes_all: bool
) -> tuple[set[UUID], set[UUID]]:
    """The keys that make the order, and those that stay an estimate. Raises ``NotAvailable``."""
    standing = estimate.standing
    if estimate.state in CLOSED:
        raise NotAvailable(_("This estimate is not open: no order can be made from it."))
    if standing.change_to_confirm:
        raise NotAvailable(_("The customer has not confirmed yet what changed around the items."))
    not_declined = set(standing.items) - set(standing.keys(ItemState.DECLINED))
    if takes_all:
        return not_declined, set()
    approved = standing.keys(ItemState.APPROVED)
    wanted = set(approved if keys is None else keys)
    if keys is not None and not wanted:
        raise NotAvailable(_("Tick at least one item."))
    if not wanted <= set(approved):
        raise NotAvailable(_("Only approved items can become an order. Please look again."))
    if not wanted:
        raise NotAvailable(_("No item of this estimate is approved."))
    return wanted, estimate.with_alternatives(not_declined - wanted)
