"""Start a payment, or go on with the one that was started: never two at a time for one order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.urls import reverse
from django.utils import translation

from ... import faults
from ...exceptions import PaymentUnavailable
from ...gateways import stripe as gateway
from ...models import DirectLink, PaymentAttempt, SalesDocument
from ...models.documents import lock
from ...statuses import AttemptState
from . import booking, method_fees
from .accounts import account_of
from .checking import PaymentPending
from .offers import purpose_text
from .reserving import Wish, reserve

T = TypeVar("T")

#: How often a payment that ended under our hands is begun anew before we give up.
TRIES = 4


@dataclass(frozen=True)
class Started:
    """One of: the card form's secret, the hosted page's address, or neither where it turned out to
    be paid or under way already. The secret is for the customer's browser alone: never stored,
    never logged."""

    attempt: PaymentAttempt
    client_secret: str = field(default="", repr=False)
    page_url: str = field(default="", repr=False)


def begin(
    document: SalesDocument,
    *,
    link: DirectLink | None,
    is_hosted: bool = False,
    shown: Decimal | None = None,
    amount: Decimal | None = None,
    address: str | None = None,
    way: str = "",
    fees: str | None = None,
) -> Started:
    """Call outside any transaction. Our row is there before Stripe hears of it; a second call,
    also at the same moment, goes on with the same row and so with the same payment.
    ``amount`` is another one than is due, where the shop takes such. Where it takes fees ``way`` is
    the name of the ``Way`` that was chosen, and ``fees`` what the page showed of them.

    Raises ``NotAvailable``, ``AmountChanged``, ``PaymentUnavailable``, ``WayRefused``.
    """
    for _try in range(TRIES):
        with transaction.atomic():
            attempt, in_the_way = reserve(
                lock(document), Wish(link, is_hosted, shown, amount, address, way, fees)
            )
        for other in in_the_way:
            _out_of_the_way(other)
        if attempt is not None:
            faults.reach("pay.reserved")
            started = _open_page(attempt) if is_hosted else _open_form(attempt)
            if started is not None:
                return started
    raise PaymentUnavailable


def _out_of_the_way(attempt: PaymentAttempt) -> PaymentAttempt:
    """Raises ``PaymentPending`` where Stripe lets nobody take it back: a voucher that its page gave
    may be paid for days, and a second payment would be one too many."""
    taken = take_back(attempt)
    if taken.state == AttemptState.OPEN:
        raise PaymentPending
    return taken


def take_back(attempt: PaymentAttempt) -> PaymentAttempt:
    """Make sure at Stripe that nobody can pay it any more; write down what it had become."""
    if booking.give_up(attempt):
        return _read(attempt)
    attempt = _read(attempt)
    account = account_of(attempt)
    try:
        if attempt.checkout_session:
            page = gateway.close_page(attempt.checkout_session, account)
            if page.payment and not page.is_expired:
                return _after_page(page.payment, attempt)
        elif attempt.payment_intent:
            payment = gateway.cancel_payment(attempt.payment_intent, account)
            if payment.state != AttemptState.CANCELLED:
                return booking.apply(payment, attempt)
            # What else stands on it by now makes no difference any more.
    except gateway.NotFound:
        # Another account or mode than when it was started: nobody can pay it here.
        pass
    return booking.end(attempt, AttemptState.CANCELLED)


def _after_page(payment_id: str, attempt: PaymentAttempt) -> PaymentAttempt:
    """A page that somebody has paid on takes no second payment: where the first one came to
    nothing, as a direct debit may days later, nobody can pay there any more."""
    payment = gateway.find_payment(payment_id, account_of(attempt))
    fresh = booking.apply(payment, attempt)
    if payment.state == AttemptState.FAILED:
        return booking.end(fresh, AttemptState.CANCELLED)
    return fresh


def _read(attempt: PaymentAttempt) -> PaymentAttempt:
    """Whoever started it may have got its payment from Stripe since we looked."""
    return PaymentAttempt.objects.select_related("document__site").get(pk=attempt.pk)


def _open_form(attempt: PaymentAttempt) -> Started | None:
    """``None``: it ended meanwhile; look again what is due."""
    try:
        if attempt.payment_intent:
            payment = gateway.find_payment(attempt.payment_intent, account_of(attempt))
        else:
            payment = _made(attempt, lambda: gateway.create_payment(_order(attempt)))
            faults.reach("pay.created")
    except (gateway.NotFound, gateway.KeyReused):
        booking.end(attempt, AttemptState.CANCELLED)
        return None
    if payment.state == AttemptState.FAILED:
        # A card was declined before; the next one may be tried.
        fresh = PaymentAttempt.objects.get(pk=attempt.pk)
    else:
        fresh = booking.apply(payment, attempt)
        faults.reach("pay.saved")
    if fresh.state == AttemptState.OPEN and payment.amount == fresh.charged:
        return Started(fresh, client_secret=payment.client_secret)
    if fresh.state in (AttemptState.OPEN, AttemptState.CANCELLED):
        take_back(fresh)  # another amount by now, or given up by somebody else while Stripe made it
    return _settled(fresh)


def _open_page(attempt: PaymentAttempt) -> Started | None:
    try:
        if attempt.checkout_session:
            page = gateway.find_page(attempt.checkout_session, account_of(attempt))
        else:
            page = _made(attempt, lambda: _make_page(attempt))
    except (gateway.NotFound, gateway.KeyReused):
        booking.end(attempt, AttemptState.CANCELLED)
        return None
    fresh = booking.keep_page(attempt, page)
    if page.is_open and fresh.state == AttemptState.OPEN:
        return Started(fresh, page_url=page.url)
    return _settled(_out_of_the_way(fresh))


def _made(attempt: PaymentAttempt, make: Callable[[], T]) -> T:
    """Run ``make``; a refusal, and a failure that Stripe would repeat, end the attempt."""
    try:
        return make()
    except (gateway.NotFound, gateway.KeyReused):
        raise
    except (gateway.Refused, gateway.StripeBroke) as trouble:
        booking.end(attempt, AttemptState.FAILED, trouble.code or "refused")
        if trouble.code in ("amount_too_small", "amount_too_large"):
            raise gateway.CannotCharge from trouble
        raise


def _settled(attempt: PaymentAttempt) -> Started | None:
    is_settled = attempt.state in (AttemptState.SUCCEEDED, AttemptState.PROCESSING)
    return Started(attempt) if is_settled else None


def _order(attempt: PaymentAttempt) -> gateway.Order:
    document = attempt.document
    return gateway.Order(
        amount=attempt.charged,
        surcharge=attempt.surcharge,
        methods=attempt.methods,
        currency=attempt.currency,
        description=_description(attempt),
        document=document.public_id,
        attempt=attempt.pk,
        key=attempt.idempotency_key,
        account=account_of(attempt),
    )


def _make_page(attempt: PaymentAttempt) -> gateway.Page:
    document = attempt.document
    root, names = document.site.root_url, {"public_id": document.public_id}
    return gateway.create_page(
        _order(attempt),
        name=_description(attempt),
        fee_name=_fee_name(attempt),
        return_url=root + reverse("portal_plugin:payment_return", kwargs=names),
        back_url=root + reverse("portal_plugin:document", kwargs=names),
    )


def _fee_name(attempt: PaymentAttempt) -> str:
    with translation.override(attempt.document.language or translation.get_language()):
        return method_fees.fee_text(attempt.methods)


def _description(attempt: PaymentAttempt) -> str:
    """In the document's language: the same words again, whoever asks."""
    document = attempt.document
    with translation.override(document.language or translation.get_language()):
        return purpose_text(
            attempt.purpose, document.number or document.public_id, attempt.instalment
        )
