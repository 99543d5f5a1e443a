"""Whose Stripe account: of a site, of a row that was made with one, and each that there is."""

import pytest
from wagtail.models import Site

from portal_plugin.gateways import stripe
from portal_plugin.models import StripeKeys
from tests.factories import site_factory

pytestmark = pytest.mark.django_db

HOST = "shop-b.localhost"


def pair(name):
    return {"secret_key": f"sk_test_{name}", "publishable_key": f"pk_test_{name}"}


def told(name):
    return {f"STRIPE_{word.upper()}": key for word, key in pair(name).items()}


@pytest.fixture
def shop_a(settings):
    settings.PORTAL_PLUGIN = told("shared")
    return site_factory()


@pytest.fixture
def shop_b(shop_a):
    return site_factory(HOST)


def write(site, name):
    """As the admin does."""
    StripeKeys.objects.update_or_create(site=site, defaults=pair(name))
    return Site.objects.get(pk=site.pk)


def key_of(account):
    return account.secret_key.removeprefix("sk_test_")


def test_the_settings_come_before_the_admin_and_that_before_what_sites_share(settings, shop_b):
    assert key_of(stripe.of_site(shop_b)) == "shared"
    shop_b = write(shop_b, "admin")
    assert key_of(stripe.of_site(shop_b)) == "admin"
    settings.PORTAL_PLUGIN = told("shared") | {"STRIPE_ACCOUNTS": {HOST: told("settings")}}
    assert key_of(stripe.of_site(shop_b)) == "settings"
    assert key_of(stripe.of_site(None)) == "shared"


def test_what_was_written_without_a_secret_key_is_no_account(shop_b):
    StripeKeys.objects.create(site=shop_b, publishable_key="pk_test_admin")
    assert key_of(stripe.of_site(Site.objects.get(pk=shop_b.pk))) == "shared"


def test_a_row_is_of_the_account_it_was_made_with_whatever_its_site_has_now(shop_a, shop_b):
    shop_b = write(shop_b, "b")
    name = f"site-{shop_b.pk}"
    assert key_of(stripe.named("", shop_b)) == "shared"
    assert key_of(stripe.named(name, shop_b)) == "b"
    assert key_of(stripe.named(name, shop_a)) == "b"
    assert key_of(stripe.named(name, write(shop_a, "a"))) == "b"


@pytest.mark.parametrize("name", ["site-99999", "site-", "site-²", "elsewhere"])
def test_where_its_keys_are_gone_the_sites_are_asked(shop_b, name):
    assert key_of(stripe.named(name, write(shop_b, "b"))) == "b"


def test_so_they_are_where_its_site_or_all_sites_have_none_of_their_own_now(
    settings, shop_a, shop_b
):
    shop_a = write(shop_a, "a")
    assert key_of(stripe.named(f"site-{shop_b.pk}", shop_a)) == "a"
    settings.PORTAL_PLUGIN = {}
    assert key_of(stripe.named("", shop_a)) == "a"


def test_each_that_can_be_used_is_gone_through_once(settings, shop_a, shop_b):
    write(shop_b, "b")
    write(site_factory("shop-c.localhost"), "b")
    broken = write(site_factory("shop-d.localhost"), "d")
    StripeKeys.objects.filter(site=broken).update(publishable_key="")
    assert [key_of(account) for account in stripe.every()] == ["shared", "b"]
    settings.PORTAL_PLUGIN = {}
    assert [key_of(account) for account in stripe.every()] == ["b"]
    StripeKeys.objects.all().delete()
    assert not stripe.is_any_configured()


@pytest.mark.parametrize("written", ["whsec_one", ["whsec_one"]])
def test_one_secret_of_its_webhook_may_stand_alone(settings, shop_b, written):
    own = told("settings") | {"STRIPE_WEBHOOK_SECRETS": written}
    settings.PORTAL_PLUGIN = {"STRIPE_ACCOUNTS": {HOST: own}}
    assert stripe.of_site(shop_b).webhook_secrets == ("whsec_one",)
    settings.PORTAL_PLUGIN = own
    assert stripe.shared().webhook_secrets == ("whsec_one",)
