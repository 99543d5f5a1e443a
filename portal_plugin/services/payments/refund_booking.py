"""What Stripe says of refunds, written down: our row's state, and once the money.

It takes the document's lock first and writes in one transaction, in whatever order news arrive.
Money is booked as soon as Stripe has taken it from the shop's balance, also while the customer's
bank still works on it; where it comes back, a reversal says so.
"""

import logging
from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from ... import faults, signals
from ...gateways import stripe as gateway
from ...models import LedgerEntry, Refund, SalesDocument, StripeEvent
from ...models.documents import lock
from ...statuses import LedgerKind, RefundState
from .. import activity, notifications
from . import ledger
from .booking import close

logger = logging.getLogger(__name__)

_ENDED = (RefundState.SUCCEEDED, RefundState.FAILED)


def apply(
    answers: Iterable[gateway.Refund], payment: LedgerEntry, event: StripeEvent | None = None
) -> str:
    """Write what Stripe answered a moment ago, and the event that made us ask, together. Returns
    what was done, in words. Doing it again changes nothing."""
    with transaction.atomic():
        document = lock(payment.document)
        if event is not None and StripeEvent.objects.get(pk=event.pk).handled_at:
            return "handled already"
        # Oldest first, as they happened.
        ordered = sorted(answers, key=lambda one: (one.created_at or timezone.now(), one.id))
        done = [_taken(document, payment, answer) for answer in ordered]
        outcome = "; ".join(done)[:200] or "ignored: no refund"
        if event is not None:
            close(event, outcome)
        faults.reach("refund.before_commit")
    faults.reach("refund.booked")
    return outcome


def fail(row: Refund, code: str, *, tells: bool) -> Refund:
    """Stripe does not pay it back. ``tells`` writes to staff: nobody is at the page to read it."""
    with transaction.atomic():
        document = lock(row.document)
        fresh = Refund.objects.get(pk=row.pk)
        if fresh.is_unanswered:
            fresh.failure_code = code[:100]
            _end(document, fresh, tells=tells)
    return fresh


def _taken(document: SalesDocument, payment: LedgerEntry, answer: gateway.Refund) -> str:
    if (answer.payment, answer.currency) != (payment.stripe_object, payment.currency):
        return "ignored: another payment or currency"
    row = _row(document, payment, answer)
    if answer.amount != row.amount:
        logger.error(
            "Refund %s is %s %s, but %s was asked for: what Stripe paid back is booked.",
            answer.id,
            answer.amount,
            answer.currency,
            row.amount,
        )
    has_failed = row.state == RefundState.FAILED and row.stripe_refund is not None
    row.stripe_refund = answer.id
    if answer.state == RefundState.FAILED:
        if answer.has_come_back:
            _book(document, row, answer, tells=False)
        _give_back(document, row)
        if not has_failed:
            row.failure_code = answer.failure_code
            _end(document, row, tells=True)
    elif not has_failed:  # else it is an answer that was asked for before
        if answer.state != RefundState.NEW:
            _book(document, row, answer, tells=True)
        row.state = _next_state(row, answer)
        row.ended_at = timezone.now() if row.state in _ENDED else None
        row.failure_code = ""
        row.save()
    return f"refund {row.state}"


def _next_state(row: Refund, answer: gateway.Refund) -> RefundState:
    """What is done stays done, and what has left the shop's balance waits for that no more."""
    now = RefundState(row.state)
    is_older = now == RefundState.PENDING and answer.state == RefundState.NEW
    return now if now == RefundState.SUCCEEDED or is_older else answer.state


def _row(document: SalesDocument, payment: LedgerEntry, answer: gateway.Refund) -> Refund:
    """Ours by Stripe's id, or by our own words on it; else one that was made in the dashboard.

    What is paid back because the card was stolen is no price reduction: it is owed again, or who
    pays with such a card would have it for nothing.
    """
    theirs = Refund.objects.filter(payment=payment)
    found = theirs.filter(stripe_refund=answer.id).first()
    if found is None and answer.refund is not None:
        found = theirs.filter(pk=answer.refund, stripe_refund=None).first()
    return found or Refund.objects.create(
        document_id=document.pk,
        payment=payment,
        idempotency_key=uuid4(),
        amount=answer.amount,
        currency=answer.currency,
        is_owed_again=answer.is_of_fraud,
        account=payment.account,
        stripe_refund=answer.id,
    )


def _book(document: SalesDocument, row: Refund, answer: gateway.Refund, *, tells: bool) -> None:
    once = {"account": row.account, "kind": LedgerKind.REFUND, "stripe_object": answer.id}
    if LedgerEntry.objects.filter(**once).exists():
        return
    entry = LedgerEntry.objects.create(
        document_id=document.pk,
        attempt_id=row.payment.attempt_id,
        about=row.payment,
        amount=-answer.amount,
        **ledger.of_refund(row.payment, answer.amount, is_owed_again=row.is_owed_again),
        currency=answer.currency,
        method=row.payment.method,
        reference=answer.id,
        note=row.reason,
        recorded_by=row.staff,
        occurred_at=answer.created_at or timezone.now(),
        **once,
    )
    signal = signals.payment_refunded
    ledger.follow(document, entry, verb="refund", signal=signal, staff=row.staff, refund=row.pk)
    if tells:
        facts = ledger.told(entry) | {"reply": row.reason}
        notifications.shop_acted(document, "refund", facts=facts)


def _give_back(document: SalesDocument, row: Refund) -> None:
    """A refund that failed after it was booked: the shop has the money again."""
    once = {"account": row.account, "kind": LedgerKind.REFUND, "stripe_object": row.stripe_refund}
    gone = LedgerEntry.objects.filter(**once).first()
    entry = gone and ledger.give_back(document, gone, stripe_object=row.stripe_refund)
    if entry is None:
        return
    ledger.follow(document, entry, verb="refund_returned", signal=None, refund=row.pk)


def _end(document: SalesDocument, row: Refund, *, tells: bool) -> None:
    row.state, row.ended_at = RefundState.FAILED, timezone.now()
    row.save()
    facts = {"refund": row.pk, "amount": str(row.amount), "currency": row.currency}
    activity.record(
        document, "refund_failed", staff=row.staff, data=facts | {"code": row.failure_code}
    )
    if tells:
        notifications.staff_told(document, "refund_failed", facts={"refund": row.pk})
