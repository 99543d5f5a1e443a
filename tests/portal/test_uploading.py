"""The action's page and its answers, as a browser without a script and with ours meets them."""

import json
import uuid

import pytest
from django.test import override_settings

from portal_plugin.addresses import short
from portal_plugin.models import Attachment, Submission
from portal_plugin.portal import bodies
from portal_plugin.services import files, previews
from tests import factories, samples

pytestmark = pytest.mark.django_db


def url_of(document, *parts):
    return f"/portal/d/{document.public_id}/" + "".join(f"{part}/" for part in parts)


def add_file(document, name, data=None, **columns):
    columns = {"is_internal": False} | columns
    return files.store(document, samples.upload(name, data), **columns)


@pytest.fixture
def estimate(enter, estimate_of_two):
    document = factories.another(estimate_of_two)
    enter(document)
    return document


def post(client, document, *uploads, key=None, **headers):
    data = {"client_key": str(key or uuid.uuid4()), "files": list(uploads)}
    return client.post(url_of(document, "a", "upload"), data, headers=headers)


def test_the_form_sends_files_as_a_page(client, estimate):
    page = client.get(url_of(estimate, "a", "upload")).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert f'action="{url_of(estimate, "a", "upload")}"' in page
    assert 'type="file"' in page
    assert "multiple" in page
    response = post(client, estimate, samples.upload("a.png"), samples.upload("b.png"))
    assert response.status_code == 303
    assert Attachment.objects.count() == 2
    page = client.get(response["Location"]).content.decode()
    assert "Your 2 files were sent to the shop." in page
    assert "a.png" in page


def test_the_script_gets_facts(client, estimate):
    response = post(client, estimate, samples.upload("a.png"), accept="application/json")
    assert json.loads(response.content)["message"] == "Your file was sent to the shop."


def test_a_refusal_is_told_to_both(client, estimate):
    page = post(client, estimate, samples.upload("a.exe", b"MZ"))
    assert page.status_code == 400
    assert "“a.exe” is of a kind that cannot be taken." in page.content.decode()
    script = post(client, estimate, samples.upload("a.exe", b"MZ"), accept="application/json")
    assert script.status_code == 400
    assert "“a.exe”" in json.loads(script.content)["fields"]["files"][0]


def test_a_file_that_is_too_large_is_413_for_both(client, estimate, settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_MAX_BYTES": 10}
    page = post(client, estimate, samples.upload("big.png"))
    assert page.status_code == 413
    assert page.content.decode().count("“big.png” is too large") == 1
    script = post(client, estimate, samples.upload("big.png"), accept="application/json")
    assert script.status_code == 413
    assert "“big.png” is too large" in str(json.loads(script.content)["fields"]["files"])
    assert not Submission.objects.exists()


def test_sent_twice_it_is_one_file_and_the_same_answer(client, estimate):
    key = uuid.uuid4()
    answers = [post(client, estimate, samples.upload(), key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Attachment.objects.count() == 1


def test_the_dialog_lists_what_can_be_downloaded(client, estimate):
    user = factories.user_factory()
    shown = add_file(estimate, "data sheet.pdf", samples.pdf(), staff=user)
    on_item = add_file(estimate, "item.png", item_key=estimate.lines[0].key)
    add_file(estimate, "secret.png", is_internal=True)
    previews.drain()
    page = client.get(
        url_of(estimate, "a", "upload"), headers={"x-portal-fragment": "1"}
    ).content.decode()
    key = short(shown.public_id)
    assert url_of(estimate, "files", key) in page
    assert url_of(estimate, "previews", key, 1, "thumb") in page
    assert "data sheet.pdf" in page
    assert "item.png" in page
    assert "secret" not in page
    assert user.username not in page
    of_item = client.get(url_of(estimate, "a", "upload", estimate.lines[0].key))
    assert url_of(estimate, "files", short(on_item.public_id)) in of_item.content.decode()
    assert "data sheet.pdf" not in of_item.content.decode()


BROKEN = {
    "no boundary": (b"--x", "multipart/form-data"),
    "an empty boundary": (b"--x", "multipart/form-data; boundary="),
    "a part that does not end": (
        b"--x\r\nContent-Disposition: form-data",
        "multipart/form-data; boundary=x",
    ),
    "a nested body": (
        b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--",
        "multipart/form-data; boundary=x",
    ),
    "no form at all": (b"{}", "application/json"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_body_is_answered_by_our_page(client, estimate, kind):
    body, content_type = BROKEN[kind]
    response = client.generic("POST", url_of(estimate, "a", "upload"), body, content_type)
    assert response.status_code == 400
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert not Submission.objects.exists()


def test_more_than_django_takes_at_once_is_answered_by_our_page(client, estimate, settings):
    uploads = [
        samples.upload(f"{n}.png", b"x") for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)
    ]
    for data in ({"files": uploads}, {"text": "x" * 3_000_000}):
        response = client.post(url_of(estimate, "a", "upload"), data)
        assert response.status_code == 400
        assert "This form could not be read" in response.content.decode()
        assert "no-store" in response["Cache-Control"]
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=5):
        response = client.post(
            url_of(estimate, "a", "upload"),
            "&".join(f"a{n}=1" for n in range(10)),
            content_type="application/x-www-form-urlencoded",
        )
    assert response.status_code == 400
    assert "no-store" in response["Cache-Control"]


def test_a_body_beyond_every_limit_is_refused_before_it_is_read(client, estimate, settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_QUOTA_BYTES": 1000}

    class Unread:
        def read(self, size=-1):
            raise AssertionError("the body was read")

        readline = read

    response = client.generic(
        "POST",
        url_of(estimate, "a", "upload"),
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(2 * 1024**3), "wsgi.input": Unread()},
    )
    assert response.status_code == 413
    assert "too much at once" in response.content.decode()


@pytest.mark.parametrize("length", ["nonsense", "-5", "", "7"])
def test_a_length_that_lies_breaks_nothing(client, estimate, length):
    response = client.generic(
        "POST",
        url_of(estimate, "a", "upload"),
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--",
        "multipart/form-data; boundary=x",
        CONTENT_LENGTH=length,
    )
    assert response.status_code == 400
    assert "no-store" in response["Cache-Control"]


def test_the_disk_holds_no_more_of_a_file_than_its_limit(client, estimate, settings, monkeypatch):
    settings.PORTAL_PLUGIN = {"UPLOAD_MAX_BYTES": 4_000_000}
    stored = []
    really = bodies.CutOffHandler.file_complete

    def file_complete(handler, size):
        stored.append((handler.file.tell(), size))
        return really(handler, size)

    monkeypatch.setattr(bodies.CutOffHandler, "file_complete", file_complete)
    big = samples.upload("big.pdf", samples.pdf() + b"%" * 9_000_000)
    response = post(client, estimate, big, accept="application/json")
    assert response.status_code == 413
    assert "“big.pdf” is too large" in str(json.loads(response.content)["fields"])
    [(kept, size)] = stored
    assert size > 9_000_000
    assert kept < 4_100_000
