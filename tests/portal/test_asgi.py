"""Under an ASGI server all is as under WSGI: the way in, forms, uploads, downloads, and the work
after the answer."""

import uuid

import pytest
from django.core.files.base import ContentFile

from portal_plugin.conf import conf
from portal_plugin.gateways.delivery import InSteps
from portal_plugin.models import Attachment, Comment, OutgoingEmail
from portal_plugin.services import links
from tests import factories, samples
from tests.asgi import AsgiClient, awaited
from tests.portal.browsing import page

pytestmark = pytest.mark.django_db(transaction=True)
MB = 1024 * 1024


@pytest.fixture
def order():
    return factories.order_factory(items=1)


@pytest.fixture
def client(order):
    """Inside, by the order's direct link."""
    client = AsgiClient()
    link = factories.link_factory(order)
    token = links.make_token(link)
    answer = client.get(f"/portal/l/{token}/")
    assert answer.status_code == 303
    assert token not in repr(client.scope)
    client.link = link
    return client


KIND = "multipart/form-data; boundary=edge"


def body_of(client, fields, files=()):
    """A form as its page would send it, with the token that the page has given."""
    fields = {"csrfmiddlewaretoken": client.cookies["csrftoken"], **fields}
    fields = {"client_key": str(uuid.uuid4()), **fields}
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        "Content-Type: image/png\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join([*parts, b"--edge--\r\n"])


def form(client, order, tail, fields, files=()):
    client.get(page(order, tail))
    body = body_of(client, fields, files)
    return client.post(page(order, tail), body, KIND, origin="http://localhost")


def stored(order, client, size):
    return Attachment.objects.create(
        document_id=order.pk,
        link=client.link,
        public_id=uuid.uuid4(),
        name="large.bin",
        content_type="application/octet-stream",
        size=size,
        digest="0" * 64,
        is_internal=False,
        check_state="clean",
        file=ContentFile(b"x" * size, name="large.bin"),
    )


def test_the_page_has_our_headers(client, order):
    answer = client.get(page(order))
    assert answer.status_code == 200
    assert order.number in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_what_is_written_is_kept_and_emailed_after_the_answer(client, order, mailoutbox):
    assert form(client, order, "a/comment/", {"text": "When is it ready?"}).status_code == 303
    assert Comment.objects.get().text == "When is it ready?"
    sent = {("staff_comment", "sent"), ("receipt_comment", "sent")}
    assert set(OutgoingEmail.objects.values_list("kind", "state")) == sent
    assert len(mailoutbox) == 2


def test_a_form_without_its_token_is_refused(client, order):
    body, kind = b"text=Hello+there+shop", "application/x-www-form-urlencoded"
    answer = client.post(page(order, "a/comment/"), body, kind, origin="http://evil.example")
    assert answer.status_code == 403
    assert not Comment.objects.exists()


def test_a_file_arrives_and_can_be_fetched(client, order):
    answer = form(client, order, "a/upload/", {}, [("a.png", samples.png())])
    assert answer.status_code == 303
    row = Attachment.objects.get()
    given = client.get(page(order, f"files/{row.public_id}/"))
    assert given.content == samples.png()
    part = client.get(page(order, f"files/{row.public_id}/"), range="bytes=2-5")
    assert (part.status_code, part.content) == (206, samples.png()[2:6])
    assert client.get(page(order, "files/")).content[:2] == b"PK"


def test_too_much_is_refused_however_it_is_told(client, order, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_MAX_BYTES": 100}
    answer = form(client, order, "a/upload/", {}, [("a.png", samples.png((300, 300)))])
    assert answer.status_code == 413
    assert not Attachment.objects.exists()
    told = str(conf.upload_quota_bytes * 2)
    answer = client.send("POST", page(order, "a/upload/"), headers={"content-length": told})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", [None, "-1", "x"])
def test_a_length_that_is_missing_or_none_writes_nothing(client, order, length):
    """The token is in a header: what is refused here is the length and nothing else."""
    url = page(order, "a/comment/")
    client.get(url)
    headers = {"content-type": KIND, "origin": "http://localhost"}
    headers |= {"x-csrftoken": client.cookies["csrftoken"]}
    headers |= {"content-length": length} if length else {}
    body = body_of(client, {"text": "Hi"})
    answer = client.send("POST", url, [body[:70], body[70:]], headers)
    assert answer.status_code == 400
    assert "no-store" in answer["Cache-Control"]
    assert not Comment.objects.exists()


def test_a_form_that_was_cut_off_writes_nothing(client, order):
    url = page(order, "a/comment/")
    client.get(url)
    body = body_of(client, {"text": "Hi"})
    token = {"origin": "http://localhost", "x-csrftoken": client.cookies["csrftoken"]}
    assert client.post(url, body.partition(b"Hi")[0], KIND, **token).status_code == 400
    assert not Comment.objects.exists()
    assert client.post(url, body, KIND, **token).status_code == 303


@pytest.mark.filterwarnings("error")  # Django's, over an answer that it reads into memory first
def test_all_of_a_large_file_goes_out_in_pieces(client, order):
    row = stored(order, client, 5 * MB)
    answer = client.get(page(order, f"files/{row.public_id}/"))
    assert answer.content == b"x" * 5 * MB
    assert len(answer.pieces) > 10


def test_each_piece_is_made_when_the_one_before_has_gone_out():
    made = []

    def source():
        for number in range(5):
            made.append(number)
            yield b"x"

    async def taken():
        return [len(made) async for _piece in InSteps(source())]

    assert awaited(taken) == [1, 2, 3, 4, 5]
