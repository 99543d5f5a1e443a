"""The day by which an instalment is to be paid: its customer is reminded once, the day before."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import DirectLink, SalesDocument
from ..models.documents import lock
from ..statuses import DocumentKind, LinkRole
from . import activity, notifications, work
from .deadlines import ROWS_AT_ONCE, window


def drain() -> int:
    """Returns how many documents were reminded of."""
    now = timezone.now()
    rows = due(now).values_list("pk", "kind", named=True)
    return work.each("Instalment", rows, partial(_remind, now=now), most=ROWS_AT_ONCE)


def due(now: datetime) -> QuerySet[SalesDocument]:
    """Orders whose next instalment is due today or tomorrow in the site's time zone, and whose
    customers want reminders and got none of this day. Of what went out today nobody is reminded."""
    first, last, midnight = window(now)
    return (
        SalesDocument.objects.out()
        .real()
        .remindable()
        .unpaid()
        .filter(
            kind=DocumentKind.ORDER,
            listed_due_on__gte=first,
            listed_due_on__lte=last,
            current_version__created_at__lt=midnight,
        )
        .exclude(instalments=[])
        .exclude(reminded_of_instalment=F("listed_due_on"))
        .order_by("listed_due_on", "pk")
    )


def _remind(document: Any, now: datetime) -> int:
    with transaction.atomic():
        fresh = lock(document)
        if fresh.has_pending_payment or fresh.standing.is_raised:
            return 0
        if not due(now).filter(pk=fresh.pk).exists():
            return 0
        day = fresh.listed_due_on
        SalesDocument.objects.filter(pk=fresh.pk).update(reminded_of_instalment=day)
        # Nobody who may not pay.
        written = notifications.shop_acted(fresh, "instalment", concerns=_may_pay)
        if notifications.have_address(written):
            activity.record(fresh, "instalment", data={"day": str(day)})
    return 1


def _may_pay(link: DirectLink) -> bool:
    return link.role != LinkRole.LOOK
