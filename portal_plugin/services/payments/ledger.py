"""What follows from every booking: history, list, PDF and signal."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from ... import signals
from ...ledger import forgiven_of
from ...models import LedgerEntry, Order, SalesDocument
from ...models.documents import reread
from ...money import ZERO, round_money
from ...statuses import LedgerKind
from .. import activity, listing, notifications, pdfs


def follow(
    document: SalesDocument,
    entry: LedgerEntry,
    *,
    verb: str = "payment",
    signal: Signal | None = signals.payment_received,
    link: Any = None,
    staff: Any = None,
    **kept: Any,
) -> None:
    """In the transaction of the booking, under the document's lock. ``kept`` goes into the
    history's entry."""
    fresh = reread(document)
    facts = {
        "entry": entry.pk,
        "amount": str(round_money(entry.amount, entry.currency)),
        "currency": entry.currency,
        **_parts(entry),
        **kept,
    }
    activity.record(fresh, verb, link=link, staff=staff, data=facts)
    if fresh.overpaid and entry.amount > 0:
        surplus = {"entry": entry.pk, "surplus": str(fresh.overpaid)}
        activity.record(fresh, "overpaid", data=surplus)
        notifications.staff_told(fresh, "overpaid", facts=told(entry))
    listing.refresh(fresh)
    pdfs.order_render(fresh)
    if signal is not None:
        transaction.on_commit(
            lambda: signal.send(sender=LedgerEntry, document=fresh, entry=entry), robust=True
        )


def _parts(entry: LedgerEntry) -> dict[str, str]:
    """What else it says, where it does."""
    parts = {"surcharge": entry.surcharge, "forgiven": entry.forgiven}
    return {name: str(round_money(part, entry.currency)) for name, part in parts.items() if part}


def surcharge_gone(payment: LedgerEntry, amount: Decimal) -> Decimal:
    """What the booking says of the fee where ``amount`` of the payment goes back: zero or below;
    zero or above where a negative ``amount`` comes back. Call under the document's lock; it reads
    anew what went before."""
    if not payment.surcharge:
        return ZERO
    fresh = Order.objects.get(pk=payment.document_id)
    return ZERO - fresh.surcharge_in(amount, payment)


def of_refund(
    payment: LedgerEntry, amount: Decimal, *, is_owed_again: bool
) -> dict[str, Decimal | None]:
    """What the booking of a refund says beside its amount: of the fee, and of what is not owed any
    more. Call under the document's lock; it reads anew what went before."""
    fresh = Order.objects.get(pk=payment.document_id)
    fee = fresh.surcharge_in(amount, payment)
    forgiven = ZERO if is_owed_again else fresh.forgiven_by(amount - fee)
    return {
        "surcharge": ZERO - fee,
        "forgiven": forgiven,
        "order_total": fresh.totals.total if forgiven else None,
    }


def give_back(
    document: SalesDocument,
    gone: LedgerEntry,
    *,
    stripe_object: str | None,
    amount: Decimal | None = None,
    at: datetime | None = None,
) -> LedgerEntry | None:
    """Book the reversal of a refund or chargeback, once for each of Stripe's objects. ``None``
    where it was given back before. Without ``amount`` all of it came back."""
    once = {"account": gone.account, "kind": LedgerKind.REVERSAL, "stripe_object": stripe_object}
    if LedgerEntry.objects.filter(**once).exists():
        return None
    amount = -gone.amount if amount is None else amount
    bookings = [entry.as_booking() for entry in LedgerEntry.objects.filter(document=document.pk)]
    return LedgerEntry.objects.create(
        document_id=document.pk,
        attempt_id=gone.attempt_id,
        about=gone,
        amount=amount,
        surcharge=surcharge_gone(gone.about, -amount) if gone.about else ZERO,
        forgiven=ZERO - forgiven_of(gone.pk, bookings),
        currency=gone.currency,
        method=gone.method,
        reference=gone.reference,
        occurred_at=at or timezone.now(),
        **once,
    )


def told(entry: LedgerEntry) -> dict[str, Any]:
    """What an email tells of it; the amount is written in the reader's language then."""
    return {"entry": entry.pk, "reference": entry.method or entry.reference}
