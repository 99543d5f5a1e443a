"""Samples are written beside what a shop has already, and replace nothing of it."""

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Site

from portal_plugin.management.demo import writing
from portal_plugin.models import PortalSettings
from tests import factories

pytestmark = pytest.mark.django_db
BANK = "Our own\nIBAN DE75 5121 0800 1245 1261 99"


def test_a_shop_without_a_name_keeps_what_it_has_written():
    """Its name is the site's then; customers would pay to the sample's account."""
    site = factories.site_factory(
        shop_name="", bank_details=BANK, mailbox="office@ours.example", brand_colour="#00ff00"
    )
    writing.furnish(site, 0)
    shop = PortalSettings.objects.get(site=site)
    assert (shop.bank_details, shop.mailbox) == (BANK, "office@ours.example")
    assert shop.brand_colour == "#00ff00"


def test_a_new_shop_is_filled_in():
    site = factories.site_factory()
    PortalSettings.objects.filter(site=site).delete()
    writing.furnish(site, 0)
    shop = PortalSettings.objects.get(site=site)
    assert (shop.shop_name, shop.brand_colour) == ("Northline Signs", "#b4430f")
    assert shop.logo
    assert "IBAN" in shop.bank_details


def test_without_a_site_it_says_so():
    Site.objects.all().delete()
    with pytest.raises(CommandError, match="There is no site"):
        call_command("portal_demo")
