"""An order that was paid in full outside the portal."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ...exceptions import NotAvailable
from ...models import LedgerEntry, SalesDocument
from ...models.documents import lock
from .booking import record_offline


def settle(
    document: SalesDocument,
    *,
    method: str = "",
    occurred_at: datetime | None = None,
    user: Any = None,
) -> LedgerEntry:
    """Record the whole balance as paid, as it is under the lock: pressed twice it is paid once.

    Raises ``NotAvailable`` where nothing is left to pay, or a card payment is under way that would
    pay it a second time.
    """
    with transaction.atomic():
        fresh = lock(document)
        if fresh.cancelled_at:
            raise NotAvailable(_("It is cancelled."))
        if not fresh.is_order or not fresh.balance_due:
            raise NotAvailable(_("Nothing is left to pay."))
        if fresh.has_pending_payment:
            raise NotAvailable(_("A payment is under way: wait for the bank's answer."))
        return record_offline(
            fresh, amount=fresh.balance_due, method=method, occurred_at=occurred_at, user=user
        )
