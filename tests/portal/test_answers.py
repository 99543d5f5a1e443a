"""What every answer carries, and what no request can make the portal say or do."""

import uuid

import pytest
from django.core import mail
from django.test import Client

from portal_plugin.models import Comment, OutgoingEmail, Submission
from portal_plugin.services import links, outbox
from tests import factories, samples
from tests.mailing import ANYMAIL, send_by
from tests.portal.browsing import page, send
from tests.portal.test_walk import PUBLIC, patterns

pytestmark = pytest.mark.django_db


def limit(settings, **limits):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **limits}


def assert_has_headers(answer):
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["X-Content-Type-Options"] == "nosniff"


# -- headers of refusals --------------------------------------------------------------------------


def refusals(client, order, settings):
    yield 400, send(client, order, "comment", text="")
    yield 403, Client(enforce_csrf_checks=True).post("/portal/l/", {"email": "a@example.org"})
    yield 404, client.get(page(order, f"files/{uuid.uuid4()}/"))
    yield 405, client.put(page(order))
    yield 409, send(client, order, "pay", shown="0.01")
    limit(settings, UPLOAD_MAX_BYTES=10)
    file = samples.upload("a.png", samples.png())
    yield 413, send(client, order, "upload", files=file)
    limit(settings, MESSAGES_PER_HOUR=0)
    yield 429, send(client, order, "comment", text="Hello")


def test_a_refusal_has_every_header_and_frames_nobody(client, enter, settings):
    order = factories.order_factory(items=1)
    enter(order)
    for status, answer in refusals(client, order, settings):
        assert answer.status_code == status
        assert_has_headers(answer)
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "post"])
def test_so_has_the_address_of_webhooks(client, method):
    answer = getattr(client, method)("/portal/webhooks/stripe/")
    assert answer.status_code in (400, 405)
    assert_has_headers(answer)


def test_what_only_explains_takes_no_form():
    """Without its token, with it, and where the site has no middleware for it."""
    client = Client(enforce_csrf_checks=True)
    for method in ("post", "put", "delete"):
        answer = getattr(client, method)("/portal/how-it-works/en/", {"email": "a@example.org"})
        assert answer.status_code == 405
        assert_has_headers(answer)


def test_nothing_but_the_webhook_takes_a_form_without_its_token():
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    link = factories.link_factory(factories.order_factory(items=1))
    addresses = {
        "ask_link": "/portal/l/",
        "link": f"/portal/l/{'x' * 43}/",
        "bare_link": f"/portal/l/{'x' * 43}",
        "stray_link": f"/portal/l/{'x' * 43}/)",
        "how_it_works": "/portal/how-it-works/en/",
    }
    assert set(addresses) == PUBLIC.keys() - {"stripe_webhook"}
    for address in addresses.values():
        answer = client.post(address, {"email": link.recipient.email})
        assert answer.status_code in (403, 405)
    assert not OutgoingEmail.objects.exists()
    assert all(hasattr(p.callback, "portal_methods") for p in patterns() if p.name not in PUBLIC)


# -- forms of another site ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["http://localhost", "https://evil.example", "https://localhost.evil.example", "null"]
)
def test_an_encrypted_page_takes_no_form_from_anywhere_else(enter, origin):
    order = factories.order_factory(items=1)
    client = Client(enforce_csrf_checks=True)
    enter(order, client=client)
    address = page(order, "a/comment/")
    client.get(address, secure=True, headers={"Host": "localhost"})
    form = {"text": "x", "client_key": str(uuid.uuid4())}
    form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
    for headers in ({"Origin": origin}, {}, {"Referer": f"{origin}/"}):
        headers["Host"] = "localhost"
        assert client.post(address, form, secure=True, headers=headers).status_code == 403
    assert not Comment.objects.exists()
    own = {"Origin": "https://localhost", "Host": "localhost"}
    assert client.post(address, form, secure=True, headers=own).status_code == 303


# -- where an answer leads ------------------------------------------------------------------------

ELSEWHERE = ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)"]
NAMES = ("next", "return_url", "url", "redirect", "back_url", "done", "receipt", "goto", "to")


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_no_answer_leads_elsewhere(client, enter, elsewhere):
    order = factories.order_factory(items=1)
    link = enter(order)
    asked = dict.fromkeys(NAMES, elsewhere)
    opened = client.get(f"/portal/l/{links.make_token(link)}/", asked)
    returned = client.get(page(order, "payment/return/"), asked)
    stranger = Client().get(page(order, "payment/return/"), asked)
    said = client.post(
        page(order, "a/comment/"), {**asked, "text": "x", "client_key": uuid.uuid4()}
    )
    for answer in (opened, returned, stranger, said):
        assert answer.status_code == 303
        assert answer["Location"].startswith("/portal/d/")
        assert "evil" not in answer["Location"]
    shown = client.get(page(order), asked).content.decode()
    assert "evil.example" not in shown
    assert "javascript:" not in shown


@pytest.mark.parametrize("told", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST"])
def test_no_host_that_a_visitor_names_is_in_an_email(client, settings, told):
    send_by(settings, ANYMAIL)
    settings.ALLOWED_HOSTS, settings.USE_X_FORWARDED_HOST = ["*"], True
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    answer = client.post("/portal/l/", {"email": link.recipient.email}, **{told: "evil.example"})
    assert answer.status_code == 200
    outbox.drain()
    letter = mail.outbox[0]
    assert f"{order.site.root_url}/portal/l/" in letter.body
    assert "evil.example" not in f"{letter.message()}{letter.body}{letter.alternatives}"


# -- forms that are no forms ----------------------------------------------------------------------


def part(name, value, more=""):
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


BASE64 = "\r\nContent-Transfer-Encoding: base64"
BODIES = {
    "without a boundary": ("multipart/form-data", part("text", "x")),
    "with an endless boundary": (f"multipart/form-data; boundary={'x' * 300}", part("text", "x")),
    "in a form": (
        "multipart/form-data; boundary=x",
        part("text", "x", "\r\nContent-Type: multipart/mixed; boundary=y") + "--y\r\n",
    ),
    "of spaces in base64": (
        "multipart/form-data; boundary=x",
        part("text", " " * 1_000_000, BASE64) + "--x--\r\n",
    ),
    "of a file of spaces in base64": (
        "multipart/form-data; boundary=x",
        part("files", " " * 4_000_000, f'; filename="a.png"{BASE64}') + "--x--\r\n",
    ),
    "of 10,001 fields": ("application/x-www-form-urlencoded", "a=1&" * 10_001),
    "of 3 MB": ("application/x-www-form-urlencoded", "a=" + "x" * 3_000_000),
    "of 1,001 files": (
        "multipart/form-data; boundary=x",
        part("files", "x", '; filename="a.png"') * 1_001 + "--x--\r\n",
    ),
    "in JSON": ("application/json", '{"text": "x"}'),
    "in Latin-1": ("application/x-www-form-urlencoded; charset=latin-1", "text=%E9"),
}


@pytest.mark.parametrize("address", ["/portal/l/", "/portal/l/x/", "the page", "a form"])
def test_an_address_with_questions_without_end_is_answered_by_our_page(client, enter, address):
    order = factories.order_factory(items=1)
    enter(order)
    tails = {"the page": page(order), "a form": page(order, "a/comment/")}
    answer = client.get(tails.get(address, address) + "?" + "a=1&" * 10_000)
    assert answer.status_code == 400
    assert_has_headers(answer)
    assert b"portal-root" in answer.content


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize("action", ["comment", "upload"])
def test_what_is_no_form_is_refused_and_writes_nothing(client, enter, kind, action):
    order = factories.order_factory(items=1)
    enter(order)
    content_type, body = BODIES[kind]
    answer = client.post(page(order, f"a/{action}/"), body, content_type=content_type)
    assert answer.status_code == 400
    assert_has_headers(answer)
    assert not Submission.objects.exists()
