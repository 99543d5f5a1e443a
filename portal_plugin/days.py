"""Which day it is for the shop, whoever looks."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, get_format, time_format

#: How long one of the months is for which a shop keeps something: a twelfth of a year.
MONTH = timedelta(days=365) / 12
#: More days than that nobody is given to pay. SQLite keeps any number, and no clock has the day
#: that follows from it.
MOST = 3650


def today() -> date:
    """In the site's time zone (``TIME_ZONE``), not in the one a member of staff has chosen."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def local(moment: datetime) -> datetime:
    """The moment as the shop's clock shows it."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def begin_of(day: date) -> datetime:
    """The first moment of the day by the shop's clock."""
    midnight = datetime(day.year, day.month, day.day)
    return timezone.make_aware(midnight, timezone.get_default_timezone())


def shops_clock() -> timezone.override:
    """For what is written to the customer while a member of staff is at work: the days on it are
    the shop's. As a context manager."""
    return timezone.override(timezone.get_default_timezone())


def day_and_time(moment: datetime, *, is_short: bool = False) -> str:
    """Date and time in the active language.

    For some languages, Arabic among them, Django knows how a date is written and not how a date
    with its time is, and takes the American way for those: here they follow the date.
    """
    both, day = "DATETIME_FORMAT", "DATE_FORMAT"
    if is_short:
        both, day = f"SHORT_{both}", f"SHORT_{day}"
    is_unknown = get_format(both) == getattr(settings, both)
    if is_unknown and get_format(day) != getattr(settings, day):
        return f"{date_format(moment, day)} {time_format(moment, 'TIME_FORMAT')}"
    return date_format(moment, both)
