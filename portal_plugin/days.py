"""Which day it is for the shop, whoever looks."""

from datetime import date, datetime

from django.utils import timezone


def today() -> date:
    """In the site's time zone (``TIME_ZONE``), not in the one a member of staff has chosen."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def local(moment: datetime) -> datetime:
    """The moment as the shop's clock shows it."""
    return timezone.localtime(moment, timezone.get_default_timezone())
