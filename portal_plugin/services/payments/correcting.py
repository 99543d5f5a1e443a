"""What was written down wrongly of a payment outside the portal is put right by an entry more."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ...exceptions import NotAvailable
from ...models import LedgerEntry, SalesDocument
from ...models.documents import lock
from ...money import format_money, round_money
from ...statuses import LedgerKind
from .. import activity, notifications
from . import ledger


def correct(
    payment: LedgerEntry, *, amount: Decimal, reason: str, user: Any = None, key: UUID | None = None
) -> LedgerEntry:
    """``amount`` is what truly came: 0 for a payment that never did. Raises ``NotAvailable``.

    ``key`` is that of one press of the button.
    """
    key = key or uuid4()
    with transaction.atomic():
        document = lock(payment.document)
        earlier = activity.facts_of(document, "payment_corrected", key)
        if earlier is not None:
            return LedgerEntry.objects.get(pk=earlier["entry"])
        change = _change(document, payment, amount, reason)
        entry = LedgerEntry.objects.create(
            document_id=document.pk,
            about=payment,
            kind=LedgerKind.CORRECTION,
            amount=change,
            currency=payment.currency,
            method=payment.method,
            note=reason,
            recorded_by=user,
            occurred_at=timezone.now(),
        )
        ledger.follow(
            document, entry, verb="payment_corrected", signal=None, staff=user, key=str(key)
        )
        # They were told the wrong amount when it was written down.
        notifications.shop_acted(document, "payment_corrected", facts=ledger.told(entry))
    return entry


def _change(document: SalesDocument, payment: LedgerEntry, amount: Decimal, reason: str) -> Decimal:
    if payment.kind != LedgerKind.OFFLINE:
        raise NotAvailable(_("Only a payment that staff wrote down can be corrected."))
    if not reason.strip():
        raise NotAvailable(_("Say what was wrong."))
    amount = round_money(amount, payment.currency)
    if amount < 0:
        raise NotAvailable(_("The amount of a payment is not less than zero."))
    change = amount - document.amount_of(payment)
    if not change:
        raise NotAvailable(_("That is the amount that is written down."))
    gone = document.gone_of(payment)
    if amount < gone:
        shown = format_money(gone, payment.currency, document.language or "en")
        raise NotAvailable(_("%(amount)s of it was paid back already.") % {"amount": shown})
    return change
