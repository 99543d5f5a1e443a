"""Settings that are half done or of a wrong kind are a finding, and keep no command from it."""

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from django.urls import path
from django.views.generic import TemplateView

from portal_plugin import tasks
from portal_plugin.admin import replacing
from portal_plugin.conf import conf
from tests import factories
from tests.checks.checking import FOLDERS, found, told
from tests.checks.test_settings import CONSOLE, KEYS, SMTP, urls

FILES = "django.core.files.storage.FileSystemStorage"
S3 = "storages.backends.s3.S3Storage"


@pytest.mark.parametrize("values", [None, 5, "", ["STRICT_CSP"]])
def test_a_dict_that_is_none_has_all_the_defaults(values):
    """Its check (E006) is asked when everything is imported, which asks for settings itself."""
    with override_settings(PORTAL_PLUGIN=values):
        assert conf.base_template == "base.html"
        assert found() == {"E006"}


@pytest.mark.parametrize("value", [None, [], "orders", {"orders": 5}])
def test_classes_of_the_admin_that_are_none_leave_ours(value):
    """They are looked up when the admin's menu is imported, before any check is asked."""
    with override_settings(PORTAL_PLUGIN={"ADMIN_VIEWSETS": value}):
        assert replacing.viewset("orders") is replacing.OURS["orders"]
        assert found() == {"E007"}


@pytest.mark.parametrize(
    "own",
    [
        {"STRIPE_SECRET_KEY": None},
        {"STRIPE_WEBHOOK_SECRETS": None},
        {"STRIPE_WEBHOOK_SECRETS": [None]},
        {"STRIPE_API_BASE": 5},
    ],
)
def test_the_keys_of_one_site_are_of_the_right_kind(own):
    with override_settings(PORTAL_PLUGIN={"STRIPE_ACCOUNTS": {"shop-b.example": KEYS | own}}):
        (message,) = told()
    assert message.id == "portal_plugin.E007"
    assert f"['shop-b.example'][{next(iter(own))!r}]" in message.msg


def test_a_misspelt_key_of_one_site_is_told_its_name():
    own = KEYS | {"STRIPE_SECRETKEY": "sk_test_abcdef"}
    with override_settings(PORTAL_PLUGIN={"STRIPE_ACCOUNTS": {"shop-b.example": own}}):
        (message,) = [m for m in told() if m.id.endswith("W003")]
    assert "'shop-b.example'" in message.msg
    assert "'STRIPE_SECRET_KEY'" in message.hint


@pytest.mark.django_db
def test_an_account_of_a_site_that_is_not_there():
    factories.site_factory("shop-b.example")
    for host, is_told in (("shop-b.example", False), ("www.shop-b.example", True)):
        with override_settings(PORTAL_PLUGIN={"STRIPE_ACCOUNTS": {host: KEYS}}):
            assert ("W041" in found(databases=["default"])) == is_told


@pytest.mark.parametrize(
    "entry",
    [
        {"BACKEND": None},
        {"BACKEND": FILES, "OPTIONS": {"folder": "/srv/site/private"}},
        pytest.param(
            {"BACKEND": S3, "OPTIONS": {"buket_name": "private"}},
            marks=pytest.mark.needs_module("storages"),
        ),
    ],
)
def test_a_storage_that_cannot_be_made(settings, entry):
    settings.STORAGES = settings.STORAGES | {"portal": entry}
    assert "E012" in found()


@pytest.mark.parametrize("scanner", [".", ".."])
def test_a_scanner_that_is_no_path(scanner):
    with override_settings(PORTAL_PLUGIN={"FILE_SCANNER": scanner}):
        assert "E019" in found()


@pytest.mark.parametrize("values", [{}, {"other": {}}, {"default": {"BACKEND": "no.such.Backend"}}])
def test_a_task_backend_that_is_not_there(settings, values):
    """The web process then does the work itself, as without any."""
    settings.TASKS = values
    assert tasks.is_immediate()
    assert not tasks.enqueue("mail")
    assert "I002" in found()


@pytest.mark.django_db
def test_addresses_that_are_missing_are_told_by_their_own_check():
    factories.site_factory()
    everything = path("<path:rest>", TemplateView.as_view(template_name="base.html"))
    with override_settings(**FOLDERS, ROOT_URLCONF=urls(everything)):
        assert "E001" in found(databases=["default"])


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ({"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": None}, True),
        ({"EMAIL_BACKEND": SMTP, "EMAIL_TIMEOUT": 30}, False),
        ({"EMAIL_BACKEND": CONSOLE, "EMAIL_TIMEOUT": None}, False),
        ({"MAILERS": {"default": {}}}, True),
        ({"MAILERS": {"default": {"OPTIONS": {"timeout": 30}}}}, False),
        ({"MAILERS": {}}, False),
    ],
)
def test_a_mail_server_that_is_waited_for_for_ever(values, is_told):
    with override_settings(DEBUG=False):
        if hasattr(django_settings, "MAILERS"):
            del django_settings.MAILERS
        for name, value in values.items():
            setattr(django_settings, name, value)
        assert ("W042" in found()) == is_told


@pytest.mark.parametrize(
    ("base", "is_told"),
    [
        ("http://example.com", True),  # as `wagtail start` writes it
        ("https://www.example.com/", True),
        ("https://signs-example.com", False),
        ("https://cms.northline.test", False),
        ("http://localhost:8000", False),
        (None, False),
    ],
)
def test_emails_to_staff_that_lead_to_nobodys_admin(base, is_told):
    with override_settings(WAGTAILADMIN_BASE_URL=base):
        assert ("W043" in found()) == is_told
