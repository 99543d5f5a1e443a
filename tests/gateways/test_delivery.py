"""Parts of a file, and who else may send it."""

import io
import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from portal_plugin.gateways import delivery

pytestmark = pytest.mark.django_db  # Django closes its connections behind every answer

DATA = bytes(range(100))


class Stored:
    """What a row's file is to a view: a name in a storage."""

    def __init__(self, storage):
        self.storage = storage
        self.name = storage.save("a", ContentFile(DATA))


@pytest.fixture
def stored(tmp_path):
    return Stored(FileSystemStorage(tmp_path))


def send(stored, wanted=""):
    response = delivery.file_response(
        stored, name="ä.pdf", content_type="application/pdf", wanted=wanted
    )
    body = b"".join(response) if not response.streaming else b"".join(response.streaming_content)
    response.close()
    return response, body


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=90-5000", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes= 10 - 19", 10, 19),
    ],
)
def test_a_part_is_sent_as_a_part(stored, wanted, first, last):
    response, body = send(stored, wanted)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/100"
    assert response["Content-Length"] == str(len(body))
    assert body == DATA[first : last + 1]
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_part_that_is_not_there(stored, wanted):
    response, body = send(stored, wanted)
    assert (response.status_code, response["Content-Range"], body) == (416, "bytes */100", b"")


@pytest.mark.parametrize(
    "wanted",
    [
        *("", "bytes=", "bytes=-", "bytes=a-b", "items=0-5", "bytes=0-1,5-9"),
        *("bytes=0-", "bytes=0-99", "bytes=-5000", f"bytes={'9' * 50}-"),
    ],
)
def test_what_is_no_single_part_is_answered_with_the_whole(stored, wanted):
    response, body = send(stored, wanted)
    assert (response.status_code, body) == (200, DATA)
    assert response["Accept-Ranges"] == "bytes"


def test_a_web_server_sends_it_where_a_setting_says_so(stored, settings):
    settings.PORTAL_PLUGIN = {"X_SENDFILE": True}
    response, body = send(stored, "bytes=0-5")
    assert response["X-Sendfile"] == stored.storage.path(stored.name)
    assert (response.status_code, body) == (200, b"")


class Signing(InMemoryStorage):
    """Signs addresses, with the parameters that django-storages' S3 has."""

    def url(self, name, parameters=None, expire=None, http_method=None):
        told = parameters["ResponseContentDisposition"], parameters["ResponseContentType"]
        return f"https://bucket.example/{name}?for={expire}&as={told[0]}&type={told[1]}"


class Plain(InMemoryStorage):
    pass


def test_a_bucket_that_signs_gives_it_out_for_some_seconds(settings):
    settings.PORTAL_PLUGIN = {"PRESIGNED_SECONDS": 60}
    response, _body = send(Stored(Signing()))
    assert response.status_code == 302
    assert response["Location"].startswith("https://bucket.example/a?for=60&as=attachment;")
    assert response["Location"].endswith("type=application/pdf")
    assert send(Stored(Plain()))[1] == DATA
    settings.PORTAL_PLUGIN = {}
    assert send(Stored(Signing()))[1] == DATA


def test_a_part_gives_what_it_is_asked_for_and_no_more_than_it_has():
    """However long it is: a range of a large file is never read at once."""
    part = delivery.Part(io.BytesIO(DATA), 50)
    assert part.read(10) == DATA[:10]
    assert part.read(0) == b""
    assert part.read() == DATA[10:50]
    assert part.read() == part.read(10) == b""


def test_nothing_of_ours_is_read_whole_before_it_goes_out():
    """Under ASGI Django's own answers are: no other module makes one of them."""
    here = Path(delivery.__file__)
    wholes = re.compile(r"\b(FileResponse|StreamingHttpResponse)\b")
    found = [path for path in here.parents[1].rglob("*.py") if wholes.search(path.read_text())]
    assert found == [here]
