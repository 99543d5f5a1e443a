"""Everything that Stripe knows of a time against everything that we know.

It closes the gaps that lost messages leave: events of the last 30 days go the webhook's way, and
what is older is found by the payments, refunds and disputes themselves. Doing it again changes
nothing. What it cannot explain it keeps for a person to look at.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ... import faults
from ...gateways import stripe as gateway
from ...models import LedgerEntry, PaymentAttempt, Reconciliation, SalesDocument, StripeEvent
from ...statuses import AttemptState, DiscrepancyKind, LedgerKind
from .. import work
from . import booking, disputing, explaining, refund_booking
from .events import KNOWN, OF_OTHER_KEYS, attempt_of, booked, take_event

logger = logging.getLogger(__name__)

#: For so long Stripe lists events: https://docs.stripe.com/api/events.
EVENTS_KEPT = timedelta(days=30)
#: How far back the objects themselves are looked at, from the last time: a payment is older than
#: the day on which it arrives, by a direct debit's days.
OVERLAP = timedelta(days=3)
#: Where nobody compared for longer than events are kept.
LONG_OVERLAP = timedelta(days=30)
EVERY = timedelta(hours=24)
#: Events are looked up by so many at once.
CHUNK = 200

Row = TypeVar("Row")


@dataclass
class Found:
    """How much was looked at, and how much of it was news."""

    account: str = ""
    seen: int = 0
    news: int = 0
    unexplained: int = 0


def reconcile(since: datetime | None = None, *, is_dry: bool = False) -> list[Found]:
    """Each account once. ``since`` asks further back than the last time would. With ``is_dry``
    nothing is written: what would be news is counted.

    Raises ``StripeTrouble`` where Stripe does not answer; what was found until then is kept. So it
    is where there is no time left: that account's day is not over then, and it is compared again.
    """
    return [_compare(account, since, is_dry=is_dry) for account in gateway.every()]


def reconcile_daily() -> None:
    """For the sweep: each account that was not compared for a day."""
    for account in gateway.every():
        last = Reconciliation.objects.filter(account=account.name).first()
        if last is not None and last.ended_at and last.ended_at > timezone.now() - EVERY:
            continue
        if not work.time_left():
            return
        try:
            _compare(account)
        except gateway.NoAnswer:
            continue
        except gateway.Refused as refusal:
            logger.warning("Account %r cannot be compared: %s", account.name, refusal.code)
        except Exception:
            # A worker's outermost loop: the other shops' money is compared all the same.
            logger.exception("Comparing account %r broke down", account.name)
            work.one_broke_down()


def _compare(
    account: gateway.Account, since: datetime | None = None, *, is_dry: bool = False
) -> Found:
    began, found = timezone.now(), Found(account.name)
    since = since or _since(account)
    for event in _in_time(_unheard(began - EVENTS_KEPT, account, found)):
        found.news += 1
        if not is_dry:
            take_event(event, account)
            faults.reach("reconcile.event")
    seen = set()
    for payment in _in_time(gateway.payments_since(since, account)):
        found.seen += 1
        seen.add(payment.id)
        _payment(payment, account, found, is_dry=is_dry)
    for refund in _in_time(gateway.refunds_since(since, account)):
        found.seen += 1
        _refund(refund, account, found, is_dry=is_dry)
    for dispute in _in_time(gateway.disputes_since(since, account)):
        found.seen += 1
        _dispute(dispute, account, found, is_dry=is_dry)
    for entry in _in_time(_never_seen(since, seen, account)):
        _look_for(entry, account, found, is_dry=is_dry)
    if not is_dry and work.time_left():
        faults.reach("reconcile.compared")
        Reconciliation.objects.update_or_create(
            account=account.name, defaults={"events_until": began, "ended_at": timezone.now()}
        )
    return found


def _in_time(rows: Iterable[Row]) -> Iterator[Row]:
    """Nothing more is asked for when the time is over. What comes after needs all of what was
    before, and never begins: the time does not come back."""
    found = iter(rows)
    while work.time_left() and (row := next(found, None)) is not None:
        yield row


def _since(account: gateway.Account) -> datetime:
    """From when on payments are looked at: the last time, or our first try to be paid."""
    last = Reconciliation.objects.filter(account=account.name).first()
    if last is not None and last.events_until:
        is_long_ago = last.events_until < timezone.now() - (EVENTS_KEPT - OVERLAP)
        return last.events_until - (LONG_OVERLAP if is_long_ago else OVERLAP)
    first = PaymentAttempt.objects.order_by("created_at").values_list("created_at", flat=True)
    return (first.first() or timezone.now()) - OVERLAP


def _unheard(since: datetime, account: gateway.Account, found: Found) -> Iterator[gateway.Event]:
    """The events that we have not taken yet; oldest first of each chunk."""
    chunk: list[gateway.Event] = []
    for event in _in_time(gateway.events_since(since, KNOWN, account)):
        found.seen += 1
        chunk.append(event)
        if len(chunk) == CHUNK:
            yield from _new_of(chunk, account)
            chunk = []
    yield from _new_of(chunk, account)


def _new_of(chunk: list[gateway.Event], account: gateway.Account) -> Iterator[gateway.Event]:
    ids = [event.id for event in chunk]
    events = StripeEvent.objects.filter(account=account.name, event_id__in=ids)
    taken = events.filter(handled_at__isnull=False).exclude(outcome__in=OF_OTHER_KEYS)
    known = set(taken.values_list("event_id", flat=True))
    yield from (event for event in reversed(chunk) if event.id not in known)


def _payment(
    payment: gateway.Payment, account: gateway.Account, found: Found, *, is_dry: bool
) -> None:
    attempt = attempt_of(payment, account)
    if attempt is None:
        if payment.state == AttemptState.SUCCEEDED:
            _unexplained(payment, account, found, is_dry=is_dry)
        return
    if payment.state not in (AttemptState.SUCCEEDED, AttemptState.PROCESSING):
        return
    entry = LedgerEntry.objects.of_stripe(payment.id).first()
    if entry is not None and (entry.fee is not None or payment.fee is None):
        return
    if payment.state == AttemptState.PROCESSING and attempt.state == AttemptState.PROCESSING:
        return
    found.news += 1
    if not is_dry:
        booking.apply(payment, attempt)


def _unexplained(
    payment: gateway.Payment, account: gateway.Account, found: Found, *, is_dry: bool
) -> None:
    """Money with our name on it, that nobody here asked for. Whoever has an account can write any
    order on it: another shop's is not told."""
    named = SalesDocument.objects.filter(public_id=payment.document).select_related("site").first()
    is_theirs = named and gateway.of_site(named.site).secret_key == account.secret_key
    found.unexplained += 1
    if not is_dry:
        explaining.note(
            DiscrepancyKind.UNKNOWN,
            account=account.name,
            stripe_object=payment.id,
            amount=payment.received,
            currency=payment.currency,
            document=named if is_theirs else None,
        )


def _refund(
    refund: gateway.Refund, account: gateway.Account, found: Found, *, is_dry: bool
) -> None:
    entry = booked(refund.payment, account, may_write=not is_dry)
    if entry is not None:
        write = partial(refund_booking.apply, [refund], entry)
        found.news += _is_news(entry, write, is_dry=is_dry)


def _dispute(
    dispute: gateway.Dispute, account: gateway.Account, found: Found, *, is_dry: bool
) -> None:
    entry = booked(dispute.payment, account, may_write=not is_dry)
    if entry is not None:
        write = partial(disputing.apply, dispute, entry)
        found.news += _is_news(entry, write, is_dry=is_dry)


def _is_news(entry: LedgerEntry, write: Callable[[], object], *, is_dry: bool) -> bool:
    """Whether writing it changes anything. What is only tried out is written and rolled back, so
    that both say the same; nobody is asked meanwhile, and what waits for the commit never runs."""
    with transaction.atomic() if is_dry else nullcontext():
        before = _written(entry)
        write()
        is_news = _written(entry) != before
        if is_dry:
            transaction.set_rollback(True)
    return is_news


def _written(entry: LedgerEntry) -> list[object]:
    """How a payment's refunds and disputes stand, and the money that went back or came again."""
    moved = LedgerEntry.objects.filter(Q(about=entry) | Q(about__about=entry))
    stands = [
        rows.order_by("pk").values_list("pk", "state")
        for rows in (entry.refunds.all(), entry.disputes.all())
    ]
    return [moved.count(), *map(list, stands)]


def _never_seen(since: datetime, seen: set[str], account: gateway.Account) -> Iterator[LedgerEntry]:
    """Payments that we have booked of that time, and that were in no list."""
    ours = LedgerEntry.objects.filter(
        kind=LedgerKind.PAYMENT, account=account.name, attempt__created_at__gte=since
    )
    for entry in ours.iterator(chunk_size=CHUNK):
        if entry.stripe_object not in seen:
            yield entry


def _look_for(entry: LedgerEntry, account: gateway.Account, found: Found, *, is_dry: bool) -> None:
    try:
        gateway.find_payment(entry.stripe_object or "", account)
    except gateway.NotFound:
        found.unexplained += 1
        if not is_dry:
            explaining.note(
                DiscrepancyKind.MISSING,
                account=account.name,
                stripe_object=entry.stripe_object or "",
                amount=entry.amount,
                currency=entry.currency,
                document=entry.document,
            )
