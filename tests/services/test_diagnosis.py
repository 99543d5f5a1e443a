"""Everything that the portal needs is tried for real, and what is wrong is told with its cause."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponseRedirect
from django.test.utils import override_script_prefix
from django.utils import timezone
from wagtail.models import Site

from portal_plugin.gateways import pdf
from portal_plugin.models import OutgoingEmail, PortalSettings
from portal_plugin.services import outbox, starter, terms
from portal_plugin.services.diagnosis import (
    Level,
    base_page,
    examining,
    machines,
    pages,
    papers,
    queues,
    shops,
)
from portal_plugin.statuses import EmailState
from tests import factories
from tests.mailing import SMTP, send_by
from tests.paying import standin

__all__ = ["standin"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site():
    return factories.site_factory()


def told(findings):
    return [finding.cause for finding in findings if finding.level > Level.FINE]


def levels(findings):
    return {finding.level for finding in findings}


# -- system checks ---------------------------------------------------------------------------------


@pytest.mark.parametrize("debug", [True, False])
def test_production_is_looked_at_as_production(settings, debug):
    settings.DEBUG = debug
    ids = {finding.id for finding in examining.system_checks()}
    assert ("portal_plugin.W019" in ids) == (not debug)
    assert ("security.W004" in ids) == (not debug)


def test_what_the_site_silenced_is_not_told(settings):
    settings.DEBUG = False
    settings.SILENCED_SYSTEM_CHECKS = ["portal_plugin.W019"]
    assert "portal_plugin.W019" not in {finding.id for finding in examining.system_checks()}


# -- the customer's page ---------------------------------------------------------------------------


@pytest.fixture
def base(tmp_path, settings):
    """Write the site's base template."""
    settings.TEMPLATES = [
        engine | {"DIRS": [tmp_path, *engine["DIRS"]]} for engine in settings.TEMPLATES
    ]

    def write(text, name="base.html"):
        (tmp_path / name).write_text(text)

    return write


def test_a_page_that_opens(site):
    assert [finding.level for finding in pages.examine()] == [Level.FINE]


def test_the_newest_document_is_tried_too(site):
    order = factories.order_factory(items=1)
    assert pages.newest(site) == order
    assert levels(pages.examine()) == {Level.FINE}


@pytest.mark.failing_base
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("\n{% include 'no/such.html' %}", "{% include 'no/such.html' %} in base.html, line 2"),
        ("{% load website_tags %}{% url 'no_such' %}", "{% url 'no_such' %} in base.html, line 1"),
        ("{{ request.path|add:page.title.x|date }}{% block content %}", "Unclosed tag"),
    ],
)
def test_a_base_that_fails_is_named_with_its_tag(base, text, named):
    base(text)
    (finding,) = pages.examine()
    assert finding.level == Level.ERROR
    assert named in finding.cause


def test_a_base_without_the_block(base):
    base("<title>{% block title %}{% endblock %}</title>{% block main %}{% endblock %}")
    assert "leaves the portal's page out" in told(pages.examine())[0]


def test_a_block_inside_a_condition(base):
    base("{% if page %}{% block content %}{% endblock %}{% endif %}")
    assert "leaves the portal's page out" in told(pages.examine())[0]


def test_a_host_that_django_does_not_accept(settings):
    settings.ALLOWED_HOSTS = ["signs.northline.example"]
    (finding,) = pages.examine()
    assert "ALLOWED_HOSTS" in finding.fix


def test_a_site_that_sends_visitors_on(settings):
    settings.MIDDLEWARE = [f"{__name__}.gate", *settings.MIDDLEWARE]
    (finding,) = pages.examine()
    assert finding.level == Level.WARNING
    assert "/sign-in/" in finding.cause


def gate(get_response):
    return lambda request: HttpResponseRedirect("/sign-in/")


def test_a_site_below_a_path_opens_too(settings, site):
    settings.FORCE_SCRIPT_NAME = "/shop"
    with override_script_prefix("/shop/"):
        assert base_page.open_page(site).status_code == 200


def test_a_middleware_that_makes_pages_public(settings):
    settings.MIDDLEWARE = [f"{__name__}.cache_all", *settings.MIDDLEWARE]
    assert any("Cache-Control" in cause for cause in told(pages.examine()))


def cache_all(get_response):
    def answer(request):
        response = get_response(request)
        response["Cache-Control"] = "public, max-age=3600"
        return response

    return answer


@pytest.mark.needs_module("wagtailcache")
def test_wagtail_cache_keeps_no_page_of_ours(settings):
    settings.MIDDLEWARE = [
        "wagtailcache.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "wagtailcache.cache.FetchFromCacheMiddleware",
    ]
    assert levels(pages.examine()) == {Level.FINE}


# -- what stands beside the site -------------------------------------------------------------------


def test_a_storage_that_works_is_empty_afterwards(tmp_path, settings):
    settings.STORAGES = storages("django.core.files.storage.FileSystemStorage", location=tmp_path)
    assert levels(machines.storage()) == {Level.FINE}
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def storages(backend, **options):
    return django_settings.STORAGES | {"portal": {"BACKEND": backend, "OPTIONS": options}}


class KeepsAll(FileSystemStorage):
    def delete(self, name):
        """As a bucket does whose rights allow no deleting."""


class Garbles(FileSystemStorage):
    def _save(self, name, content):
        return super()._save(name, ContentFile(content.read()[::-1]))


@pytest.mark.parametrize(
    ("backend", "level"), [("KeepsAll", Level.WARNING), ("Garbles", Level.ERROR)]
)
def test_a_storage_that_does_not_do_what_it_is_told(tmp_path, settings, backend, level):
    settings.STORAGES = storages(f"{__name__}.{backend}", location=tmp_path)
    assert levels(machines.storage()) == {level}


def test_a_cache_that_forgets(settings):
    assert levels(machines.cache_round_trip()) == {Level.FINE}
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert levels(machines.cache_round_trip()) == {Level.WARNING}


def test_stripe_answers(standin):
    assert told(machines.stripe()) == []
    assert "Stripe answers, and knows the test key." in [f.cause for f in machines.stripe()]


def test_stripe_refuses_the_key(standin, settings):
    settings.PORTAL_PLUGIN = settings.PORTAL_PLUGIN | {"STRIPE_SECRET_KEY": "sk_test_another"}
    assert "Stripe refuses the secret key" in told(machines.stripe())[0]


def test_stripe_is_away(settings):
    settings.PORTAL_PLUGIN = settings.PORTAL_PLUGIN | {"STRIPE_API_BASE": "http://127.0.0.1:9"}
    assert "Stripe cannot be reached at http://127.0.0.1:9" in told(machines.stripe())[0]


def test_no_keys_are_a_choice(settings):
    settings.PORTAL_PLUGIN = {}
    assert list(machines.stripe()) == []


def test_a_test_mail(site):
    PortalSettings.objects.filter(site=site).update(sender="hello@northline.example")
    assert levels(machines.mail("me@agency.example")) == {Level.FINE}
    (message,) = mail.outbox
    assert message.to == ["me@agency.example"]
    assert "hello@northline.example" in message.from_email


def test_a_mail_server_that_is_away(settings):
    send_by(settings, SMTP, port=9)
    (finding,) = machines.mail("me@agency.example")
    assert finding.level == Level.ERROR
    assert "Connection refused" in finding.cause


@pytest.mark.skipif(bool(pdf.what_is_missing()), reason="Pango is missing")
def test_a_pdf_is_made():
    assert "was made in" in next(iter(papers.examine())).cause


def test_a_language_without_a_font(monkeypatch):
    if not papers.which("fc-list"):
        pytest.skip("fontconfig's command is missing")
    factories.order_factory(items=1, published=False, language="qaa-egyp")
    (finding,) = papers._fonts()
    assert "qaa-egyp" in finding.cause


@pytest.mark.parametrize(
    ("language", "script"), [("de", "Latn"), ("ar", "Arab"), ("ja", "Jpan"), ("zh-hant", "Hant")]
)
def test_the_script_of_a_language(language, script):
    assert papers._script(language) == script


# -- shops -----------------------------------------------------------------------------------------


def test_a_shop_that_is_ready():
    assert levels(shops.examine()) <= {Level.FINE, Level.WARNING}
    assert not [c for c in told(shops.examine()) if "encryption" not in c]


def test_terms_that_nobody_read(site):
    terms.add(site, "en", "order", starter.starter_terms("en", "order"))
    assert "starter text that nobody has read" in told(shops.examine())[0]


def test_a_shop_without_mailbox_and_bank(site, settings):
    settings.PORTAL_PLUGIN = {}
    settings.DEBUG = True
    PortalSettings.objects.filter(site=site).update(mailbox="", bank_details="")
    mailbox, bank = told(shops.examine())
    assert "no shop mailbox" in mailbox
    assert "neither Stripe nor bank details" in bank


def test_links_without_encryption(site, settings):
    settings.DEBUG = False
    assert any("without encryption" in cause for cause in told(shops.examine()))
    Site.objects.filter(pk=site.pk).update(port=443)
    assert not any("without encryption" in cause for cause in told(shops.examine()))


# -- waiting work ----------------------------------------------------------------------------------


@pytest.fixture
def email():
    link = factories.link_factory(factories.order_factory(items=1))
    document = link.document
    return outbox.queue(kind="link", site=document.site, document=document, link=link)


def test_an_email_that_waits_asks_for_the_cron_line(email):
    assert not [f for f in queues.examine() if "emails" in f.cause and f.level == Level.ERROR]
    age(not_before=timezone.now() - timedelta(minutes=11))
    (finding,) = [f for f in queues.examine() if "emails wait" in f.cause]
    assert finding.level == Level.ERROR
    assert "portal_sweep" in finding.fix


def test_an_email_that_a_dead_worker_holds(email):
    age(state=EmailState.SENDING, lease_until=timezone.now() - timedelta(minutes=11))
    assert any("emails wait" in cause for cause in told(queues.examine()))


def test_an_email_behind_one_that_is_tried_again_later_is_no_sign_of_a_missing_cron(email):
    link = email.link
    outbox.queue(kind="link", site=email.site, document=email.document, link=link)
    age(not_before=timezone.now() - timedelta(minutes=11))
    OutgoingEmail.objects.filter(pk=email.pk).update(
        attempts=4, error="452 mailbox full", not_before=timezone.now() + timedelta(hours=1)
    )
    assert not [f for f in queues.examine() if "emails wait" in f.cause]


def test_an_email_that_was_given_up(email):
    age(state=EmailState.PARKED, error="550 no such user")
    assert any("550 no such user" in cause for cause in told(queues.examine()))


def age(**values):
    OutgoingEmail.objects.update(**values)


def test_nothing_waits():
    assert levels(queues.examine()) == {Level.FINE}
