"""Days that staff choose, on whatever side of the world they sit."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin import days
from portal_plugin.admin.choosing_days import day_to_come
from portal_plugin.exceptions import PortalError


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_what_is_to_come_is_so_for_the_shop(zone):
    """In one of the two it is another day than in the shop, at any time."""
    today = days.today()
    with timezone.override(zone):
        assert day_to_come(today.isoformat()) == today
        with pytest.raises(PortalError):
            day_to_come((today - timedelta(days=1)).isoformat())
