"""Which sources the portal adds to a policy of the site's, and to which of its directives."""

import pytest
from django.http import HttpResponse

from portal_plugin.portal import csp
from tests.factories import order_factory

SELF = "'self'"


@pytest.fixture
def shop_request(rf):
    return rf.get("/portal/")


@pytest.fixture(autouse=True)
def _takes_no_cards(settings):
    settings.PORTAL_PLUGIN = settings.PORTAL_PLUGIN | {"STRIPE_PUBLISHABLE_KEY": ""}


@pytest.fixture
def takes_cards(settings):
    settings.PORTAL_PLUGIN = settings.PORTAL_PLUGIN | {"STRIPE_PUBLISHABLE_KEY": "pk_test_abc"}


def test_the_strict_policy_names_other_hosts_where_files_lie_and_no_paths(shop_request, settings):
    settings.PORTAL_PLUGIN = settings.PORTAL_PLUGIN | {"STRICT_CSP": True}
    settings.STATIC_URL, settings.MEDIA_URL = "//cdn.example/static/", "/media/"
    response = HttpResponse()
    csp.apply(response, shop_request)
    parts = response["Content-Security-Policy"].split("; ")
    assert "img-src 'self' https://cdn.example data:" in parts
    assert "font-src 'self' https://cdn.example" in parts


def test_what_the_policy_leaves_open_stays_open(shop_request, takes_cards):
    assert csp.extended({"object-src": ["'none'"]}, shop_request) == {}


def test_a_policy_that_lets_the_portal_work_is_left_alone(shop_request):
    policy = {"default-src": [SELF], "style-src": [SELF, "'unsafe-inline'"]}
    assert csp.extended(policy, shop_request) == {}


def test_calls_forms_frames_and_pictures_of_its_own_are_let_in(shop_request):
    policy = {"default-src": ["'none'"], "form-action": ["'none'"]}
    found = csp.extended(policy, shop_request)
    assert {name: found[name] for name in found if name != "style-src"} == {
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "img-src": [SELF],
    }


def test_a_directive_that_is_missing_takes_over_what_default_src_allows(shop_request, takes_cards):
    found = csp.extended({"default-src": [SELF, "https://cdn.example"]}, shop_request)
    assert found["script-src"][:2] == [SELF, "https://cdn.example"]
    assert found["connect-src"] == [
        SELF,
        "https://cdn.example",
        *csp.STRIPE_CALLS,
        *(source for source in found["script-src"][2:] if source not in csp.STRIPE_SCRIPTS),
    ]
    assert "form-action" not in found


@pytest.mark.parametrize("name", ["frame-src", "script-src"])
def test_what_stripes_script_fetches_from_names_below_its_own_is_let_in(
    shop_request, takes_cards, name
):
    assert "https://*.js.stripe.com" in csp.extended({"default-src": [SELF]}, shop_request)[name]


def test_frames_fall_back_to_child_src(shop_request, takes_cards):
    policy = {"default-src": ["'none'"], "child-src": ["https://maps.example"]}
    assert csp.extended(policy, shop_request)["frame-src"][:2] == ["https://maps.example", SELF]


@pytest.mark.parametrize("name", ["script-src-elem", "style-src-elem"])
def test_a_directive_for_elements_alone_is_extended_where_there_is_one(
    shop_request, takes_cards, name
):
    assert name not in csp.extended({"default-src": [SELF]}, shop_request)
    assert len(csp.extended({name: [SELF]}, shop_request)[name]) > 1


@pytest.mark.django_db
@pytest.mark.needs_module("csp")
def test_a_site_with_django_csp_keeps_its_policy_and_the_portal_works(client, enter, settings):
    settings.MIDDLEWARE = [csp.DJANGO_CSP, *settings.MIDDLEWARE]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {"default-src": [SELF], "form-action": [SELF]}
    }
    order = order_factory(items=1)
    enter(order)
    response = client.get(f"/portal/d/{order.public_id}/")
    parts = response["Content-Security-Policy"].split("; ")
    # An empty "connect-src" would forbid every dialog, an empty "form-action" every form.
    assert sorted(parts) == [
        "default-src 'self'",
        "form-action 'self'",
        f"style-src 'self' 'nonce-{response.context['csp_nonce']}'",
    ]
