"""Staff are told where direct links would lead away from where they are."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.models import Site

from portal_plugin.admin import hosts


def found(rf, host, site, *, is_secure=False):
    request = rf.get("/admin/", headers={"host": host}, secure=is_secure)
    request.user = get_user_model()(is_superuser=True, is_active=True)
    return hosts.elsewhere(request, [Site(pk=1, hostname=site[0], port=site[1])])


@pytest.fixture(autouse=True)
def _any_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


@pytest.mark.parametrize(
    ("host", "site", "is_secure"),
    [
        ("localhost:8000", ("localhost", 80), False),
        ("shop.example", ("localhost", 80), True),
        ("shop.example", ("shop.example", 80), True),
        ("shop.example", ("shop.example", 8000), False),
    ],
)
def test_links_that_lead_elsewhere(rf, host, site, is_secure):
    assert found(rf, host, site, is_secure=is_secure)


@pytest.mark.parametrize(
    ("host", "site", "is_secure"),
    [
        ("localhost:8000", ("localhost", 8000), False),
        ("shop.example", ("shop.example", 443), True),
        # A proxy that Django was not told about keeps the encryption to itself.
        ("shop.example", ("shop.example", 443), False),
        # Shops with hosts of their own share an admin.
        ("admin.example", ("shop.example", 443), True),
        ("kite.localhost:8000", ("localhost", 8000), False),
    ],
)
def test_links_that_are_as_they_should_be(rf, host, site, is_secure):
    assert found(rf, host, site, is_secure=is_secure) is None


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["wagtailadmin_home", "portal_admin:sample"])
def test_staff_read_it_with_the_way_to_mend_it(client, boss, only_site, name):
    Site.objects.filter(pk=only_site.pk).update(hostname="testserver", port=8000)
    page = client.get(reverse(name)).content.decode()
    assert (
        "Direct links begin with http://testserver:8000, and you are at http://testserver." in page
    )
    assert reverse("wagtailsites:edit", args=[only_site.pk]) in page
