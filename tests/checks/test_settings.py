"""System checks: each wrong setting has its id, a cause and a fix; the right one is silence."""

import sys

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.conf.urls.i18n import i18n_patterns
from django.core.files.storage import Storage
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import include, path
from django.views.generic import TemplateView

from portal_plugin.gateways import pdf
from tests.checks.checking import FOLDERS, found, told

PORTAL = path("portal/", include("portal_plugin.urls"))
KEYS = {
    "STRIPE_SECRET_KEY": "sk_test_abc",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_abc",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_abcdef"],
}
LIVE = KEYS | {"STRIPE_SECRET_KEY": "sk_live_abc", "STRIPE_PUBLISHABLE_KEY": "pk_live_abc"}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


def middleware(*added, without=""):
    return [*added, *(name for name in django_settings.MIDDLEWARE if without not in name)]


def storage(backend="django.core.files.storage.FileSystemStorage", **options):
    return django_settings.STORAGES | {"portal": {"BACKEND": backend, "OPTIONS": options}}


def no_private_storage(**default):
    kept = {name: entry for name, entry in django_settings.STORAGES.items() if name != "portal"}
    return kept | ({"default": default} if default else {})


class OpenBucket(Storage):
    """As django-storages' S3 storage looks from outside when it is open to everybody."""

    default_acl = "public-read"


class Bucket(Storage):
    """The same, closed."""

    default_acl = "private"
    querystring_auth = True


def urls(*patterns):
    """A URLconf of its own; Django takes anything that has ``urlpatterns``."""
    return type("Urls", (), {"urlpatterns": list(patterns)})


catch_all = path("<path:rest>", TemplateView.as_view(template_name="base.html"), name="everything")

#: id, settings that are wrong, settings that are right.
TABLE = [
    ("E001", {"ROOT_URLCONF": urls(catch_all)}, {}),
    ("E002", {"ROOT_URLCONF": urls(catch_all, PORTAL)}, {"ROOT_URLCONF": urls(PORTAL, catch_all)}),
    ("E003", {"ROOT_URLCONF": urls(*i18n_patterns(PORTAL))}, {"ROOT_URLCONF": urls(PORTAL)}),
    (
        "E003",
        {"ROOT_URLCONF": urls(*i18n_patterns(path("shop/", include([PORTAL]))))},
        {"ROOT_URLCONF": urls(path("shop/", include([PORTAL])))},
    ),
    ("E006", {"PORTAL_PLUGIN": ["STRICT_CSP"]}, {"PORTAL_PLUGIN": {}}),
    ("E007", {"PORTAL_PLUGIN": {"UPLOAD_MAX_BYTES": "5"}}, {"PORTAL_PLUGIN": {"DRAIN_SECONDS": 5}}),
    ("E007", {"PORTAL_PLUGIN": {"UPLOAD_MAX_BYTES": True}}, {}),
    ("E007", {"PORTAL_PLUGIN": {"UPLOAD_MAX_BYTES": -1}}, {}),
    ("E007", {"PORTAL_PLUGIN": {"BASE_TEMPLATE": ""}}, {}),
    ("E007", {"PORTAL_PLUGIN": {"BASE_TEMPLATE": None}}, {}),
    (
        "E007",
        {"PORTAL_PLUGIN": {"STRIPE_WEBHOOK_SECRETS": 5}},
        {"PORTAL_PLUGIN": {"STRIPE_WEBHOOK_SECRETS": "whsec_abcdef"}},
    ),
    ("E007", {"PORTAL_PLUGIN": {"ARTWORK_EXTENSIONS": "pdf"}}, {}),
    ("W003", {"PORTAL_PLUGIN": {"BASE_TEMPLTE": "base.html"}}, {}),
    ("E009", {"MIDDLEWARE": middleware(without="AuthenticationMiddleware")}, {}),
    (
        "E009",
        {"MIDDLEWARE": []},
        {"MIDDLEWARE": ["shop.middleware.OurAuthenticationMiddleware"]},
    ),
    ("E013", {"PORTAL_PLUGIN": KEYS | {"STRIPE_SECRET_KEY": ""}}, {"PORTAL_PLUGIN": KEYS}),
    ("E013", {"PORTAL_PLUGIN": KEYS | {"STRIPE_PUBLISHABLE_KEY": ""}}, {"PORTAL_PLUGIN": {}}),
    (
        "E014",
        {
            "PORTAL_PLUGIN": KEYS
            | {"STRIPE_SECRET_KEY": "pk_test_abc", "STRIPE_PUBLISHABLE_KEY": "sk_test_abc"}
        },
        {"PORTAL_PLUGIN": KEYS},
    ),
    (
        "E015",
        {"PORTAL_PLUGIN": KEYS | {"STRIPE_SECRET_KEY": "sk_live_abc"}},
        {"PORTAL_PLUGIN": KEYS | {"STRIPE_SECRET_KEY": "rk_test_abc"}},
    ),
    ("E016", {"PORTAL_PLUGIN": KEYS | {"STRIPE_SECRET_KEY": "sk_test_..."}}, {}),
    ("E016", {"PORTAL_PLUGIN": KEYS | {"STRIPE_SECRET_KEY": "secret"}}, {}),
    ("E016", {"PORTAL_PLUGIN": KEYS | {"STRIPE_PUBLISHABLE_KEY": "pk_abc"}}, {}),
    ("E018", {"PORTAL_PLUGIN": KEYS | {"STRIPE_WEBHOOK_SECRETS": []}}, {"PORTAL_PLUGIN": KEYS}),
    ("W006", {"PORTAL_PLUGIN": KEYS | {"STRIPE_WEBHOOK_SECRETS": [""]}}, {"PORTAL_PLUGIN": KEYS}),
    ("W006", {"PORTAL_PLUGIN": KEYS | {"STRIPE_WEBHOOK_SECRETS": ["whsec_..."]}}, {}),
    (
        "W007",
        {"PORTAL_PLUGIN": KEYS | {"STRIPE_WEBHOOK_SECRETS": ["whsec_abcdef", "whsec_..."]}},
        {"PORTAL_PLUGIN": KEYS | {"STRIPE_WEBHOOK_SECRETS": ["whsec_abcdef", "whsec_ghijkl"]}},
    ),
    (
        "W008",
        {"PORTAL_PLUGIN": LIVE, "DEBUG": True},
        {"PORTAL_PLUGIN": LIVE, "DEBUG": False},
    ),
    ("W009", {"PORTAL_PLUGIN": KEYS}, {"PORTAL_PLUGIN": LIVE}),
    (
        "W010",
        {"PORTAL_PLUGIN": KEYS | {"STRIPE_API_BASE": "http://127.0.0.1:8001"}},
        {"PORTAL_PLUGIN": KEYS},
    ),
    ("W010", {"PORTAL_PLUGIN": {"STRIPE_SCRIPT_URL": "https://js.stripe.com.example/"}}, {}),
    ("E019", {"PORTAL_PLUGIN": {"FILE_SCANNER": "no.such.scanner"}}, {"PORTAL_PLUGIN": {}}),
    (
        "E019",
        {"PORTAL_PLUGIN": {"FILE_SCANNER": "portal_plugin.gateways.scanner.CHUNK"}},
        {"PORTAL_PLUGIN": {"FILE_SCANNER": "portal_plugin.gateways.scanner.clamd"}},
    ),
    (
        "E023",
        {"PORTAL_PLUGIN": {"ADMIN_VIEWSETS": {"order": "a.b"}}},
        {"PORTAL_PLUGIN": {"ADMIN_VIEWSETS": {}}},
    ),
    (
        "E024",
        {"PORTAL_PLUGIN": {"ADMIN_VIEWSETS": {"orders": "no.such.ViewSet"}}},
        {
            "PORTAL_PLUGIN": {
                "ADMIN_VIEWSETS": {"orders": "portal_plugin.admin.viewsets.OrderViewSet"}
            }
        },
    ),
    (
        "E024",
        {
            "PORTAL_PLUGIN": {
                "ADMIN_VIEWSETS": {"orders": "portal_plugin.admin.viewsets.CustomerViewSet"}
            }
        },
        {},
    ),
    ("E007", {"PORTAL_PLUGIN": {"ADMIN_VIEWSETS": {"orders": 5}}}, {}),
    ("E007", {"PORTAL_PLUGIN": {"ADMIN_VIEWSETS": ["orders"]}}, {}),
    (
        "I003",
        {"PORTAL_PLUGIN": {}},
        {"PORTAL_PLUGIN": {"FILE_SCANNER": "portal_plugin.gateways.scanner.clamd"}},
    ),
    ("I004", {"PORTAL_PLUGIN": {}}, {"PORTAL_PLUGIN": {"UPLOAD_MAX_BYTES": 1024}}),
    (
        "W017",
        {"PORTAL_PLUGIN": {"UPLOAD_MAX_BYTES": 10, "UPLOAD_QUOTA_BYTES": 5}},
        {"PORTAL_PLUGIN": {}},
    ),
    (
        "W031",
        {"PORTAL_PLUGIN": {"UPLOAD_STAGING_FOLDER": f"{__file__}/staging"}},
        {"PORTAL_PLUGIN": {}},
    ),
    (
        "W032",
        {"PORTAL_PLUGIN": {"PRESIGNED_SECONDS": 60}},
        {"PORTAL_PLUGIN": {}},
    ),
    (
        "W016",
        {"DATA_UPLOAD_MAX_NUMBER_FIELDS": 1000},
        {"DATA_UPLOAD_MAX_NUMBER_FIELDS": None},
    ),
    (
        "W001",
        {"PORTAL_PLUGIN": {"BASE_TEMPLATE": "none/such.html"}},
        {"PORTAL_PLUGIN": {"BASE_TEMPLATE": "base.html"}},
    ),
    (
        "W004",
        {"DEFAULT_FROM_EMAIL": "Shop <webmaster@localhost>"},
        {"DEFAULT_FROM_EMAIL": "Shop <shop@northline.example>"},
    ),
    ("E025", {"USE_TZ": False}, {"USE_TZ": True}),
    (
        "W018",
        {
            "PORTAL_PLUGIN": {"STRICT_CSP": True},
            "MIDDLEWARE": middleware("csp.middleware.CSPMiddleware"),
        },
        {
            "PORTAL_PLUGIN": {},
            "MIDDLEWARE": middleware("csp.middleware.CSPMiddleware"),
        },
    ),
    ("W019", {"SECURE_SSL_REDIRECT": False}, {"SECURE_SSL_REDIRECT": True}),
    (
        "W020",
        {"SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": False},
        {"SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True},
    ),
    (
        "W021",
        {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}},
        {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}},
    ),
    (
        "I001",
        {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}},
        {"CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache"}}},
    ),
    (
        "W022",
        {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"), "PORTAL_PLUGIN": {}},
        {
            "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
            "PORTAL_PLUGIN": {"TRUSTED_PROXIES": 1},
        },
    ),
    ("E010", {"STORAGES": storage(location="/srv/site/media/portal")}, {}),
    ("E010", {"STORAGES": storage(location="/srv/site/static")}, {}),
    ("E010", {"STORAGES": storage(location="/srv/site/assets/x")}, {}),
    ("E010", {"STORAGES": storage()}, {"STORAGES": storage(location="/srv/site/media-private")}),
    (
        "E011",
        {"STORAGES": storage("tests.checks.test_settings.OpenBucket")},
        {"STORAGES": storage("tests.checks.test_settings.Bucket")},
    ),
    ("E012", {"STORAGES": storage("no.such.Storage")}, {}),
    ("E012", {"STORAGES": storage(colour="red")}, {}),
    (
        "W025",
        {"STORAGES": no_private_storage(BACKEND="tests.checks.test_settings.Bucket")},
        {"STORAGES": no_private_storage()},
    ),
    ("W027", {"STORAGES": no_private_storage(), "MEDIA_ROOT": ""}, {}),
]


@pytest.mark.parametrize(("id", "wrong", "right"), TABLE, ids=[row[0] for row in TABLE])
def test_a_wrong_setting_has_its_id_and_the_right_one_is_silence(id, wrong, right):
    with override_settings(**FOLDERS | wrong):
        assert id in found()
    with override_settings(**FOLDERS | right):
        assert id not in found() or not right


def test_the_sandbox_is_in_order(settings):
    """What is left are choices: a stand-in for Stripe, and what one machine can do without."""
    settings.DEFAULT_FROM_EMAIL = "hello@northline.example"
    settings.MEDIA_ROOT = "/srv/site/media"
    messages = told()
    assert {message.id for message in messages} <= {"portal_plugin.W005", "portal_plugin.W011"}


def test_nothing_asks_the_database(db):
    with CaptureQueriesContext(connection) as captured:
        found()
    assert not captured.captured_queries


def test_a_broken_dict_silences_the_checks_that_read_it():
    with override_settings(PORTAL_PLUGIN={"STRIPE_WEBHOOK_SECRETS": 5, "FILE_SCANNER": 7}):
        assert found() == {"E007"}


def test_a_misspelt_key_is_told_its_name():
    with override_settings(PORTAL_PLUGIN={"base_template": "base.html"}):
        (message,) = [m for m in told() if m.id.endswith("W003")]
    assert "'BASE_TEMPLATE'" in message.hint


@pytest.mark.parametrize(
    ("app", "id"),
    [
        ("wagtail.contrib.settings", "E008"),
        ("wagtail.snippets", "E008"),
        ("wagtail_modeladmin", "W013"),
    ],
)
def test_an_app_that_is_not_installed(monkeypatch, app, id):
    assert id not in found()
    (label,) = [config.label for config in apps.get_app_configs() if config.name == app]
    monkeypatch.delitem(apps.app_configs, label)
    assert id in found()


def test_sqlite_in_the_default_mode(monkeypatch):
    options = django_settings.DATABASES["default"].setdefault("OPTIONS", {})
    monkeypatch.setitem(
        django_settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3"
    )
    monkeypatch.setitem(options, "transaction_mode", "IMMEDIATE")
    assert "W015" not in found()
    monkeypatch.setitem(options, "transaction_mode", None)
    assert "W015" in found()


def test_pdfs_that_cannot_be_made(monkeypatch):
    monkeypatch.setattr(pdf, "_absent_libraries", lambda: ["libpango-1.0-0"])
    assert "W011" in found()
    monkeypatch.setattr(pdf, "_absent_libraries", list)
    assert "W011" not in found()


def test_keys_without_the_package(monkeypatch):
    with override_settings(PORTAL_PLUGIN=KEYS):
        assert "E017" not in found()
        monkeypatch.setitem(sys.modules, "stripe", None)
        assert "E017" in found()


def test_a_task_worker(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    assert "I002" in found()
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    assert "I002" not in found()


# -- mail: in the old spelling and in the new ------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "id"),
    [
        ({"EMAIL_BACKEND": CONSOLE}, "W005"),
        ({"EMAIL_BACKEND": SMTP}, None),
        ({"EMAIL_BACKEND": CONSOLE, "DEBUG": True}, None),
        ({"MAILERS": {"default": {"BACKEND": CONSOLE}}}, "W005"),
        ({"MAILERS": {"default": {"BACKEND": SMTP}}}, None),
        ({"MAILERS": {"default": {}}}, None),
        ({"MAILERS": {"news": {"BACKEND": SMTP}}}, "E021"),
    ],
)
def test_where_emails_go(values, id):
    with override_settings(DEBUG=False):
        if hasattr(django_settings, "MAILERS"):
            del django_settings.MAILERS
        for name, value in values.items():
            setattr(django_settings, name, value)
        assert found() & {"W005", "E021"} == ({id} if id else set())
