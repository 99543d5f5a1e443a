"""The portal beside a policy of the site's own."""

import pytest

from portal_plugin.portal import csp
from tests.factories import order_factory

pytestmark = [pytest.mark.django_db, pytest.mark.needs_module("django.middleware.csp")]


@pytest.fixture(autouse=True)
def _middleware(settings):
    settings.MIDDLEWARE = [csp.DJANGO, *settings.MIDDLEWARE]
    settings.PORTAL_PLUGIN = settings.PORTAL_PLUGIN | {"STRIPE_PUBLISHABLE_KEY": "pk_test_abc"}


def policy_of(response):
    header = response["Content-Security-Policy"]
    return {name: rest for name, _, rest in (part.partition(" ") for part in header.split("; "))}


@pytest.fixture
def page(client, enter):
    order = order_factory(items=1)
    enter(order)
    return lambda: client.get(f"/portal/d/{order.public_id}/")


def test_the_sites_policy_stays_and_takes_what_the_portal_needs(page, settings):
    settings.SECURE_CSP = {
        "default-src": ["'self'"],
        "frame-src": ["'self'"],
        "font-src": ["data:"],
    }
    policy = policy_of(page())
    assert policy["default-src"] == "'self'"
    assert policy["font-src"] == "data:"
    assert policy["frame-src"].startswith("'self' ")
    assert csp.STRIPE_FRAMES[0] in policy["frame-src"].split()


@pytest.mark.parametrize("written", ["'self'", ("'self'",), {"'self'"}])
def test_sources_in_every_form_that_django_takes(page, settings, written):
    settings.SECURE_CSP = {"connect-src": written, "upgrade-insecure-requests": True}
    policy = policy_of(page())
    assert policy["connect-src"].split()[:2] == ["'self'", csp.STRIPE_CALLS[0]]
    assert policy["upgrade-insecure-requests"] == ""


def test_none_gives_way_and_what_is_switched_off_stays_off(page, settings):
    settings.SECURE_CSP = {"frame-src": ["'none'"], "script-src": False, "base-uri": ["'self'"]}
    policy = policy_of(page())
    assert "'none'" not in policy["frame-src"]
    assert "script-src" not in policy


def test_the_sites_nonce_is_the_pages(page, settings):
    settings.SECURE_CSP = {"script-src": ["'self'", "<CSP_NONCE_SENTINEL>"]}
    response = page()
    nonce = response.context["csp_nonce"]
    assert f"'nonce-{nonce}'" in policy_of(response)["script-src"]
    assert f'nonce="{nonce}"' in response.content.decode()


@pytest.mark.parametrize("name", ["style-src", "default-src"])
def test_the_shops_colours_are_let_in(page, settings, name):
    settings.SECURE_CSP = {name: ["'self'"]}
    response = page()
    assert f"'self' 'nonce-{response.context['csp_nonce']}'" == policy_of(response)["style-src"]


def test_a_nonce_switches_off_no_style_of_the_sites(page, settings):
    settings.SECURE_CSP = {"style-src": ["'self'", "'unsafe-inline'"]}
    assert policy_of(page())["style-src"] == "'self' 'unsafe-inline'"


def test_a_site_without_a_policy_gets_none_from_us(page, settings):
    settings.SECURE_CSP = {}
    assert "Content-Security-Policy" not in page()
