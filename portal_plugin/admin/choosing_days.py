"""Days that staff choose."""

from django.utils.dateparse import parse_date
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from ..exceptions import PortalError


def day_to_come(text: str):
    """Today or later, from ``YYYY-MM-DD``. Raises ``PortalError`` for anything else, the 30th of
    February included."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None or day < localdate():
        raise PortalError(_("Choose a day in the future."))
    return day
