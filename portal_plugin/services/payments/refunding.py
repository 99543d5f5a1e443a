"""Paying back: through Stripe the way the money came, or outside the portal.

The row of a refund is there before Stripe hears of it, with the key that makes it one refund
however often we have to ask. Nothing here holds a lock while it talks to Stripe.
"""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ... import faults, signals
from ...exceptions import NotAvailable, PortalError
from ...gateways import stripe as gateway
from ...models import LedgerEntry, Refund, SalesDocument
from ...models.documents import lock
from ...money import format_money, round_money
from ...statuses import LedgerKind
from .. import activity, notifications
from . import ledger, refund_booking
from .accounts import account_of
from .reserving import KEY_LIFETIME
from .walking import walk

logger = logging.getLogger(__name__)

PAYMENTS = (LedgerKind.PAYMENT, LedgerKind.OFFLINE)
#: A refund that has no answer is asked for again after this, and after an hour once an hour.
SOON, LATER = timedelta(minutes=2), timedelta(hours=1)


class RefundRefused(PortalError):
    """Stripe said no, and nothing was paid back."""

    sentence = gettext_noop("Stripe did not pay it back: “%(reason)s”")

    def __init__(self, reason: str = "", *, code: str = "") -> None:
        message = _SENTENCES.get(code)
        super().__init__(_(message) if message else _(self.sentence) % {"reason": reason or code})


_SENTENCES = {
    "charge_disputed": gettext_noop(
        "The customer's bank has taken this payment back. It cannot be refunded: answer the bank "
        "at Stripe."
    ),
    "charge_already_refunded": gettext_noop("At Stripe it is paid back already."),
    "insufficient_funds": gettext_noop(
        "The shop's balance at Stripe is too low. Add money to it there, or pay back outside the "
        "portal."
    ),
    "balance_insufficient": gettext_noop(
        "The shop's balance at Stripe is too low. Add money to it there, or pay back outside the "
        "portal."
    ),
}


def refund(
    payment: LedgerEntry,
    *,
    amount: Decimal,
    reason: str,
    is_owed_again: bool = False,
    user: Any = None,
    key: UUID | None = None,
) -> Refund:
    """Pay ``amount`` of a Stripe payment back by the way it came. Call outside any transaction.

    ``is_owed_again``: the customer is to pay it once more; else what is due stays as it was.
    ``key`` is that of one press of the button: the second arrival finds the first one's refund.
    The state of what is returned says how far it is: ``NEW`` where Stripe did not answer, and it is
    asked for again by itself, or has it and cannot pay it back yet. Raises ``NotAvailable``,
    ``RefundRefused``.
    """
    with transaction.atomic():
        row = _reserve(payment, amount, reason, is_owed_again, user, key or uuid4())
    faults.reach("refund.reserved")
    return carry_out(row, tells=False) if row.is_unanswered else row


def refund_outside(
    payment: LedgerEntry,
    *,
    amount: Decimal,
    reason: str,
    method: str = "",
    is_owed_again: bool = False,
    occurred_at: datetime | None = None,
    user: Any = None,
    key: UUID | None = None,
) -> LedgerEntry:
    """Write down that the shop paid back by itself: by transfer, in cash. Raises
    ``NotAvailable``."""
    key = key or uuid4()
    with transaction.atomic():
        document = lock(payment.document)
        earlier = activity.facts_of(document, "refund", key)
        if earlier is not None:
            return LedgerEntry.objects.get(pk=earlier["entry"])
        amount = _checked(document, payment, amount, reason)
        entry = LedgerEntry.objects.create(
            document_id=document.pk,
            about=payment,
            kind=LedgerKind.REFUND,
            amount=-amount,
            **ledger.of_refund(payment, amount, is_owed_again=is_owed_again),
            currency=payment.currency,
            method=method[:50],
            note=reason,
            recorded_by=user,
            occurred_at=occurred_at or timezone.now(),
        )
        ledger.follow(
            document,
            entry,
            verb="refund",
            signal=signals.payment_refunded,
            staff=user,
            key=str(key),
        )
        facts = ledger.told(entry) | {"reply": reason}
        notifications.shop_acted(document, "refund", facts=facts)
    return entry


def carry_out(row: Refund, *, tells: bool) -> Refund:
    """Ask Stripe for it, with the same key as ever. ``tells``: staff read of a refusal by email."""
    order = gateway.RefundOrder(
        amount=row.amount,
        currency=row.currency,
        payment=row.payment.stripe_object or "",
        document=row.document.public_id,
        refund=row.pk,
        key=row.idempotency_key,
        account=account_of(row),
    )
    try:
        answer = gateway.create_refund(order)
        faults.reach("refund.made")
    except gateway.StripeBroke as trouble:
        # It gives this answer to the key again. Whether it was done is found out by `catch_up`.
        is_old = row.created_at < timezone.now() - LATER
        return refund_booking.fail(row, trouble.code or "broken", tells=tells) if is_old else row
    except gateway.NoAnswer:
        return row
    except gateway.Refused as refusal:
        _learn(row.payment)
        if _read(row).is_unanswered:
            refund_booking.fail(row, refusal.code or "refused", tells=tells)
            raise RefundRefused(refusal.reason, code=refusal.code) from refusal
    else:
        refund_booking.apply([answer], row.payment)
    return _read(row)


def catch_up(limit: int = 50) -> int:
    """Ask for the refunds that are not over yet; those that we know least of come first. Returns
    how many were asked for. Ends early where Stripe does not answer."""
    if not gateway.is_any_configured():
        return 0
    now = timezone.now()
    due = Refund.objects.unfinished().filter(
        Q(created_at__gt=now - LATER, updated_at__lte=now - SOON) | Q(updated_at__lte=now - LATER)
    )
    due = due.select_related("document__site", "payment__document__site")
    return walk(due.order_by("updated_at", "pk")[:limit], _ask, _touch)


def _ask(row: Refund) -> None:
    try:
        _catch_up(row)
    except RefundRefused:
        logger.warning("Stripe does not pay refund %s back.", row.pk)  # staff got an email
    _touch(row)


def _touch(row: Refund) -> None:
    Refund.objects.filter(pk=row.pk).update(updated_at=timezone.now())


def _catch_up(row: Refund) -> None:
    """Stripe is asked whether it has it before it is asked for it again: the answer to a key is not
    kept for ever, and one that failed inside is given again and again."""
    account = account_of(row)
    if row.stripe_refund:
        refund_booking.apply([gateway.find_refund(row.stripe_refund, account)], row.payment)
        return
    found = gateway.refunds_of_payment(row.payment.stripe_object or "", account)
    refund_booking.apply(found, row.payment)
    if not _read(row).is_unanswered:
        return
    if row.created_at < timezone.now() - KEY_LIFETIME:
        refund_booking.fail(row, "no_answer", tells=True)
        return
    carry_out(row, tells=True)


def _learn(payment: LedgerEntry) -> None:
    """Stripe may know of refunds that we do not: those explain why it says no."""
    try:
        found = gateway.refunds_of_payment(payment.stripe_object or "", account_of(payment))
    except gateway.StripeTrouble:
        return
    refund_booking.apply(found, payment)


def _read(row: Refund) -> Refund:
    return Refund.objects.select_related("document__site", "payment__document__site").get(pk=row.pk)


def _reserve(
    payment: LedgerEntry,
    amount: Decimal,
    reason: str,
    is_owed_again: bool,
    user: Any,
    key: UUID,
) -> Refund:
    """Under the lock: the row of this press, made where it is new."""
    document = lock(payment.document)
    earlier = Refund.objects.filter(idempotency_key=key, payment=payment).first()
    if earlier is not None:
        return _read(earlier)
    if payment.kind != LedgerKind.PAYMENT or not payment.stripe_object:
        raise NotAvailable(_("This payment did not come through Stripe: pay it back outside."))
    if not account_of(payment).is_configured:
        raise NotAvailable(_("Stripe is not set up here. Pay it back outside the portal."))
    amount = _checked(document, payment, amount, reason)
    _check_units(amount, payment.currency)
    made = Refund.objects.create(
        document_id=document.pk,
        payment=payment,
        idempotency_key=key,
        amount=amount,
        currency=payment.currency,
        reason=reason,
        is_owed_again=is_owed_again,
        staff=user,
        account=payment.account,
    )
    return _read(made)


def _checked(
    document: SalesDocument, payment: LedgerEntry, amount: Decimal, reason: str
) -> Decimal:
    """The amount, rounded. Raises ``NotAvailable``."""
    if payment.kind not in PAYMENTS:
        raise NotAvailable(_("Only a payment of this order can be paid back."))
    if not reason.strip():
        raise NotAvailable(_("Say why it is paid back: the customer reads it."))
    amount = round_money(amount, payment.currency)
    if amount <= 0:
        raise NotAvailable(_("The amount of a refund is more than zero."))
    left = document.left_of(payment)
    if amount > left:
        shown = format_money(left, payment.currency, document.language or "en")
        raise NotAvailable(_("Only %(amount)s is left of this payment.") % {"amount": shown})
    return amount


def _check_units(amount: Decimal, currency: str) -> None:
    try:
        gateway.minor_units(amount, currency)
    except gateway.CannotCharge as error:
        raise NotAvailable(_("Stripe cannot pay back just this amount.")) from error
