"""What Stripe tells us by itself. The body is a hint; what counts is what Stripe answers."""

from django.db.models import QuerySet

from ... import faults
from ...gateways import stripe as gateway
from ...models import LedgerEntry, PaymentAttempt, StripeEvent
from ...statuses import AttemptState
from . import booking, disputing, refund_booking
from .accounts import is_of
from .guarding import stop_testing

#: The types that change something for us; the others are kept and left alone.
_OF_PAYMENTS = frozenset(
    f"payment_intent.{name}"
    for name in ("succeeded", "processing", "payment_failed", "requires_action", "canceled")
)
_OF_PAGES = frozenset(
    f"checkout.session.{name}"
    for name in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
)
_OF_REFUNDS = frozenset(
    ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"]
)
_OF_CHARGES = frozenset(["charge.refunded"])
_OF_DISPUTES = frozenset(
    f"charge.dispute.{name}"
    for name in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
)
KNOWN = _OF_PAYMENTS | _OF_PAGES | _OF_REFUNDS | _OF_CHARGES | _OF_DISPUTES

_OTHER_MODE, _UNKNOWN = "ignored: other mode", "ignored: unknown in this account"
#: What is said of an event while other keys are set than those of the account that it is of. Where
#: those come back it is taken when it is met again: nothing else may tell what it tells.
OF_OTHER_KEYS = (_OTHER_MODE, _UNKNOWN)


def take_event(event: gateway.Event, account: gateway.Account) -> str:
    """Once for each event, for ever, of the account whose secret it was signed with; again where
    it was ignored because of other keys. Returns what was done, in words.

    Raises ``StripeTrouble`` where Stripe could not be asked: it has to send the event again.
    """
    row, _created = StripeEvent.objects.get_or_create(
        account=_signed_for(event, account),
        event_id=event.id,
        defaults={
            "type": event.type,
            "object_id": event.object_id,
            "livemode": event.is_live,
            "created_at": event.created_at,
        },
    )
    faults.reach("webhook.kept")
    if row.outcome in OF_OTHER_KEYS:
        again = StripeEvent.objects.filter(pk=row.pk, outcome__in=OF_OTHER_KEYS)
        again.update(outcome="", handled_at=None)
        row.refresh_from_db()
    if not row.handled_at:
        _take(event, row, account)
        row.refresh_from_db()
    return row.outcome


def _signed_for(event: gateway.Event, account: gateway.Account) -> str:
    """Whose word it is. Whoever knows the secret of one shop may write any ``account`` into a body,
    and must not be able to use up an event of another shop's before it comes."""
    return f"{account.name}/{event.account}"[:64] if event.account else account.name


def _take(event: gateway.Event, row: StripeEvent, account: gateway.Account) -> None:
    if ignored := _ignored(event, account):
        return booking.close(row, ignored)
    try:
        if event.type in _OF_DISPUTES:
            return _take_dispute(gateway.find_dispute(event.object_id, account), row, account)
        if event.type in _OF_REFUNDS:
            return _take_refunds([gateway.find_refund(event.object_id, account)], row, account)
        if event.type in _OF_CHARGES:
            return _take_refunds(gateway.refunds_of_charge(event.object_id, account), row, account)
        payment, ended = _asked(event, account)
    except gateway.NotFound:
        return booking.close(row, _UNKNOWN)
    if ended is not None:
        booking.end(ended, AttemptState.CANCELLED)
        return booking.close(row, "now cancelled")
    attempt = attempt_of(payment, account) if payment else None
    if payment is None or attempt is None:
        return booking.close(row, "ignored: not ours")
    stop_testing(booking.apply(payment, attempt, row))


def _take_refunds(found: list[gateway.Refund], row: StripeEvent, account: gateway.Account) -> None:
    entry = booked(found[0].payment, account) if found else None
    if entry is None:
        return booking.close(row, "ignored: not ours")
    refund_booking.apply(found, entry, row)


def _take_dispute(found: gateway.Dispute, row: StripeEvent, account: gateway.Account) -> None:
    entry = booked(found.payment, account)
    if entry is None:
        return booking.close(row, "ignored: not ours")
    disputing.apply(found, entry, row)


def booked(
    payment_id: str, account: gateway.Account, *, may_write: bool = True
) -> LedgerEntry | None:
    """The entry of a payment. Where we hear of its end before we heard of its beginning, it is
    booked first; a payment of another program has none."""
    if not payment_id:
        return None
    entries = LedgerEntry.objects.of_stripe(payment_id).select_related("document__site")
    entry = entries.first()
    if entry is not None:
        return entry if is_of(entry, account) else None
    if not may_write:
        return None
    payment = gateway.find_payment(payment_id, account)
    attempt = attempt_of(payment, account)
    if attempt is not None:
        booking.apply(payment, attempt)
    return entries.first()


def _ignored(event: gateway.Event, account: gateway.Account) -> str:
    if event.type not in KNOWN:
        return "ignored: nothing to do"
    if event.account:
        return "ignored: connected account"
    if event.is_live != account.is_live:
        return _OTHER_MODE
    return "" if event.object_id else "ignored: no object"


def _asked(
    event: gateway.Event, account: gateway.Account
) -> tuple[gateway.Payment | None, PaymentAttempt | None]:
    """The payment that the event is about; or the attempt whose page closed with none."""
    if event.type in _OF_PAYMENTS:
        return gateway.find_payment(event.object_id, account), None
    page = gateway.find_page(event.object_id, account)
    if page.is_expired:
        return None, _attempt_of_page(page, account)
    return (gateway.find_payment(page.payment, account) if page.payment else None), None


def attempt_of(payment: gateway.Payment, account: gateway.Account) -> PaymentAttempt | None:
    """By our own words on it; a payment of another program in the same account has none."""
    if not payment.document or payment.attempt is None:
        return None
    found = PaymentAttempt.objects.filter(pk=payment.attempt, document__public_id=payment.document)
    return _if_of(found, account)


def _attempt_of_page(page: gateway.Page, account: gateway.Account) -> PaymentAttempt | None:
    return _if_of(PaymentAttempt.objects.filter(checkout_session=page.id), account)


def _if_of(found: QuerySet[PaymentAttempt], account: gateway.Account) -> PaymentAttempt | None:
    attempt = found.select_related("document__site").first()
    return attempt if attempt is not None and is_of(attempt, account) else None
