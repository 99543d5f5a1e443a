"""What somebody of the staff is told, set in their own account."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from portal_plugin.models import StaffPreference

pytestmark = pytest.mark.django_db

ACCOUNT = "wagtailadmin_account"
OTHERS = {
    "name_email-first_name": "Ann",
    "name_email-last_name": "Lee",
    "name_email-email": "ann@northline.example",
    "theme-theme": "system",
    "theme-density": "default",
    "theme-contrast": "system",
    "theme-keyboard_shortcuts": "on",
    "locale-preferred_language": "",
    "locale-current_time_zone": "UTC",
}


def test_everybody_sets_their_own(client, staff_of, only_site):
    user = staff_of(only_site, group="Portal editors")
    page = client.get(reverse(ACCOUNT)).content.decode()
    assert "in one email a day" in page
    assert not StaffPreference.objects.exists()
    data = OTHERS | {"portal-told": "digest", "portal-away_until": "2030-03-05"}
    assert client.post(reverse(ACCOUNT), data).status_code == 302
    row = StaffPreference.objects.get()
    assert (row.user, row.told, row.away_until) == (user, "digest", date(2030, 3, 5))
    client.post(reverse(ACCOUNT), OTHERS | {"portal-told": "none"})
    row.refresh_from_db()
    assert (row.told, row.away_until) == ("none", None)


def test_not_who_has_nothing_to_do_with_documents(client, staff_of):
    user = staff_of()
    user.groups.clear()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    assert "in one email a day" not in client.get(reverse(ACCOUNT)).content.decode()
