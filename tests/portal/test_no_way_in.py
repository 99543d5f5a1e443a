"""Whatever is no direct link, or no longer one, and what a link does not depend on."""

import re
import time
import zoneinfo
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_plugin import languages
from portal_plugin.models import Comment, DirectLink
from portal_plugin.portal import grants
from portal_plugin.services import links
from tests import factories
from tests.portal.browsing import page, path_of, send, without_secrets

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _patience(settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "WRONG_TOKENS_PER_MINUTE": 1000}


def age(client, document, hours, opened_days=0):
    """Make the grant as old as if it was written so many hours ago."""
    name = grants.cookie_name(document)
    grant = signing.loads(client.cookies[name].value, salt=grants.SALT)
    then = int(time.time() - hours * 3600)
    grant |= {"at": then, "since": int(then - opened_days * 86400)}
    signer = signing.TimestampSigner(salt=grants.SALT)
    signer.timestamp = lambda: signing.b62_encode(then)
    client.cookies[name] = signer.sign_object(grant, compress=False)


# -- what is no link ------------------------------------------------------------------------------


def test_whatever_is_no_secret_looks_like_an_unknown_one(client):
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    _path, token = path_of(link)
    tried = [
        "x", "x" * 42, "x" * 43, "x" * 44, "x" * 10_000,
        token[1:], token[:-1], token + "A", token.swapcase(), token.upper(), token[::-1],
        token[:-1] + "%2e", f"%25{token[1:]}", token + "%0a", f"%00{token}", "%00" * 43,
        "\u00fc" * 43, "%ff%fe", "..", "%252e%252e",
        order.number, str(order.pk), order.public_id, link.recipient.email, "1", "0", "-1",
    ]  # fmt: skip
    assert client.get(f"/portal/l/{token}/").status_code == 303
    answers = [client.get(f"/portal/l/{text}/") for text in tried]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_secrets(answer.content) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ar-KW,ar;q=0.9,en;q=0.8", "ar"),
        ("fr-FR, de-AT;q=0.8", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        ("\x00,;q=,-" + ",x" * 5000, "en"),
    ],
)
@pytest.mark.parametrize("path", [f"/portal/l/{'x' * 43}/", "/portal/d/aaaaaaaaaaaaaaaa/"])
def test_who_is_not_known_is_answered_in_the_language_of_their_browser(
    client, settings, accepted, language, path
):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "Arabic")]
    factories.site_factory()
    answer = client.get(path, headers={"accept-language": accepted})
    direction = "rtl" if language == "ar" else "ltr"
    assert re.search(rf'id="portal"[^>]* lang="{language}" dir="{direction}"', answer.text)


def test_a_language_that_the_site_does_not_have_is_not_spoken(settings):
    settings.LANGUAGES = [("de-at", "Deutsch"), ("en", "English")]
    asked = ["ar,en;q=0.5", "de-AT", "ar"]
    assert [languages.asked_for(one) for one in asked] == ["en", "de-at", ""]


def test_numbers_and_addresses_open_no_page(client):
    order = factories.order_factory(items=1)
    for text in (order.number, order.pk, order.customer.email, order.title, "1"):
        assert client.get(f"/portal/d/{text}/").status_code == 404


@pytest.mark.parametrize("way", ["query", "json", "form", "headers", "cookie"])
def test_the_secret_counts_nowhere_but_in_the_path(client, way):
    order = factories.order_factory(items=1)
    _path, token = path_of(factories.link_factory(order))
    sent = {
        "query": lambda url: client.get(url, {"token": token, "l": token}),
        "json": lambda url: client.post(url, {"token": token}, content_type="application/json"),
        "form": lambda url: client.post(url, {"token": token, "link": token}),
        "headers": lambda url: client.get(
            url, headers={"Authorization": f"Bearer {token}", "X-Token": token}
        ),
        "cookie": lambda url: client.get(url),
    }
    if way == "cookie":
        client.cookies[grants.cookie_name(order)] = token
    for url in ("/portal/l/", page(order)):
        answer = sent[way](url)
        assert answer.status_code in (200, 404)
        assert grants.cookie_name(order) not in answer.cookies
    client.cookies.clear()
    assert client.get(page(order)).status_code == 404


def test_what_does_not_open_costs_the_same_whatever_the_reason(client):
    """Nobody learns by a watch what the page does not say."""
    link = factories.link_factory(factories.order_factory(items=1))
    stopped, _token = path_of(link)
    links.revoke(link)
    other = factories.site_factory("shop-b.localhost")
    foreign, _token = path_of(factories.link_factory(factories.order_factory(1, site=other)))
    counts = set()
    client.get("/portal/l/warm/")
    for path in ("/portal/l/" + "x" * 43 + "/", stopped, foreign):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 404
        counts.add(len(queries))
    assert len(counts) == 1


def test_a_secret_is_looked_up_by_its_hash_and_compared_with_nothing(client):
    """How long a look-up takes tells of the hash, which nobody can aim at. The same questions are
    asked of a right and of a wrong one, until it is known which it is."""
    _path, token = path_of(factories.link_factory(factories.order_factory(items=1)))
    wrong = "x" * len(token)
    client.get("/portal/l/warm/")
    asked = []
    for raw in (wrong, token):
        with CaptureQueriesContext(connection) as queries:
            links.by_token(raw)
        assert raw not in str(queries.captured_queries)
        hashed = sha256(raw.encode()).hexdigest()
        asked.append([query["sql"].replace(hashed, "HASH") for query in queries])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1
    assert "HASH" in asked[0][0]


# -- until when -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "status"), [(-1, 410), (0, 410), (1, 303)])
def test_a_link_ends_to_the_second(client, monkeypatch, seconds, status):
    link = factories.link_factory(factories.order_factory(items=1))
    path, _token = path_of(link)
    now = timezone.now()
    DirectLink.objects.update(expires_at=now + timedelta(seconds=seconds))
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    assert client.get(path).status_code == status


@pytest.mark.parametrize("day", ["2028-02-28", "2028-02-29", "2027-03-28", "2027-10-31"])
def test_a_link_to_an_estimate_lasts_to_the_end_of_its_last_day(settings, day):
    """A leap day, and the days on which clocks are changed."""
    settings.TIME_ZONE = "Europe/Berlin"
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    last = date.fromisoformat(day)
    estimate = factories.estimate_factory(items=1, valid_until=last)
    following = last + timedelta(days=1)
    midnight = datetime(following.year, following.month, following.day, tzinfo=zone)
    assert factories.link_factory(estimate).expires_at == midnight


def test_of_three_links_the_one_that_is_stopped_dies_alone(enter):
    order = factories.order_factory(items=1)
    visits = []
    for name in ("Ada", "Bo", "Cy"):
        link = factories.link_factory(order, name=name, email=f"{name}@example.org")
        client = Client()
        path, _token = path_of(link)
        client.get(path)
        visits.append((client, link, path))
    links.revoke(visits[1][1])
    assert [client.get(page(order)).status_code for client, _l, _p in visits] == [200, 404, 200]
    assert [Client().get(path).status_code for _c, _l, path in visits] == [303, 404, 303]


# -- what it does not depend on -------------------------------------------------------------------


def test_links_that_were_mailed_outlive_the_sites_key(client, enter, settings):
    order = factories.order_factory(items=1)
    path, _token = path_of(factories.link_factory(order))
    enter(order)
    settings.SECRET_KEY_FALLBACKS = [site_settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, since the first was lost " * 2
    assert client.get(page(order)).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(page(order)).status_code == 404
    assert client.get(path).status_code == 303
    assert client.get(page(order)).status_code == 200


# -- the grant ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "opened_days", "status"),
    [(23, 0, 200), (25, 0, 404), (1, 29, 200), (1, 31, 404)],
)
def test_a_grant_ends_a_day_after_the_last_visit_and_a_month_after_the_first(
    client, enter, hours, opened_days, status
):
    order = factories.order_factory(items=1)
    enter(order)
    age(client, order, hours, opened_days)
    assert client.get(page(order)).status_code == status


def test_each_tab_acts_on_its_own_document(client, enter):
    orders = [factories.order_factory(items=1) for _ in range(3)]
    for order in orders:
        enter(order)
    for number in (1, 0, 2):
        text = f"About number {number}"
        assert send(client, orders[number], "comment", text=text).status_code == 303
    said = dict(Comment.objects.values_list("text", "document_id"))
    assert said == {f"About number {n}": orders[n].pk for n in range(3)}


def test_who_has_no_grant_any_more_keeps_what_was_typed(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    age(client, order, 25)
    text = "The logo twice as large, <b>please</b>."
    answer = send(client, order, "change_request", text=text)
    assert answer.status_code == 404
    told = answer.content.decode()
    assert "The logo twice as large, &lt;b&gt;please&lt;/b&gt;." in told
    assert re.search(r'<textarea[^>]+readonly dir="auto"', told)
    assert not Comment.objects.exists()


def test_a_script_whose_page_was_open_for_longer_is_told_so(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    age(client, order, 25)
    script = {"Accept": "application/json"}
    told = client.post(page(order, "a/pay/"), headers=script)
    assert told.status_code == 404
    assert "open the link in your email again" in told.json()["error"]
    unknown = client.post(page(order, "a/pay/").replace(order.public_id, "x"), headers=script)
    assert unknown.content == told.content


def test_no_session_of_the_site_is_written_or_needed(client, enter):
    order = factories.order_factory(items=1)
    client.cookies["sessionid"] = "planted-by-somebody-else-00000000"
    enter(order)
    send(client, order, "comment", text="Hello")
    client.get(page(order))
    assert not Session.objects.exists()
    assert client.get(page(order)).status_code == 200
