"""A direct link's secret is in the customer's email and browser, and nowhere else."""

import logging
import re
from base64 import b64encode
from io import BytesIO
from urllib.parse import quote

import pypdf
import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from django.utils.log import AdminEmailHandler

from portal_plugin.models import DirectLink, RenderedPdf
from portal_plugin.portal import grants
from portal_plugin.portal import links as views
from portal_plugin.services import links, outbox, pdfs
from tests import factories
from tests.mailing import ANYMAIL, send_by
from tests.paying import standin  # noqa: F401
from tests.portal.browsing import approve, page, path_of, send

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"/portal/l/([\w-]{43})/")


@pytest.fixture
def reports(settings):
    """What Django mails about an error: with variables, cookies and addresses."""
    settings.ADMINS = [("Robin", "robin@example.org")]
    handler = AdminEmailHandler(include_html=True)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)

    def read():
        assert any(m.alternatives for m in mail.outbox)
        return " ".join(f"{m.subject} {m.body} {m.alternatives}" for m in mail.outbox)

    yield read
    logger.removeHandler(handler)


def fail(*_args, **_more):
    raise RuntimeError("The disk is on fire")


@pytest.mark.parametrize("place", ["by_token", "link_row", "grant", "form"])
def test_a_report_about_an_error_does_not_open_the_document(
    client, reports, caplog, monkeypatch, place
):
    path, token = path_of(factories.link_factory(factories.order_factory(items=1)))
    where = {
        "by_token": (DirectLink.objects, "by_token_hash"),
        "link_row": (views.limits, "address_of"),
        "grant": (grants, "give"),
        "form": (views.bodies, "read_words"),
    }
    monkeypatch.setattr(*where[place], fail)
    client.raise_request_exception = False
    ask = client.post if place == "form" else client.get
    assert ask(path, RAW_URI=path).status_code == 500
    said = reports() + caplog.text
    assert "on fire" in said
    assert token not in said


def test_neither_does_one_about_its_page(client, enter, reports, monkeypatch):
    order = factories.order_factory(items=1)
    enter(order)
    monkeypatch.setattr(grants, "needs_renewal", fail)
    client.raise_request_exception = False
    assert client.get(page(order)).status_code == 500
    assert "on fire" in reports()
    assert client.cookies[grants.cookie_name(order)].value not in reports()


@pytest.mark.parametrize("state", ["open", "expired", "stopped", "another shop's"])
def test_no_log_says_it_whatever_comes_of_it(client, caplog, state):
    """Servers write their own log after the answer, from what is in the request then."""
    caplog.set_level(logging.DEBUG)
    link = factories.link_factory(factories.order_factory(items=1))
    path, token = path_of(link)
    if state == "expired":
        DirectLink.objects.update(expires_at=timezone.now())
    elif state == "stopped":
        links.revoke(link)
    host = "shop-b.localhost" if state == "another shop's" else "localhost"
    factories.site_factory(host)
    asked = {"RAW_URI": f"{path}?receipt=x", "REQUEST_URI": path}
    answer = client.get(path, headers={"host": host}, **asked)
    assert answer.status_code == {"open": 303, "expired": 410}.get(state, 404)
    said = (
        f"{answer.wsgi_request!r} {answer.wsgi_request.META} {answer.wsgi_request.resolver_match}"
    )
    assert token not in said + caplog.text
    assert "/portal/l/hidden/?receipt=x" in said


@pytest.mark.parametrize("tail", ["./", ")/", "%3E/", "%20/", "-/", "/)", "/.", "//", "/index/"])
@pytest.mark.parametrize("length", [43, 42, 40])
def test_neither_does_one_about_an_address_that_is_almost_right(client, caplog, tail, length):
    """A dot or a bracket behind it, or a letter lost: it opens nothing, and says how to get in."""
    caplog.set_level(logging.DEBUG)
    _path, token = path_of(factories.link_factory(factories.order_factory(items=1)))
    path = f"/portal/l/{token[:length]}{tail}"
    answer = client.get(path, RAW_URI=path, REQUEST_URI=path)
    assert answer.status_code == 404
    said = f"{answer.wsgi_request!r} {answer.wsgi_request.META} {answer.content.decode()}"
    assert token[:length] not in said + caplog.text
    assert "/portal/l/hidden" in said
    assert "no-store" in answer["Cache-Control"]


def test_without_its_last_slash_it_is_led_on_to_no_address_with_the_secret(client):
    order = factories.order_factory(items=1)
    path, token = path_of(factories.link_factory(order))
    answer = client.get(path.rstrip("/"), RAW_URI=path.rstrip("/"))
    assert answer["Location"] == page(order)
    assert token not in f"{answer.wsgi_request.META} {answer.headers}"


def test_no_page_of_a_link_says_it_to_the_sites_own_template(client):
    """A base template that writes ``request.path`` into the page, for a menu or for statistics."""
    link = factories.link_factory(factories.order_factory(items=1))
    path, token = path_of(link)
    DirectLink.objects.update(expires_at=timezone.now())
    answer = client.get(path)
    assert answer.status_code == 410
    assert token not in answer.content.decode()
    assert answer.context["request"].get_full_path() == "/portal/l/hidden/"


def spellings(token):
    raw = token.encode()
    return {token, raw.hex(), b64encode(raw).decode(), quote(token, safe=""), token[:-1]}


def rows():
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield repr(cursor.fetchall())


def texts_of(pdf):
    reader = pypdf.PdfReader(BytesIO(pdf))
    return [
        repr(reader.metadata),
        repr(reader.xmp_metadata),
        *(p.extract_text() for p in reader.pages),
    ]


def test_a_whole_visit_leaves_it_nowhere(client, settings, standin, caplog, tmp_path):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    send_by(settings, ANYMAIL)
    order = factories.order_factory(items=1)
    link = factories.link_factory(order)
    outbox.queue(kind="link", site=order.site, document=order, link=link)
    outbox.drain()
    token = TOKEN.findall(mail.outbox[0].body)[0]
    client.get(f"/portal/l/{token}/")
    send(client, order, "comment", text="When will it be ready?")
    approve(client, order, order.lines[0])
    fresh = type(order).objects.get(pk=order.pk)
    answer = send(client, order, "pay", shown=str(fresh.amount_due))
    assert answer.status_code == 200
    pdfs.drain()
    outbox.drain()
    tokens = {found for m in mail.outbox for found in TOKEN.findall(m.body)}
    assert len(tokens) > 1
    said = [caplog.text, *rows(), *(m.subject for m in mail.outbox)]
    said += [str(m.extra_headers) for m in mail.outbox]
    said += [file.read_text(errors="replace") for file in (tmp_path / "stripe").rglob("*.*")]
    said += [client.get(page(order, tail)).content.decode() for tail in ("", "print/", "payment/")]
    for row in RenderedPdf.objects.exclude(file=""):
        with row.file.open() as file:
            said += texts_of(file.read())
    found = [text for text in said for one in tokens if any(s in text for s in spellings(one))]
    assert not found
