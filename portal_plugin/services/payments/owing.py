"""Whether what was paid back is owed again, said after the refund: an entry more, that moves no
money."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ...exceptions import NotAvailable
from ...models import LedgerEntry, SalesDocument
from ...models.documents import lock, reread
from ...money import ZERO
from ...statuses import LedgerKind
from .. import activity, notifications
from . import ledger

FORGIVEN, OWED_AGAIN = "refund_forgiven", "refund_owed_again"


def say_owed(
    refund: LedgerEntry,
    *,
    is_owed_again: bool,
    reason: str,
    user: Any = None,
    key: UUID | None = None,
) -> LedgerEntry:
    """All of a refund is owed again; or nothing more of it, as far as anything is due. Raises
    ``NotAvailable``.

    ``key`` is that of one press of the button: the second arrival finds the first one's entry.
    """
    key, verb = key or uuid4(), OWED_AGAIN if is_owed_again else FORGIVEN
    with transaction.atomic():
        document = lock(refund.document)
        earlier = activity.facts_of(document, verb, key)
        if earlier is not None:
            return LedgerEntry.objects.get(pk=earlier["entry"])
        change = _change(document, refund, is_owed_again, reason)
        due_before = document.balance_due
        entry = LedgerEntry.objects.create(
            document_id=document.pk,
            attempt_id=refund.attempt_id,
            about=refund,
            kind=LedgerKind.FORGIVENESS,
            amount=ZERO,
            forgiven=change,
            order_total=document.totals.total if change > 0 else None,
            currency=refund.currency,
            note=reason,
            recorded_by=user,
            occurred_at=timezone.now(),
        )
        ledger.follow(document, entry, verb=verb, signal=None, staff=user, key=str(key))
        now = reread(document)
        asked = now.balance_due - due_before
        if asked:  # else they would read of an amount that nobody asks for
            facts = ledger.told(entry) | {"asked": str(asked)}
            notifications.shop_acted(document, verb, facts=facts)
    return entry


def _change(
    document: SalesDocument, refund: LedgerEntry, is_owed_again: bool, reason: str
) -> Decimal:
    if refund.kind != LedgerKind.REFUND:
        raise NotAvailable(_("This is no refund of this order."))
    if not reason.strip():
        raise NotAvailable(_("Say why."))
    if is_owed_again:
        change = -document.forgiven_of(refund)
    else:
        change = document.forgivable_of(refund)
    if not change:
        raise NotAvailable(_("That changes nothing of what is to be paid."))
    return change
