"""What follows from every booking: history, list, PDF and signal."""

from typing import Any

from django.db import transaction
from django.dispatch import Signal

from ... import signals
from ...models import LedgerEntry, SalesDocument
from ...money import round_money
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
    fresh = type(document).objects.get(pk=document.pk)
    facts = {
        "entry": entry.pk,
        "amount": str(round_money(entry.amount, entry.currency)),
        "currency": entry.currency,
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


def told(entry: LedgerEntry) -> dict[str, Any]:
    """What an email tells of it; the amount is written in the reader's language then."""
    return {"entry": entry.pk, "reference": entry.method or entry.reference}
