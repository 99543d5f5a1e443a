"""A shop of one site, and staff who are signed in."""

import pytest
from wagtail.contrib.settings.views import get_setting_edit_handler
from wagtail.models import Site

from portal_plugin.models import PortalSettings
from portal_plugin.services import starter
from tests.factories import site_factory, user_factory


@pytest.fixture(autouse=True)
def only_site(db):
    """Wagtail's migrations bring a site; here it is the shop's."""
    return site_factory()


@pytest.fixture
def boss(client):
    """A superuser, signed in to ``client``."""
    user = user_factory()
    client.force_login(user)
    return user


@pytest.fixture
def form_of_settings(boss, only_site):
    """The form that the page has, without the page, which is slow."""
    made = get_setting_edit_handler(PortalSettings).get_form_class()

    def form_of_settings(*sent):
        row = PortalSettings.objects.get(site=only_site)
        return made(*sent, instance=row, for_user=boss)

    return form_of_settings


@pytest.fixture
def staff_of(client):
    """Sign in somebody who has the ready group's rights on one site alone (or on all)."""

    def staff_of(site=None, group="Portal managers"):
        found = {g.name.split(" · ")[0]: g for g in starter.ensure_groups(site)}
        user = user_factory(is_superuser=False)
        user.groups.add(found[group])
        client.force_login(user)
        return user

    return staff_of


@pytest.fixture
def other_site(only_site):
    site = Site.objects.filter(hostname="shop-b.localhost").first()
    return site or site_factory("shop-b.localhost", shop_name="Blattwerk")
