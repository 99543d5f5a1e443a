"""What Stripe says of a payment, written down: the attempt's state, and once the money.

Each function takes the document's lock first and writes in one transaction. What was booked is
never taken back here, in whatever order news arrive.
"""

import logging
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ... import faults
from ...exceptions import NotAvailable
from ...gateways import stripe as gateway
from ...models import Decline, LedgerEntry, PaymentAttempt, SalesDocument, StripeEvent
from ...models.documents import lock
from ...money import round_money
from ...statuses import AMOUNT_DIFFERS, AttemptState, DiscrepancyKind, LedgerKind
from .. import activity, notifications
from . import explaining, ledger, reasons
from .accounts import account_of

logger = logging.getLogger(__name__)

#: What Stripe says in the moment when money comes that was under way.
_ARRIVED = ("payment_intent.succeeded", "checkout.session.async_payment_succeeded")
_ENDED = (AttemptState.SUCCEEDED, AttemptState.FAILED, AttemptState.CANCELLED)


def apply(
    payment: gateway.Payment, attempt: PaymentAttempt, event: StripeEvent | None = None
) -> PaymentAttempt:
    """Write what Stripe answered a moment ago, and the event that made us ask, together.

    Returns the attempt as it is then. Doing it again changes nothing.
    """
    faults.reach("booking.asked")
    with transaction.atomic():
        document = lock(attempt.document)
        fresh = PaymentAttempt.objects.get(pk=attempt.pk)
        if event is not None and StripeEvent.objects.get(pk=event.pk).handled_at:
            return fresh
        outcome = _taken(document, fresh, _dated(payment, fresh, event))
        if event is not None:
            close(event, outcome)
        faults.reach("booking.before_commit")
    faults.reach("booking.committed")
    return fresh


def _dated(
    payment: gateway.Payment, attempt: PaymentAttempt, event: StripeEvent | None
) -> gateway.Payment:
    """With the moment when it came. A direct debit arrives days after the customer's yes, of which
    the charge is: dated back it would be missing where a month was closed meanwhile."""
    if attempt.state != AttemptState.PROCESSING:
        return payment
    told = event.created_at if event is not None and event.type in _ARRIVED else None
    return replace(payment, paid_at=told or timezone.now())


def end(attempt: PaymentAttempt, state: AttemptState, code: str = "") -> PaymentAttempt:
    """``FAILED`` or ``CANCELLED``, for one of which nobody can pay any more."""
    with transaction.atomic():
        lock(attempt.document)
        fresh = PaymentAttempt.objects.get(pk=attempt.pk)
        if fresh.state != AttemptState.SUCCEEDED:
            fresh.failure_code = code or fresh.failure_code
            _move(fresh, state)
            fresh.save()
    return fresh


def give_up(attempt: PaymentAttempt) -> bool:
    """End an attempt that Stripe was not asked about yet. ``False``, with nothing written, where it
    has its payment or page by now: those have to be closed at Stripe."""
    with transaction.atomic():
        lock(attempt.document)
        fresh = PaymentAttempt.objects.get(pk=attempt.pk)
        if fresh.payment_intent or fresh.checkout_session:
            return False
        end(fresh, AttemptState.CANCELLED)
    return True


def keep_page(attempt: PaymentAttempt, page: gateway.Page) -> PaymentAttempt:
    """Remember the hosted page. An attempt that was given up meanwhile stays so."""
    with transaction.atomic():
        lock(attempt.document)
        fresh = PaymentAttempt.objects.get(pk=attempt.pk)
        fresh.checkout_session = page.id
        if fresh.state == AttemptState.NEW:
            _move(fresh, AttemptState.OPEN)
        fresh.save()
    return fresh


def close(event: StripeEvent, outcome: str) -> None:
    StripeEvent.objects.filter(pk=event.pk).update(outcome=outcome, handled_at=timezone.now())


def record_offline(
    document: SalesDocument,
    *,
    amount: Decimal,
    method: str = "",
    occurred_at: datetime | None = None,
    note: str = "",
    user: Any = None,
    key: UUID | None = None,
) -> LedgerEntry:
    """Money that came outside Stripe: by transfer, in cash. Raises ``NotAvailable``.

    ``key`` is that of one press of the button: the second arrival finds the first one's entry.
    """
    key = key or uuid4()
    with transaction.atomic():
        fresh = lock(document)
        earlier = activity.facts_of(fresh, "payment", key)
        if earlier is not None:
            return LedgerEntry.objects.get(pk=earlier["entry"])
        currency = fresh.totals.currency
        amount = round_money(amount, currency)
        if not fresh.is_order or fresh.current_version_id is None:
            raise NotAvailable(_("Payments are recorded on orders that are out."))
        if fresh.cancelled_at:
            raise NotAvailable(_("It is cancelled. Open it again to record a payment."))
        if amount <= 0:
            raise NotAvailable(_("The amount of a payment is more than zero."))
        entry = LedgerEntry.objects.create(
            document_id=fresh.pk,
            kind=LedgerKind.OFFLINE,
            amount=amount,
            currency=currency,
            method=method[:50],
            note=note,
            recorded_by=user,
            occurred_at=occurred_at or timezone.now(),
        )
        ledger.follow(fresh, entry, staff=user, key=str(key))
        notifications.shop_acted(fresh, "payment", facts=ledger.told(entry))
    return entry


def _taken(document: SalesDocument, attempt: PaymentAttempt, payment: gateway.Payment) -> str:
    """Under the lock. Returns what was done, in words for the record of the event."""
    if (payment.document, payment.attempt) != (document.public_id, attempt.pk):
        return "ignored: not this attempt"
    if payment.is_live != account_of(attempt).is_live:
        return "ignored: other mode"
    is_another = attempt.payment_intent not in (None, payment.id)
    if is_another and payment.state != AttemptState.SUCCEEDED:
        return "ignored: another payment of this attempt"
    if not _is_what_was_asked(attempt, payment):
        return _refuse(attempt, payment)
    before = attempt.state
    if attempt.payment_intent is None:
        attempt.payment_intent = payment.id
    _move(attempt, _next_state(attempt, payment))
    if payment.state == AttemptState.FAILED and payment.failure_code:
        _declined(attempt, payment)
    if attempt.state == AttemptState.FAILED:
        attempt.failure_code = payment.failure_code[:100]
        attempt.failure_message = payment.failure_message
    elif attempt.state == AttemptState.SUCCEEDED:
        # On one form another card may be taken after the first was declined.
        attempt.failure_code = attempt.failure_message = ""
    attempt.save()
    if payment.state == AttemptState.SUCCEEDED:
        return _book(document, attempt, payment)
    if before == AttemptState.PROCESSING and attempt.state == AttemptState.FAILED:
        _bounced(document, attempt)
    return f"now {attempt.state}"


def _declined(attempt: PaymentAttempt, payment: gateway.Payment) -> None:
    """Each declined card once, however often we hear of it."""
    Decline.objects.get_or_create(
        attempt=attempt,
        reference=payment.charge or f"{payment.id} {payment.failure_code}"[:255],
        defaults={"code": payment.failure_code[:100]},
    )


def _bounced(document: SalesDocument, attempt: PaymentAttempt) -> None:
    """A payment that was under way for days came to nothing; nobody is at the page to see it."""
    facts = {"attempt": attempt.pk, "reason": attempt.failure_code}
    activity.record(document, "payment_failed", link=attempt.link, data=facts)
    with translation.override(document.language or translation.get_language()):
        why = {"reply": reasons.sentence(attempt.failure_code)}
    notifications.shop_acted(document, "payment_failed", facts=why)
    notifications.staff_told(document, "payment_failed")


def _is_what_was_asked(attempt: PaymentAttempt, payment: gateway.Payment) -> bool:
    """Where no money came it is all the same how much of it did not."""
    if payment.state in (AttemptState.FAILED, AttemptState.CANCELLED):
        return True
    came = payment.received if payment.state == AttemptState.SUCCEEDED else payment.amount
    return (came, payment.currency) == (attempt.charged, attempt.currency)


def _refuse(attempt: PaymentAttempt, payment: gateway.Payment) -> str:
    """Another amount or currency than we asked for. Nobody but the shop's own account can have
    done that; it is for a person to look at, and the customer is not asked to pay again."""
    logger.error(
        "Payment %s is %s %s, but attempt %s asked for %s %s: nothing is booked.",
        payment.id,
        payment.received or payment.amount,
        payment.currency,
        attempt.pk,
        attempt.charged,
        attempt.currency,
    )
    attempt.failure_code = AMOUNT_DIFFERS
    if payment.state == AttemptState.SUCCEEDED:
        _explain(attempt, payment)
    if payment.state in (AttemptState.SUCCEEDED, AttemptState.PROCESSING):
        attempt.payment_intent = attempt.payment_intent or payment.id
        _move(attempt, _next_state(attempt, payment, AttemptState.PROCESSING))
    attempt.save()
    return "refused: amount or currency differs"


def _explain(attempt: PaymentAttempt, payment: gateway.Payment) -> None:
    explaining.note(
        DiscrepancyKind.AMOUNT,
        account=attempt.account,
        stripe_object=payment.id,
        amount=payment.received,
        currency=payment.currency,
        document=attempt.document,
    )


def _next_state(
    attempt: PaymentAttempt, payment: gateway.Payment, wanted: AttemptState | None = None
) -> AttemptState:
    """Paid stays paid. Given up stays given up, unless money came after all. News of an older one
    never make a second unfinished attempt."""
    now = AttemptState(attempt.state)
    wanted = wanted or payment.state
    if now == AttemptState.SUCCEEDED or wanted == AttemptState.SUCCEEDED:
        return AttemptState.SUCCEEDED
    if now == AttemptState.CANCELLED:
        return now
    unfinished = AttemptState.unfinished()
    if wanted in unfinished and now not in unfinished:
        others = PaymentAttempt.objects.filter(document=attempt.document_id).unfinished()
        return now if others.exists() else wanted
    return wanted


def _move(attempt: PaymentAttempt, state: AttemptState) -> None:
    attempt.state = state
    if state in _ENDED:
        attempt.ended_at = attempt.ended_at or timezone.now()
    else:
        attempt.ended_at = None


def _book(document: SalesDocument, attempt: PaymentAttempt, payment: gateway.Payment) -> str:
    once = {"account": attempt.account, "kind": LedgerKind.PAYMENT, "stripe_object": payment.id}
    earlier = LedgerEntry.objects.filter(**once).first()
    if earlier is not None:
        return _note_fee(earlier, payment)
    entry = LedgerEntry.objects.create(
        document_id=document.pk,
        attempt=attempt,
        amount=payment.received,
        surcharge=attempt.surcharge,
        currency=payment.currency,
        fee=payment.fee,
        method=payment.method,
        reference=payment.charge or payment.id,
        occurred_at=payment.paid_at or timezone.now(),
        **once,
    )
    if not gateway.is_let_in(payment.way, attempt.methods):
        # The money is the order's, but in this way it would have been with another fee.
        _explain(attempt, payment)
    ledger.follow(document, entry, link=attempt.link)
    notifications.customer_acted(document, "payment", link=attempt.link, facts=ledger.told(entry))
    return "booked"


def _note_fee(entry: LedgerEntry, payment: gateway.Payment) -> str:
    """Stripe collects a payment after it has said yes to it, and says then what it keeps of it:
    https://docs.stripe.com/payments/payment-intents/asynchronous-capture."""
    if entry.fee is not None or payment.fee is None:
        return "already booked"
    LedgerEntry.objects.filter(pk=entry.pk).update(fee=payment.fee)
    return "fee noted"
