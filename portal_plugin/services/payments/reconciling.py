"""Ask Stripe by ourselves, for what its messages did not reach."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from ...gateways import stripe as gateway
from ...models import PaymentAttempt, SalesDocument
from ...statuses import AttemptState
from . import booking
from .accounts import account_of
from .comparing import reconcile_daily
from .outdating import is_outdated
from .refunding import catch_up
from .starting import take_back
from .walking import walk

logger = logging.getLogger(__name__)

#: A payment that nobody finished is taken back after this; pressing Pay begins a new one.
ABANDONED = timedelta(hours=24)
#: Within its first hour an attempt is asked for this often, then once an hour.
SOON, LATER = timedelta(minutes=2), timedelta(hours=1)
#: A page that waits asks no more often than this.
PATIENCE = timedelta(seconds=2)


def reconcile_open(limit: int = 50) -> int:
    """Bring the attempts up to date that we have not heard of; those we know least of come first.

    Returns how many were asked for. Ends early where Stripe does not answer.
    """
    if not gateway.is_any_configured():
        return 0
    now = timezone.now()
    due = PaymentAttempt.objects.confirmable().filter(
        Q(created_at__gt=now - LATER, updated_at__lte=now - SOON) | Q(updated_at__lte=now - LATER)
    )
    due = due.select_related("document__site").order_by("updated_at", "pk")
    return walk(due[:limit], _catch_up, _touch)


def drain() -> None:
    """The worker of ``portal_sweep``."""
    reconcile_open()
    catch_up()
    reconcile_daily()


def ask_again(document: SalesDocument) -> None:
    """For a customer who waits at the page: ask Stripe now, where its message is not here yet."""
    if not gateway.of_site(document.site).is_configured:
        return
    attempt = document.payment_attempts.confirmable().select_related("document__site").first()
    if attempt is None or attempt.updated_at > timezone.now() - PATIENCE:
        return
    _look(attempt)


def _catch_up(attempt: PaymentAttempt) -> None:
    is_pending = attempt.state == AttemptState.PROCESSING
    is_old = attempt.created_at < timezone.now() - ABANDONED
    if not is_pending and (is_outdated(attempt) or (is_old and not _takes_days(attempt))):
        take_back(attempt)
    else:
        _look(attempt)


def _takes_days(attempt: PaymentAttempt) -> bool:
    """A voucher that is still to be paid at a counter is none that nobody finished: taken back it
    would be worth nothing. Stripe ends it by itself."""
    if not attempt.payment_intent:
        return False
    try:
        return gateway.find_payment(attempt.payment_intent, account_of(attempt)).takes_days
    except gateway.NotFound:
        return False


def _look(attempt: PaymentAttempt) -> None:
    payment, account = attempt.payment_intent, account_of(attempt)
    try:
        if not payment and attempt.checkout_session:
            page = gateway.find_page(attempt.checkout_session, account)
            if page.is_expired:
                booking.end(attempt, AttemptState.CANCELLED)
                return
            payment = page.payment
        if payment:
            booking.apply(gateway.find_payment(payment, account), attempt)
            return
    except gateway.NotFound:
        logger.warning("Attempt %s is not known in this Stripe account.", attempt.pk)
    _touch(attempt)


def _touch(attempt: PaymentAttempt) -> None:
    PaymentAttempt.objects.filter(pk=attempt.pk).update(updated_at=timezone.now())
