"""Stripe's keys of one site, in its settings: written, replaced and removed, and shown nowhere."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.signals import got_request_exception
from django.db import DatabaseError
from django.test import override_settings
from django.urls import reverse
from django.views.debug import SafeExceptionReporterFilter
from wagtail.models import ModelLogEntry

from portal_plugin.admin.stripe_keys_form import WritesStripeKeys
from portal_plugin.gateways import stripe as gateway
from portal_plugin.models import PortalSettings, StripeKeys
from tests.factories import order_factory
from tests.paying import begin, standin

from . import pages

__all__ = ["standin"]

pytestmark = pytest.mark.django_db
SECRET, PUBLISHABLE, WEBHOOK = "sk_test_own0000004242", "pk_test_own0000001111", "whsec_ownown"
KEYS = {
    "stripe_secret_key": SECRET,
    "stripe_publishable_key": PUBLISHABLE,
    "stripe_webhook": f"{WEBHOOK} whsec_newer1",
}


@pytest.fixture
def url(only_site):
    return reverse("wagtailsettings:edit", args=["portal_plugin", "portalsettings", only_site.pk])


@pytest.fixture
def save(client, url, form_of_settings):
    return lambda **values: client.post(url, pages.posted(form_of_settings(), values))


def account(site):
    return gateway.of_site(type(site).objects.get(pk=site.pk))


def test_are_used_for_the_sites_payments(save, only_site):
    assert save(**KEYS).status_code == 302
    own = account(only_site)
    assert (own.secret_key, own.publishable_key) == (SECRET, PUBLISHABLE)
    assert own.webhook_secrets == (WEBHOOK, "whsec_newer1")
    assert own.name == f"site-{only_site.pk}"
    assert own.is_configured


def test_are_never_shown_again(save, client, url):
    save(**KEYS)
    html = client.get(url).content.decode()
    assert "sk_test_…4242" in html
    refused = save(stripe_secret_key="sk_test_another00009999", currency="none")
    for page in (html, refused.content.decode()):
        for key in (SECRET, PUBLISHABLE, WEBHOOK, "sk_test_another00009999"):
            assert key not in page


def test_stay_where_the_fields_are_left_empty(save, only_site):
    save(**KEYS)
    save(shop_name="Another name")
    assert account(only_site).secret_key == SECRET


def test_one_can_be_replaced(save, only_site):
    save(**KEYS)
    save(stripe_secret_key="rk_test_new000000001234")
    own = account(only_site)
    assert (own.secret_key, own.publishable_key) == ("rk_test_new000000001234", PUBLISHABLE)
    assert own.webhook_secrets == (WEBHOOK, "whsec_newer1")


def test_can_be_removed(save, only_site):
    save(**KEYS)
    save(removes_stripe_keys="on")
    assert not StripeKeys.objects.exists()
    assert account(only_site).name == ""


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"stripe_publishable_key": ""}, "stripe_publishable_key", "Both keys"),
        ({"stripe_secret_key": ""}, "stripe_secret_key", "Both keys"),
        (
            {"stripe_secret_key": PUBLISHABLE, "stripe_publishable_key": SECRET},
            "stripe_secret_key",
            "each other",
        ),
        ({"stripe_secret_key": "sk_live_own0000004242"}, "stripe_secret_key", "test mode"),
        ({"stripe_secret_key": "hunter2"}, "stripe_secret_key", "not a key"),
        ({"stripe_webhook": "whsec_..."}, "stripe_webhook", "whsec_"),
        ({"stripe_webhook": f"{WEBHOOK} nonsense"}, "stripe_webhook", "whsec_"),
    ],
)
def test_wrong_ones_are_refused(save, change, field, reason):
    response = save(**(KEYS | change))
    assert reason in str(response.context["form"].errors[field])
    assert not StripeKeys.objects.exists()


def test_nothing_else_keeps_or_gives_them_out(save, only_site):
    save(**KEYS)
    fixture = StringIO()
    call_command("dumpdata", "portal_plugin", "wagtailcore.modellogentry", stdout=fixture)
    assert "stripekeys" in fixture.getvalue()
    assert ModelLogEntry.objects.exists()
    shown = repr(account(only_site)) + str(StripeKeys.objects.get()) + repr(KEYS.keys())
    shown += repr(PortalSettings.of(only_site).__dict__)
    for key in (SECRET, WEBHOOK):
        assert key not in fixture.getvalue()
        assert key not in shown


def test_those_in_the_settings_go_first_and_cannot_be_changed_here(save, only_site, settings):
    save(**KEYS)
    own = {
        "STRIPE_SECRET_KEY": "sk_test_written00001",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_written00001",
        "STRIPE_WEBHOOK_SECRETS": "whsec_written",
    }
    settings.PORTAL_PLUGIN = {
        **settings.PORTAL_PLUGIN,
        "STRIPE_ACCOUNTS": {only_site.hostname: own},
    }
    assert account(only_site).secret_key == "sk_test_written00001"
    assert account(only_site).webhook_secrets == ("whsec_written",)
    save(stripe_secret_key="sk_test_another00009999")
    assert StripeKeys.objects.get().secret_key == SECRET


def test_a_payment_that_was_begun_before_stays_with_its_account(standin, save, only_site):
    attempt = begin(order_factory(items=1, site=only_site)).attempt
    assert attempt.account == ""
    save(**KEYS)
    assert gateway.named(attempt.account, only_site).secret_key == "sk_test_standin"


def test_what_is_too_long_for_a_key_is_refused(save):
    long = {"stripe_secret_key": "sk_test_" + "a" * 300, "stripe_publishable_key": PUBLISHABLE}
    assert "stripe_secret_key" in save(**long).context["form"].errors
    assert not StripeKeys.objects.exists()


def test_an_error_while_saving_is_reported_without_them(save, monkeypatch):
    """Django sends what was posted to the site's administrators, and other services keep it."""

    def break_down(form, site):
        raise DatabaseError("away")

    monkeypatch.setattr(WritesStripeKeys, "save_keys", break_down)
    reported = []

    def keep(sender, request, **kwargs):
        reported.append(dict(SafeExceptionReporterFilter().get_post_parameters(request)))

    got_request_exception.connect(keep)
    try:
        with override_settings(DEBUG=False), pytest.raises(DatabaseError):
            save(**KEYS)
    finally:
        got_request_exception.disconnect(keep)
    (posted,) = reported
    assert posted["shop_name"]
    assert not [key for key in KEYS.values() if key in str(posted)]
