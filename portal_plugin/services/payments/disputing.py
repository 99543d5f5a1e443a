"""What customers' banks ask, and what they take back: written down from what Stripe says.

A chargeback is booked once for each time that the bank takes the money, and a reversal once for
each time that it gives it back: what was won can be lost again. A mere question books nothing. It
is answered at Stripe.
"""

from itertools import zip_longest

from django.db import transaction

from ... import signals
from ...gateways import stripe as gateway
from ...models import Dispute, LedgerEntry, SalesDocument, StripeEvent
from ...models.documents import lock
from ...statuses import DiscrepancyKind, DisputeState, LedgerKind
from .. import activity, notifications
from . import explaining, ledger
from .accounts import account_of
from .booking import close


def apply(answer: gateway.Dispute, payment: LedgerEntry, event: StripeEvent | None = None) -> str:
    """Write what Stripe answered a moment ago, and the event that made us ask, together. Returns
    what was done, in words. Doing it again changes nothing."""
    with transaction.atomic():
        document = lock(payment.document)
        if event is not None and StripeEvent.objects.get(pk=event.pk).handled_at:
            return "handled already"
        outcome = _taken(document, payment, answer)
        if event is not None:
            close(event, outcome)
    return outcome


def _taken(document: SalesDocument, payment: LedgerEntry, answer: gateway.Dispute) -> str:
    if answer.is_live != account_of(payment).is_live:
        return "ignored: other mode"
    if answer.payment != payment.stripe_object:
        return "ignored: another payment"
    if answer.currency != payment.currency:
        _explain(payment, answer)
        return "refused: currency differs"
    row, is_new = _row(document, payment, answer)
    if is_new:
        activity.record(document, "dispute", data={"dispute": row.pk})
        transaction.on_commit(
            lambda: signals.payment_disputed.send(sender=Dispute, document=document, dispute=row),
            robust=True,
        )
    _follow(document, payment, row, answer)
    if is_new and not answer.withdrawals:
        notifications.staff_told(document, "dispute", facts={"dispute": row.pk})
    return f"dispute {row.state}"


def _explain(payment: LedgerEntry, answer: gateway.Dispute) -> None:
    """A bank may ask in the currency of its card, and nobody here can say what that is of the
    order: https://docs.stripe.com/api/disputes/object#dispute_object-amount."""
    explaining.note(
        DiscrepancyKind.AMOUNT,
        account=payment.account,
        stripe_object=answer.id,
        amount=answer.amount,
        currency=answer.currency,
        document=payment.document,
    )


def _row(
    document: SalesDocument, payment: LedgerEntry, answer: gateway.Dispute
) -> tuple[Dispute, bool]:
    row, is_new = Dispute.objects.get_or_create(
        stripe_dispute=answer.id,
        defaults={
            "document_id": document.pk,
            "payment": payment,
            "account": payment.account,
            "amount": answer.amount,
            "currency": answer.currency,
            "state": answer.state,
            "is_live": answer.is_live,
            "opened_at": answer.opened_at,
        },
    )
    if _is_news(row, answer):
        row.state = answer.state
    row.reason, row.answer_by = answer.reason, answer.answer_by
    row.save()
    return row, is_new


def _is_news(row: Dispute, answer: gateway.Dispute) -> bool:
    """What was decided is not undecided by an answer that was asked for before: that one knows of
    less money that moved. But a question that was closed can become a chargeback, and what was
    lost or won can be decided once more."""
    known = len(answer.withdrawals) + len(answer.returns)
    entries = LedgerEntry.objects.filter(document=row.document_id, reference=row.stripe_dispute)
    if known != (booked := entries.count()):
        return known > booked
    if row.state not in DisputeState.ended():
        return True
    if row.state == DisputeState.WON:
        return any(one.amount > 0 for one in answer.moved)
    return answer.is_appealed


def _follow(
    document: SalesDocument, payment: LedgerEntry, row: Dispute, answer: gateway.Dispute
) -> None:
    """One after the other, as it went: each return is that of the withdrawal before it."""
    for taken, returned in zip_longest(answer.withdrawals, answer.returns):
        if taken is None:
            return
        entry = _take(document, payment, row, taken)
        if returned is not None:
            _give_back(document, row, entry, returned)


def _take(
    document: SalesDocument, payment: LedgerEntry, row: Dispute, taken: gateway.Movement
) -> LedgerEntry:
    once = {"account": row.account, "kind": LedgerKind.CHARGEBACK, "stripe_object": taken.id}
    earlier = LedgerEntry.objects.filter(**once).first()
    if earlier is not None:
        return earlier
    entry = LedgerEntry.objects.create(
        document_id=document.pk,
        attempt_id=payment.attempt_id,
        about=payment,
        amount=taken.amount,
        surcharge=ledger.surcharge_gone(payment, -taken.amount),
        currency=row.currency,
        method=payment.method,
        reference=row.stripe_dispute,
        occurred_at=taken.at,
        **once,
    )
    ledger.follow(document, entry, verb="chargeback", signal=None, dispute=row.pk)
    notifications.staff_told(document, "chargeback", facts=ledger.told(entry))
    return entry


def _give_back(
    document: SalesDocument, row: Dispute, gone: LedgerEntry, returned: gateway.Movement
) -> None:
    entry = ledger.give_back(
        document, gone, amount=returned.amount, at=returned.at, stripe_object=returned.id
    )
    if entry is None:
        return
    ledger.follow(document, entry, verb="chargeback_returned", signal=None, dispute=row.pk)
    notifications.staff_told(document, "chargeback_returned", facts=ledger.told(entry))
