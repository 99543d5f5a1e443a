"""Every address of the portal, found by walking the URLconf: no list by hand can forget one."""

import uuid

import pytest
from django.test import Client
from django.urls import get_resolver

from portal_plugin import registry
from portal_plugin.models import SalesDocument, Submission
from tests import factories

pytestmark = pytest.mark.django_db

#: Addresses that need no grant, each with its reason.
PUBLIC = {
    "link": "the way in itself",
    "bare_link": "the same, without its last slash",
    "stray_link": "opens nothing, and hides the secret in its address",
    "ask_link": "asks for a new link",
    "how_it_works": "tells nothing about a document",
    "stripe_webhook": "signed by Stripe",
}

#: A key that nothing has.
UNKNOWN = str(uuid.uuid4())

#: Whoever has no grant reads the same thanks there, whatever document is asked for.
GREETED = {"payment_return"}


def status_for_strangers(pattern, method):
    return 200 if pattern.name in GREETED and method in ("get", "head") else 404


def patterns():
    portal = next(
        p for p in get_resolver().url_patterns if getattr(p, "app_name", "") == "portal_plugin"
    )
    return portal.url_patterns


def guarded():
    return [pattern for pattern in patterns() if pattern.name not in PUBLIC]


def address(pattern, document, item_key=None, file_id=None, action="comment"):
    route = str(pattern.pattern)
    values = {
        "<str:public_id>": document.public_id,
        "<slug:action>": action,
        "<key:item_key>": str(item_key or UNKNOWN),
        "<key:file_id>": str(file_id or UNKNOWN),
        "<key:key>": UNKNOWN,
        "<key:upload_id>": UNKNOWN,
        "<int:page>": "1",
        "<slug:size>": "thumb",
    }
    for name, value in values.items():
        route = route.replace(name, value)
    assert "<" not in route, f"{pattern.name} has a part that this walk does not know"
    return f"/portal/{route}"


def counts():
    return SalesDocument.objects.count(), Submission.objects.count()


def test_every_address_but_the_named_ones_stands_behind_the_guard():
    assert all(hasattr(pattern.callback, "portal_methods") for pattern in guarded())
    assert {p.name for p in patterns()} >= set(PUBLIC)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
def test_without_a_grant_everything_is_unknown(method):
    document = factories.order_factory(items=1)
    key = document.lines[0].key
    expected = {
        address(pattern, document, key, action=action.name): status_for_strangers(pattern, method)
        for pattern in guarded()
        for action in registry.actions()
    }
    for client in (Client(), signed_in()):
        found = {url: getattr(client, method)(url).status_code for url in expected}
        assert found == expected


def signed_in():
    client = Client()
    client.force_login(factories.user_factory())
    return client


def test_a_grant_of_one_document_opens_nothing_of_another(client, enter):
    own, other = factories.order_factory(items=1), factories.order_factory(items=1)
    shop_b = factories.site_factory("shop-b.localhost")
    foreign = factories.order_factory(items=1, site=shop_b)
    enter(own)
    before = counts()
    for document in (other, foreign):
        for pattern in guarded():
            url = address(pattern, document, own.lines[0].key)
            assert client.get(url).status_code == status_for_strangers(pattern, "get"), url
            assert client.post(url, {"text": "x"}).status_code == 404, url
    assert counts() == before


def test_an_item_of_another_document_is_unknown(client, enter):
    own, other = factories.order_factory(items=1), factories.order_factory(items=1)
    enter(own)
    key = other.lines[0].key
    for action in registry.actions():
        url = f"/portal/d/{own.public_id}/a/{action.name}/{key}/"
        for response in (client.get(url), client.post(url, {"text": "x"})):
            assert response.status_code == 404, url
    assert not Submission.objects.exists()


def test_every_answer_has_every_header(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    urls = [address(p, order, order.lines[0].key) for p in guarded()]
    urls += ["/portal/l/", "/portal/l/wrong/", "/portal/how-it-works/en/", "/portal/d/none/"]
    for url in urls:
        for response in (client.get(url), client.post(url), client.put(url)):
            assert "no-store" in response["Cache-Control"], url
            assert "private" in response["Cache-Control"], url
            assert response["X-Content-Type-Options"] == "nosniff", url
            assert "noindex" in response["X-Robots-Tag"], url
            policy = "strict-origin" if url.startswith("/portal/l/") else "same-origin"
            assert response["Referrer-Policy"] == policy, url
            assert "frame-ancestors" in response["Content-Security-Policy"], url


def test_every_post_without_the_forms_token_is_refused_with_our_page(enter):
    client = Client(enforce_csrf_checks=True)
    order = factories.order_factory(items=1)
    enter(order, client=client)
    for pattern in guarded():
        if "POST" not in pattern.callback.portal_methods:
            continue
        url = address(pattern, order)
        response = client.post(url, {"text": "What I wrote to the shop"})
        assert response.status_code == 403, url
        assert b"portal-root" in response.content, url
        assert b"What I wrote to the shop" in response.content, url
    assert client.post("/portal/l/", {"email": "a@example.org"}).status_code == 403
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://shop-b.localhost", "http://sub.localhost"]
)
def test_another_origin_cannot_post(enter, origin):
    client = Client(enforce_csrf_checks=True)
    order = factories.order_factory(items=1)
    enter(order, client=client)
    url = f"/portal/d/{order.public_id}/a/comment/"
    client.get(url)
    token = client.cookies["csrftoken"].value
    headers = {"Origin": origin, "Host": "localhost"}
    data = {"text": "x", "csrfmiddlewaretoken": token, "client_key": str(uuid.uuid4())}
    assert client.post(url, data, headers=headers).status_code == 403
    assert (
        client.post(url, data, headers=headers | {"Origin": "http://localhost"}).status_code == 303
    )


def test_a_wrong_method_is_named():
    order = factories.order_factory(items=1)
    client = Client()
    from portal_plugin.services import links

    link = factories.link_factory(order)
    client.get(f"/portal/l/{links.make_token(link)}/")
    assert client.put(f"/portal/d/{order.public_id}/").status_code == 405
