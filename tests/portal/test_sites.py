"""Sites that are built differently: the portal works, and a customer never sees a traceback."""

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.template import engines
from django.test import Client

from portal_plugin import urls as portal_urls
from portal_plugin.models import Comment
from portal_plugin.services import links
from sandbox_site import urls
from tests import entering, factories

pytestmark = pytest.mark.django_db


def url_of(document, rest=""):
    return f"/portal/d/{document.public_id}/{rest}"


@pytest.fixture
def base(settings, tmp_path):
    """Give the site another base template: ``base("…its source…")``."""

    def use(source, name="other_base.html"):
        (tmp_path / name).write_text(source)
        settings.TEMPLATES = [
            {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
        ]
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "BASE_TEMPLATE": name}
        engines._templates = None

    return use


@pytest.mark.failing_base
@pytest.mark.parametrize(
    "source",
    [
        "{% load nothing_of_that_name %}",
        "{% url 'no-such-view' %}{% block content %}{% endblock %}",
        "{% include 'no-such-template.html' %}{% block content %}{% endblock %}",
        "{% block content %}",
    ],
)
def test_a_base_that_raises_is_left_out(client, enter, base, source):
    order = factories.order_factory(items=1)
    enter(order)
    base(source)
    page = client.get(url_of(order))
    assert page.status_code == 200
    assert order.number in page.content.decode()


def test_a_base_that_is_not_there_is_left_out(client, enter, settings):
    order = factories.order_factory(items=1)
    enter(order)
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "BASE_TEMPLATE": "nowhere.html"}
    assert order.number in client.get(url_of(order)).content.decode()


def test_a_base_with_the_blocks_of_wagtail_start_is_enough(client, enter, base):
    order = factories.order_factory(items=1)
    enter(order)
    base(
        "<html><head><title>{% block title %}{% endblock %}</title>{% block extra_css %}"
        "{% endblock %}</head><body class='{% block body_class %}{% endblock %}'>"
        "MY SITE {% block content %}{% endblock %}{% block extra_js %}{% endblock %}</body></html>"
    )
    page = client.get(url_of(order)).content.decode()
    assert "MY SITE" in page
    assert order.number in page


def test_requests_in_a_transaction(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        url = url_of(order, "a/comment/")
        form = client.get(url).context["form"]
        data = {"client_key": str(form["client_key"].value()), "text": "Hello"}
        assert client.post(url, data).status_code == 303
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert Comment.objects.count() == 1
    assert not transaction.get_connection().needs_rollback


@pytest.mark.needs_module("wagtailcache")
def test_a_page_cache_keeps_nothing_of_the_portal(client, enter, settings):
    settings.WAGTAIL_CACHE_BACKEND = "default"
    settings.MIDDLEWARE = [
        "wagtailcache.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "wagtailcache.cache.FetchFromCacheMiddleware",
    ]
    cache.clear()
    order = factories.order_factory(items=1)
    assert client.get(url_of(order)).status_code == 404
    enter(order)
    assert client.get(url_of(order)).status_code == 200
    client.cookies.clear()
    assert client.get(url_of(order)).status_code == 404


def test_a_mail_made_under_a_wrong_host_leads_to_the_documents_own_site(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    client.post("/portal/l/", {"email": link.recipient.email}, headers={"host": "evil.example"})
    assert links.link_url(link, "x").startswith(order.site.root_url)


def test_another_shops_host_knows_nothing_of_this_document(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    factories.site_factory("shop-b.localhost")
    response = client.get(url_of(order), headers={"host": "shop-b.localhost"})
    assert response.status_code == 404


@pytest.fixture
def many_languages(settings):
    """Its pages are at ``/en/…`` and ``/de/…``, as Wagtail's guide has it."""
    *others, pages = urls.urlpatterns
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [*others, *i18n_patterns(pages)]})
    settings.MIDDLEWARE = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.locale.LocaleMiddleware",
        *settings.MIDDLEWARE,
    ]


@pytest.mark.parametrize("tail", ["d/{0}/", "d/{0}/uploads/", "d/x/", f"l/{'x' * 43}/", "l/x"])
def test_a_site_of_many_languages_keeps_the_page_that_helps(client, many_languages, tail):
    address = "/portal/" + tail.format(factories.order_factory(items=1).public_id)
    for response in (client.get(address), client.post(address, {"text": "Please call me back."})):
        assert response.status_code == 404
        assert "portal-" in response.content.decode()


def test_a_site_of_many_languages_tells_scripts_that_their_visit_has_ended(client, many_languages):
    address = url_of(factories.order_factory(items=1), "seen/")
    response = client.post(address, headers={"accept": "application/json"})
    assert response.status_code == 404
    assert "Your visit has ended." in response.json()["error"]


def test_pages_of_a_document_lead_to_the_sites_own(client, enter, many_languages, base):
    order = factories.order_factory(items=1)
    enter(order)
    base("{% block content %}{% endblock %}<a href=\"{% url 'wagtail_serve' 'jobs/' %}\">Jobs</a>")
    assert 'href="/en/jobs/"' in client.get(url_of(order)).content.decode()


def test_a_site_whose_pages_ask_for_an_account(client, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    order = factories.order_factory(items=1)
    assert client.get("/").headers["Location"].startswith(settings.LOGIN_URL)
    entering.enter(client, order)
    assert client.get(url_of(order)).status_code == 200
    assert client.get("/portal/how-it-works/en/").status_code == 200
    assert client.post("/portal/l/", {"email": "a@example.com"}).status_code == 200
    assert client.options(url_of(order, "uploads/")).status_code == 204


def test_no_address_of_the_portal_asks_for_an_account():
    views = [one.callback for one in portal_urls.urlpatterns]
    assert [view for view in views if getattr(view, "login_required", True)] == []


def test_a_site_without_a_csrf_middleware(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
    client, order = Client(enforce_csrf_checks=True), factories.order_factory(items=1)
    entering.enter(client, order)
    first = client.get(url_of(order, "a/comment/"))
    data = {"client_key": str(first.context["form"]["client_key"].value()), "text": "Hello"}
    data["csrfmiddlewaretoken"] = str(first.context["csrf_token"])
    for tail in ("", "a/change_request/", "no-such-page/"):
        client.get(url_of(order, tail))
    client.get("/portal/l/")
    assert client.post(url_of(order, "a/comment/"), data).status_code == 303
    assert client.post(url_of(order, "a/comment/"), {"text": "Hello"}).status_code == 403


def test_a_site_without_sessions_and_users(client, enter, settings):
    order = factories.order_factory(items=1)
    enter(order)
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if "auth" not in name and "essage" not in name
    ]
    settings.TEMPLATES = [
        {
            **settings.TEMPLATES[0],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ]
    assert client.get(url_of(order)).status_code == 200


@pytest.fixture
def broken_cache(settings):
    """A cache that raises at each call, as one whose server is away."""

    def take_away():
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
                "LOCATION": "/proc/no-such-place",
            }
        }

    yield take_away
    del settings.CACHES


@pytest.mark.failing_base
def test_a_cache_that_does_not_answer_leaves_reading_open(client, broken_cache):
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    path = links.link_url(link, links.make_token(link)).removeprefix(order.site.root_url)
    broken_cache()
    assert client.get(path).status_code == 303
    assert client.get(url_of(order)).status_code == 200


@pytest.mark.failing_base
def test_without_a_cache_what_costs_disk_is_closed(client, enter, broken_cache):
    order = factories.order_factory(items=1)
    enter(order)
    broken_cache()
    file = SimpleUploadedFile("a.txt", b"hello")
    assert client.post(url_of(order, "a/upload/"), {"files": file}).status_code == 429
