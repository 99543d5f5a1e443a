"""Items of an estimate that the customer has not decided yet become an estimate of their own."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable
from ..models import Estimate, SalesDocument
from ..models.documents import lock
from ..statuses import DocumentState
from . import activity
from .deriving import derive

OPEN = (DocumentState.WAITING, DocumentState.PARTLY_APPROVED, DocumentState.CHANGES_REQUESTED)


def split_off(estimate: SalesDocument, keys: Collection[UUID], user: Any = None) -> Estimate:
    """The new estimate, published as its version 1; the old one goes out anew without the items.

    Only items that wait can move, each with its alternatives, and at least one stays. Shipping,
    fixed discount and deposit stay with the old one. Raises ``NotAvailable``.
    """
    with transaction.atomic():
        fresh: Any = lock(estimate)
        moved = set(keys)
        refusal = _refusal(fresh, moved)
        if refusal:
            raise NotAvailable(refusal)
        moved = fresh.with_alternatives(moved)
        day = fresh.last_valid_day
        new = derive(Estimate, fresh, moved, is_whole=False, user=user, valid_until=day)
        fresh.line_items = [item for item in fresh.lines if item.key not in moved]
        fresh.save_revision(user=user).publish(user=user, skip_permission_checks=True)
        data = {"estimate": new.public_id, "items": sorted(str(key) for key in moved)}
        activity.record(fresh, "split", staff=user, data=data)
    return new


def _refusal(estimate: SalesDocument, moved: set[UUID]) -> str:
    """Why it cannot be, in a sentence; empty where it can."""
    if not estimate.is_estimate or estimate.state not in OPEN:
        return _("Only an estimate that still waits for the customer can be split.")
    if estimate.has_unpublished_changes:
        return _("Publish or undo your changes first: splitting sends the estimate out anew.")
    if not moved:
        return _("Tick at least one item.")
    if not moved <= set(estimate.standing.waiting_keys):
        return _("Only items that wait for the customer's decision can move to a new estimate.")
    if moved == set(estimate.standing.items):
        return _("Leave at least one item on this estimate.")
    return ""
