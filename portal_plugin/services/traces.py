"""What a visit leaves behind besides what was said: network addresses, browsers, and when a link
was opened. A shop may say after how many months it is forgotten.

None of it stands in the history, so that no document changes by its going.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .. import days
from ..models import DirectLink, PaymentAttempt, PortalSettings, Submission
from . import work

#: Rows that are written at once.
STEP = 1000


def due() -> Iterator[tuple[models.QuerySet[Any], dict[str, Any]]]:
    """Of each shop that says so the rows with something to forget, and what they then hold."""
    for shop in PortalSettings.objects.exclude(traces_kept_months=None).order_by("pk"):
        before = timezone.now() - shop.traces_kept_months * days.MONTH
        yield from _of_shop(shop.site_id, before)


def _of_shop(site: int, before: datetime) -> Iterator[tuple[models.QuerySet[Any], dict[str, Any]]]:
    old = {"document__site": site, "created_at__lt": before}
    sent = Submission.objects.filter(~Q(address=None) | ~Q(user_agent=""), **old)
    yield sent, {"address": None, "user_agent": ""}
    paid = PaymentAttempt.objects.filter(**old).exclude(address=None)
    yield paid, {"address": None}
    ended = DirectLink.objects.filter(document__site=site, expires_at__lt=before)
    opened = ended.exclude(opened_count=0, last_opened_at=None, last_seen_at=None)
    yield opened, {"opened_count": 0, "last_opened_at": None, "last_seen_at": None}


def count() -> int:
    return sum(rows.count() for rows, _empty in due())


def forget(most: int) -> int:
    """How many rows were emptied: the oldest first, and not more than ``most``."""
    done = 0
    for rows, empty in due():
        while work.time_left() and done < most and (ids := _oldest(rows, min(STEP, most - done))):
            done += rows.model.objects.filter(pk__in=ids).update(**empty)
    return done


def _oldest(rows: models.QuerySet[Any], most: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])
