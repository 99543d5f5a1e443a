"""What the sweep tells staff: the daily email, and what nobody did anything about for a day."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from .. import days
from ..models import Activity, OutgoingEmail, SalesDocument, StaffPreference
from ..models.documents import lock
from ..statuses import ActorKind, Telling, WaitingFor
from . import outbox, telling, work

#: The daily email goes out with the first sweep after this hour, in the site's time zone.
DIGEST_HOUR = 7
#: Documents that one email names; the home page has the rest.
DIGEST_ROWS = 30
#: What has waited longer than this when the sweep first sees it is not told of any more.
FORGOTTEN = timedelta(days=14)
ROWS_AT_ONCE = 100


def drain() -> int:
    """Returns how many emails were written."""
    return _digests(timezone.now()) + _left_lying(timezone.now())


# -- once a day -----------------------------------------------------------------------------------


def _digests(now: datetime) -> int:
    local = days.local(now)
    if local.hour < DIGEST_HOUR:
        return 0
    today = local.date()
    due = StaffPreference.objects.here(today).filter(told=Telling.DIGEST).exclude(digest_on=today)
    write = partial(_digest, today=today, now=now)
    return work.each("Daily email", due.select_related("user"), write, most=ROWS_AT_ONCE)


def _digest(wish: StaffPreference, today: Any, now: datetime) -> OutgoingEmail | None:
    """Nothing is written where nothing waits and nothing happened. The day is taken by an UPDATE:
    two sweeps write one email."""
    if not telling.is_reachable(wish):
        return None
    with transaction.atomic():
        mine = StaffPreference.objects.filter(pk=wish.pk).exclude(digest_on=today)
        if not mine.update(digest_on=today):
            return None
        found = list(news_of(wish.user, now - timedelta(days=1))[:DIGEST_ROWS])
        if not found:
            return None
        return outbox.queue(
            kind="staff_digest",
            site=found[0].site,
            staff=wish.user,
            facts={"documents": [document.pk for document in found]},
        )


def news_of(person: Any, since: datetime) -> QuerySet[SalesDocument]:
    """Their documents that wait for the shop, or where a customer did something since then."""
    acts = Activity.objects.filter(
        document=OuterRef("pk"), actor=ActorKind.CUSTOMER, created_at__gte=since
    )
    found = SalesDocument.objects.out().real().filter(telling.seen_by(person), responsible=person)
    found = found.filter(Q(waiting_for=WaitingFor.US) | Exists(acts))
    return found.select_related("site").order_by("waiting_since", "pk")


# -- after a working day --------------------------------------------------------------------------


def _left_lying(now: datetime) -> int:
    rows = lying(now).values_list("pk", "kind", named=True)
    return work.each("Notice", rows, partial(_tell_mailbox, now=now), most=ROWS_AT_ONCE)


def lying(now: datetime) -> QuerySet[SalesDocument]:
    """With a responsible person, our turn for more than a working day, nothing done by staff since
    then, and a mailbox that was not told yet."""
    acts = Activity.objects.filter(
        document=OuterRef("pk"),
        actor=ActorKind.STAFF,
        created_at__gte=OuterRef("waiting_since"),
    )
    told = OutgoingEmail.objects.filter(
        document=OuterRef("pk"), kind="staff_waiting", created_at__gte=OuterRef("waiting_since")
    )
    return (
        SalesDocument.objects.out()
        .real()
        .filter(
            ~Exists(acts),
            ~Exists(told),
            responsible__isnull=False,
            site__portalsettings__mailbox__gt="",
            waiting_for=WaitingFor.US,
            waiting_since__lte=telling.one_working_day_before(now),
            waiting_since__gte=now - FORGOTTEN,
        )
    )


def _tell_mailbox(document: Any, now: datetime) -> int:
    with transaction.atomic():
        fresh = lock(document)
        if not lying(now).filter(pk=fresh.pk).exists():
            return 0
        for told in telling.mailbox(fresh):
            outbox.queue(
                kind="staff_waiting",
                site=fresh.site,
                document=fresh,
                address=told.address,
                facts={"happenings": [{"kind": "staff_waiting"}]},
            )
    return 1
