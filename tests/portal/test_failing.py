"""The database goes away, is full or locked, at any moment of a request."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.signals import got_request_exception
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
)
from django.test import Client

from portal_plugin import faults, signals
from portal_plugin.actions import base
from portal_plugin.models import Comment, OutgoingEmail, PortalSettings, Submission
from portal_plugin.portal import failing, guard, links
from portal_plugin.services import links as link_service
from tests import factories
from tests.portal.browsing import page

pytestmark = pytest.mark.django_db
WORDS = "Please make the letters a little larger"


@pytest.fixture(autouse=True)
def _own_middleware(settings):
    """A middleware of the site's that asks the database fails before anything of ours begins."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "website" not in one]


@pytest.fixture
def order(enter):
    order = factories.order_factory(items=1)
    enter(order)
    return order


def breaks(error):
    def broken(*args, **kwargs):
        raise error("the database is gone")

    return broken


def at(point, monkeypatch, error=OperationalError):
    def reached(name):
        if name == point:
            raise error("the database is gone")

    monkeypatch.setattr(faults, "on_reach", reached)


def comment(client, order, key, **headers):
    data = {"text": WORDS, "client_key": key}
    return client.post(page(order, "a/comment/"), data, headers=headers)


def database_away():
    """Whatever is asked of the database fails."""
    return connection.execute_wrapper(breaks(OperationalError))


def is_ours(response):
    assert response.status_code == 503
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Retry-After"]
    return True


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseError])
def test_what_was_typed_is_given_back_and_nothing_is_promised(client, order, monkeypatch, error):
    at("act.before_commit", monkeypatch, error)
    response = comment(client, order, uuid.uuid4())
    assert is_ours(response)
    text = response.content.decode()
    assert WORDS in text
    assert "we do not know whether this was saved" in text
    assert f'href="{page(order)}"' in text
    assert not Submission.objects.exists()


def test_sent_again_after_an_unknown_end_it_is_there_once(client, order, monkeypatch):
    """The commit was done and its answer lost."""
    key = uuid.uuid4()
    at("act.committed", monkeypatch)
    assert is_ours(comment(client, order, key))
    assert Comment.objects.count() == 1
    monkeypatch.setattr(faults, "on_reach", None)
    assert comment(client, order, key).status_code == 303
    assert Comment.objects.count() == Submission.objects.count() == 1


def test_scripts_keep_their_form_and_get_the_sentence(client, order, monkeypatch):
    at("act.before_commit", monkeypatch)
    part = comment(client, order, uuid.uuid4(), **{"X-Portal-Fragment": "1"})
    assert is_ours(part)
    # What has none of our markup is no answer to the dialog: it says so and keeps the form.
    assert b"portal-" not in part.content
    facts = comment(client, order, uuid.uuid4(), accept="application/json")
    assert is_ours(facts)
    assert "do not know" in facts.json()["error"]


@pytest.mark.parametrize("tail", ["", "a/comment/", "pdf/", "files/"])
def test_a_page_that_cannot_be_read_says_so(client, order, tail):
    with database_away():
        response = client.get(page(order, tail))
    assert is_ours(response)
    assert "cannot be shown right now" in response.content.decode()


@pytest.mark.parametrize("path", ["/portal/l/some-link/", None])
def test_the_page_says_whom_to_ask(client, order, path):
    """Of the shop whose pages were shown before; one that was never seen has its host's name."""
    PortalSettings.objects.update(shop_name="Northline", phone="+353 20 913 0142")
    client.get(page(order))
    with database_away():
        text = client.get(path or page(order)).content.decode()
        foreign = client.get(
            path or page(order), headers={"host": "shop-b.localhost"}
        ).content.decode()
    assert "Northline" in text
    assert "+353 20 913 0142" in text
    assert "Northline" not in foreign


def test_a_form_is_given_back_when_nothing_can_be_read(client, order):
    with database_away():
        response = comment(client, order, uuid.uuid4())
    assert is_ours(response)
    assert WORDS in response.content.decode()


def test_the_page_speaks_the_documents_language(client, enter, monkeypatch):
    order = factories.order_factory(items=1, language="de")
    enter(order)
    at("act.before_commit", monkeypatch)
    assert 'lang="de"' in comment(client, order, uuid.uuid4()).content.decode()


def test_the_way_in_too(client, order):
    token = link_service.make_token(factories.link_factory(order))
    with database_away():
        response = client.get(f"/portal/l/{token}/")
        asked = client.post("/portal/l/", {"email": "a@example.org"})
    assert is_ours(response)
    assert is_ours(asked)
    assert token not in response.content.decode()
    assert response["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("error", [ValueError, IntegrityError])
def test_what_is_wrong_in_our_own_code_is_not_called_the_databases(
    client, order, monkeypatch, error
):
    monkeypatch.setattr(guard, "find_document", breaks(error))
    monkeypatch.setattr(links.links, "by_token", breaks(error))
    for url in (page(order), "/portal/l/wrong/"):
        with pytest.raises(error, match="gone"):
            client.get(url)


class Reporter:
    """As Rollbar's or Airbrake's: it waits for what goes wrong."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        request.environ["heard"].append(exception)


def test_a_fault_of_ours_has_the_headers_of_every_answer(client, order, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr(guard, "find_document", breaks(ValueError))
    monkeypatch.setattr(links.links, "by_token", breaks(ValueError))
    reported = []

    def hear(request, **rest):
        reported.append(request)

    got_request_exception.connect(hear)
    for url, policy in ((page(order), "same-origin"), ("/portal/l/wrong/", "strict-origin")):
        response = client.get(url)
        assert response.status_code == 500
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == policy
        assert "frame-ancestors" in response["Content-Security-Policy"]
    assert len(reported) == 2


def test_who_waits_for_faults_in_views_hears_of_ours(client, order, monkeypatch, settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Reporter"]
    monkeypatch.setattr(guard, "find_document", breaks(ValueError))
    visitor, heard = Client(raise_request_exception=False), []
    assert visitor.get(page(order), heard=heard).status_code == 500
    assert [str(one) for one in heard] == ["the database is gone"]


def test_what_cannot_be_written_into_the_history_does_not_happen(client, order, monkeypatch):
    monkeypatch.setattr(base.activity, "record", breaks(OperationalError))
    assert is_ours(comment(client, order, uuid.uuid4()))
    assert not Comment.objects.exists()
    assert not Submission.objects.exists()
    assert not OutgoingEmail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_listener_of_the_sites_that_breaks_takes_nothing_back(client, order):
    broken = breaks(ValueError)
    signals.activity_recorded.connect(broken)
    try:
        assert comment(client, order, uuid.uuid4()).status_code == 303
    finally:
        signals.activity_recorded.disconnect(broken)
    assert Comment.objects.count() == 1
    assert set(OutgoingEmail.objects.values_list("kind", flat=True)) >= {"receipt_comment"}


def test_a_site_that_answers_to_any_host_fills_no_memory(client, order, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(failing, "MOST", 3)
    monkeypatch.setattr(failing, "_shops", known := {})
    for number in range(5):
        host = f"{number}.example"
        assert client.get(page(order), headers={"host": host}).status_code == 200, host
    assert list(known) == ["2.example", "3.example", "4.example"]


def test_two_visitors_with_new_hosts_at_once_are_both_answered(rf, order, settings, monkeypatch):
    class Slow(dict):
        def __iter__(self):
            found = super().__iter__()
            time.sleep(0.05)
            return found

    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(failing, "MOST", 2)
    monkeypatch.setattr(failing, "_shops", known := Slow(a=order.site, b=order.site))
    with ThreadPoolExecutor(2) as pool:
        asked = [rf.get("/", headers={"host": host}) for host in ("c.example", "d.example")]
        list(pool.map(lambda request: failing.remember(request, order.site), asked))
    assert len(known) == 2
