"""The day by which the shop asks for an answer. It is reminded of once, and nothing else happens
when it passes: nobody's silence is a yes."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from .. import days
from ..models import SalesDocument
from ..models.documents import lock
from ..statuses import DocumentState, WaitingFor
from . import activity, notifications, work

#: Customers are reminded with the first sweep after this hour of the day before, or of the day.
HOUR = 9
ROWS_AT_ONCE = 100
WAITING = [DocumentState.WAITING, DocumentState.PARTLY_APPROVED]


def drain() -> int:
    """Returns how many documents were reminded of."""
    now = timezone.now()
    rows = due(now).values_list("pk", "kind", named=True)
    return work.each("Reminder", rows, partial(_remind, now=now), most=ROWS_AT_ONCE)


def window(now: datetime) -> tuple[date, date, datetime]:
    """The first and the last day that are reminded of now, in the site's time zone, and when today
    began: what went out since then needs no reminder yet."""
    local = days.local(now)
    last = local.date() + timedelta(days=1 if local.hour >= HOUR else 0)
    return local.date(), last, local.replace(hour=0, minute=0, second=0, microsecond=0)


def due(now: datetime) -> QuerySet[SalesDocument]:
    """Out and waiting for a customer who wants reminders and got none of this day, which is today
    or tomorrow in the site's time zone. What went out today needs no reminder yet."""
    first, last, midnight = window(now)
    return (
        SalesDocument.objects.out()
        .real()
        .remindable()
        .filter(
            approve_by__gte=first,
            approve_by__lte=last,
            waiting_for=WaitingFor.CUSTOMER,
            listed_state__in=WAITING,
            current_version__created_at__lt=midnight,
        )
        .exclude(reminded_of=F("approve_by"))
        .order_by("approve_by", "pk")
    )


def _remind(document: Any, now: datetime) -> int:
    with transaction.atomic():
        fresh = lock(document)
        if not due(now).filter(pk=fresh.pk).exists():
            return 0
        SalesDocument.objects.filter(pk=fresh.pk).update(reminded_of=fresh.approve_by)
        # Nobody who may not answer, and nobody who has.
        written = notifications.shop_acted(fresh, "deadline", concerns=fresh.standing.asks)
        if notifications.have_address(written):
            activity.record(fresh, "deadline", data={"day": str(fresh.approve_by)})
    return 1
