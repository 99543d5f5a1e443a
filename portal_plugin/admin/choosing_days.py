"""Days that staff choose."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from .. import days
from ..exceptions import PortalError

#: No clock has the day after the last one that a date can be, nor the one before the first.
WITHIN_REACH = [MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


def day_to_come(text: str):
    """Today or later by the shop's clock, from ``YYYY-MM-DD``. Raises ``PortalError`` for anything
    else, the 30th of February included."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or day < days.today():
        raise PortalError(_("Choose a day in the future."))
    return day
