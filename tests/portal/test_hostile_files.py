"""Files that lie, made here: refused with a sentence or kept as bytes that nobody opens.

Each is sent whole and in pieces, with every word on its type that a browser could say.
"""

import io
import itertools
import json
import socket
import uuid
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import transaction

from portal_plugin.exceptions import FileRefused
from portal_plugin.gateways import filetypes
from portal_plugin.models import Attachment, Preview, Submission, UploadInProgress
from portal_plugin.models.storage import private_storage, staging_folder
from portal_plugin.services import files, previews
from portal_plugin.statuses import WorkState
from tests import clamd, factories, samples, traps
from tests.portal import tus
from tests.portal.closing import close

pytestmark = pytest.mark.django_db

KEPT, REFUSED = "kept", "refused"
HTML = samples.OTHER_FORMATS["html"]
JAR = b"PK\x03\x04" + bytes(60) + b"META-INF/MANIFEST.MF"

#: Name, bytes (or what makes them, if that takes its time), and what becomes of it.
CORPUS = {
    "script in an SVG": ("a.svg", samples.SVG_WITH_SCRIPT, KEPT),
    "entities in an SVG": ("a.svg", samples.ENTITY_BOMB, KEPT),
    "a page called a picture": ("a.png", HTML, REFUSED),
    "a page called a text": ("a.txt", HTML, KEPT),
    "a page": ("a.html", HTML, REFUSED),
    "a page as a PDF": ("a.pdf", HTML, REFUSED),
    "a program": ("a.exe", samples.OTHER_FORMATS["exe"], REFUSED),
    "a program with two endings": ("a.pdf.exe", samples.pdf(), REFUSED),
    "a program called a picture": ("a.exe.png", samples.OTHER_FORMATS["exe"], REFUSED),
    "a script with a picture before it": ("a.png", samples.GIF_AND_SCRIPT, REFUSED),
    "a picture and a script": ("a.jpg", samples.jpeg() + b"<?php system($_GET['x']); ?>", KEPT),
    "a picture and an archive": ("a.png", samples.png() + JAR, KEPT),
    "a PDF and an archive": ("a.pdf", samples.pdf() + JAR, KEPT),
    "a PDF and a page": ("a.pdf", samples.pdf() + HTML, KEPT),
    "a page before a PDF": ("a.pdf", HTML + samples.pdf(), REFUSED),
    "a PDF with scripts": ("a.pdf", samples.pdf_with_script(), KEPT),
    "a PDF that runs a script": ("a.pdf", samples.pdf_that_runs_a_script(), KEPT),
    "a PDF of 10,000 pages": ("a.pdf", lambda: samples.pdf(10_000), KEPT),
    "a PDF with a picture of another size": ("a.pdf", samples.pdf_with_jpeg_2000(60_000, 9), KEPT),
    "a picture and an SVG": ("a.png", traps.picture_with_a_page(), KEPT),
    "a picture and an SVG, as an SVG": ("a.svg", traps.picture_with_a_page(), KEPT),
    "a picture of endless frames": ("a.png", samples.png_of_endless_frames(), KEPT),
    "a huge colour profile": ("a.png", lambda: samples.png_with_packed(b"iCCP", b"x\0\0"), KEPT),
    "a huge comment": ("a.png", lambda: samples.png_with_packed(b"zTXt", b"Comment\0\0"), KEPT),
    "a TIFF that begins anew for ever": ("a.tif", samples.tiff_loop(), KEPT),
    "a TIFF called a picture": ("a.png", samples.tiff_loop(), REFUSED),
    "an office file that unpacks for ever": ("a.docx", traps.zip_bomb, KEPT),
    "a PDF without end": ("a.pdf", samples.pdf_with_page_tree_loop(), KEPT),
    "a virus": ("a.txt", clamd.EICAR, KEPT),
    "a virus in a PDF": ("a.pdf", samples.pdf() + clamd.EICAR, KEPT),
    "a huge picture": ("a.png", samples.tiny_bomb_png, KEPT),
    "a PDF that asks others": ("a.pdf", traps.pdf("http://192.0.2.1"), KEPT),
    "a PDF of packed spaces": ("a.pdf", samples.pdf_bomb_of_spaces, KEPT),
    "a PDF of forms in forms": ("a.pdf", samples.pdf_bomb_of_forms, KEPT),
    "a PDF of strokes without number": ("a.pdf", samples.pdf_that_never_ends, KEPT),
    "a picture with words": ("a.jpg", traps.picture_with_words(), KEPT),
    "a picture after an archive": ("a.png", JAR + samples.png(), REFUSED),
    "an SVG that asks others": ("a.svg", traps.svg("http://192.0.2.1"), KEPT),
    "a page in a letter": ("a.txt", traps.page_in_a_letter("http://192.0.2.1"), KEPT),
    "a page in a letter, as a picture": ("a.png", traps.page_in_a_letter("x"), REFUSED),
    "an archive that unpacks for ever": ("a.zip", traps.zip_bomb, KEPT),
    "an archive that climbs": ("a.zip", traps.zip_that_climbs(), KEPT),
    "an office file that asks others": ("a.docx", traps.office_file("http://192.0.2.1"), KEPT),
    "a huge WebP": ("a.webp", samples.HUGE_WEBP, KEPT),
    "a head without a body": ("a.jpg", b"\xff\xd8\xff", KEPT),
    "one byte": ("a.png", b"\x89", REFUSED),
    "nothing": ("a.png", b"", REFUSED),
    "nothing of any kind": ("a.zip", b"", REFUSED),
    "no archive": ("a.zip", b"not a zip", KEPT),
    "no ending": ("picture", samples.png(), REFUSED),
    "only an ending": (".png", samples.png(), REFUSED),
    "a way up": ("..", samples.png(), REFUSED),
    "settings of a server": (".htaccess", b"AddHandler php", REFUSED),
    **{
        f"{kind} called a picture": ("a.png", data, REFUSED)
        for kind, data in samples.OTHER_FORMATS.items()
    },
}
TYPES = ["", "image/png", "text/html", "image/svg+xml", "application/pdf", "x" * 300, "a\r\nb: c"]
CUT = {"png": samples.png(), "jpg": samples.jpeg(), "webp": samples.webp(), "pdf": samples.pdf(2)}
NAMES = {
    "../../etc/passwd.png": "passwd.png",
    "C:\\Windows\\a.png": "a.png",
    "/absolute/a.png": "a.png",
    "a\x00b.png": "ab.png",
    "a\r\nSet-Cookie: b=1.png": "a Set-Cookie: b=1.png",
    "\u202egnp.exe.png": "gnp.exe.png",
    "con.png": "_con.png",
    "COM1 .tar.png": "_COM1 .tar.png",
    "a.png. . .": "a.png",
    "n\u0303.png": "\u00f1.png",
    "\U0001f468\U0001f469.png": "\U0001f468\U0001f469.png",
    '"; rm -rf ~; ".png': '"; rm -rf ~; ".png',
    "<script>alert(1)<.png": "<script>alert(1)<.png",
    "x" * 300 + ".png": "x" * 116 + ".png",
}


@pytest.fixture
def estimate(enter, settings, tmp_path, estimate_of_two):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_STAGING_FOLDER": str(tmp_path)}
    document = factories.another(estimate_of_two)
    enter(document)
    return document


def send_whole(client, document, name, data, content_type=""):
    """A multipart body by hand: Django's client would tidy the name."""
    body = multipart(name, data, content_type)
    return send_body(client, document, io.BytesIO(body), len(body))


def multipart(name, data, content_type=""):
    told = name.replace("\\", "\\\\").replace('"', '\\"')
    word = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{told}"\r\n{word}\r\n'
    key = f'--x\r\nContent-Disposition: form-data; name="client_key"\r\n\r\n{uuid.uuid4()}\r\n'
    return key.encode() + head.encode("utf-8", "surrogatepass") + data + b"\r\n--x--\r\n"


def send_body(client, document, body, length):
    """``body`` is read as a connection is."""
    return client.generic(
        "POST",
        f"/portal/d/{document.public_id}/a/upload/",
        headers={"accept": "application/json"},
        **{
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(length),
            "wsgi.input": body,
        },
    )


def send_pieces(client, document, name, data, content_type=""):
    answer = tus.begin(client, document, name, len(data))
    at, url = 0, answer.get("Location")
    while answer.status_code in (201, 204) and at < len(data):
        answer = tus.piece(client, url, data[at : at + 100_000], at)
        at += 100_000
    return answer


WAYS = (send_whole, send_pieces)


def each(values):
    """The rows that came of one are taken back before the next: the same file is kept only once."""
    for value in values:
        with transaction.atomic():
            yield value
            transaction.set_rollback(True)


def sentence_of(answer):
    told = json.loads(answer.content)
    return told["error"] or " ".join(told["fields"]["files"])


def assert_nothing_stayed(document):
    rows = (Attachment, Submission, UploadInProgress)
    assert not any(model.objects.exists() for model in rows)
    for folder in (staging_folder(), Path(private_storage().path(f"files/{document.public_id}"))):
        assert not folder.exists() or not list(folder.iterdir())


def assert_inert(client, document, data):
    row = Attachment.objects.get()
    assert row.content_type in (
        "application/octet-stream",
        "image/png",
        "image/jpeg",
        "image/webp",
        "application/pdf",
    )
    answer = client.get(f"/portal/d/{document.public_id}/files/{row.public_id}/")
    assert b"".join(answer.streaming_content) == data
    close(answer)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.serialize_headers().count(b"\r\n\r\n") <= 1


@pytest.mark.parametrize("case", CORPUS)
def test_what_becomes_of_it(client, estimate, case):
    name, data, expected = CORPUS[case]
    data = data() if callable(data) else data
    for send in each(WAYS):
        answer = send(client, estimate, name, data)
        if expected == REFUSED:
            assert answer.status_code == 400, send
            assert sentence_of(answer).endswith((".", "!"))
            assert_nothing_stayed(estimate)
        else:
            assert answer.status_code in (200, 204), send
            assert_inert(client, estimate, data)


@pytest.mark.parametrize("case", ["script in an SVG", "a picture and a script", "a page"])
def test_the_browsers_word_on_the_type_changes_nothing(client, estimate, case):
    name, data, expected = CORPUS[case]
    for content_type in each(TYPES):
        answer = send_whole(client, estimate, name, data, content_type)
        if expected == KEPT:
            assert answer.status_code == 200, content_type
            assert_inert(client, estimate, data)
        else:
            assert answer.status_code == 400, content_type
            assert_nothing_stayed(estimate)


@pytest.mark.parametrize("ending", CUT)
def test_cut_short_it_is_kept_and_at_worst_has_no_preview(client, estimate, ending):
    """In its head, in the middle and before its end; the next test cuts everywhere."""
    for send, tenth in each(itertools.product(WAYS, (1, 5, 9))):
        data = CUT[ending][: len(CUT[ending]) * tenth // 10]
        answer = send(client, estimate, f"a.{ending}", data)
        assert answer.status_code in (200, 204), (send, tenth)
        assert_inert(client, estimate, data)


@pytest.mark.parametrize("ending", CUT)
def test_cut_at_64_places_it_is_stored_as_it_is_or_refused(estimate, ending):
    for place in range(1, 65):
        data = CUT[ending][: len(CUT[ending]) * place // 64]
        try:
            stored = files.prepare(
                Attachment(document=estimate), samples.upload(f"a.{ending}", data)
            )
        except FileRefused:
            assert len(data) < filetypes.HEAD_BYTES
        else:
            assert (stored.size, stored.digest) == (len(data), sha256(data).hexdigest())
            stored.discard()
    assert_nothing_stayed(estimate)


def test_previews_of_what_was_cut_end_as_a_picture_or_as_none(client, estimate):
    for ending, data in CUT.items():
        send_pieces(client, estimate, f"a.{ending}", data[: len(data) // 2])
    previews.drain()
    assert set(Preview.objects.values_list("state", flat=True)) <= {
        WorkState.READY,
        WorkState.FAILED,
    }
    page = client.get(f"/portal/d/{estimate.public_id}/")
    assert page.status_code == 200


def test_nobody_is_asked_for_what_a_file_names(client, estimate):
    """Not when it is taken, not when it is drawn, not when it is given out."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for name, data in (
            ("a.svg", traps.svg(address)),
            ("a.pdf", traps.pdf(address)),
            ("a.docx", traps.office_file(address)),
            ("a.txt", traps.page_in_a_letter(address)),
        ):
            assert send_pieces(client, estimate, name, data).status_code == 204
        previews.drain()
        client.get(f"/portal/d/{estimate.public_id}/")
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()


class Quiet:
    """A connection that ends before all of the body is there, without a word."""

    def __init__(self, data):
        self.rest = io.BytesIO(data)
        self.read, self.readline = self.rest.read, self.rest.readline


def test_a_body_that_is_cut_anywhere_is_no_file(client, estimate):
    body = multipart("a.png", samples.png() + bytes(200_000))
    for cut in range(0, len(body) - 10, len(body) // 30):
        answer = send_body(client, estimate, Quiet(body[:cut]), len(body))
        assert answer.status_code == 400
        assert_nothing_stayed(estimate)


@pytest.mark.parametrize("kind", ["", '; filename="a.png"'], ids=["fields", "files"])
def test_10_001_parts_are_refused(client, estimate, kind):
    part = f'--x\r\nContent-Disposition: form-data; name="files"{kind}\r\n\r\na\r\n'
    body = part.encode() * 10_001 + b"--x--\r\n"
    answer = send_body(client, estimate, io.BytesIO(body), len(body))
    assert answer.status_code == 400
    assert "could not be read" in answer.content.decode()
    assert_nothing_stayed(estimate)


def test_a_full_disk_takes_no_file_and_says_so(client, estimate, monkeypatch):
    """As the operating system tells it, where the file would be written."""
    folder = private_storage().path(f"files/{estimate.public_id}")
    Path(folder).mkdir(parents=True)
    monkeypatch.setattr(files, "private_name", lambda owner, name: f"{owner.folder()}/full")
    Path(folder, "full").symlink_to("/dev/full")
    monkeypatch.setattr(private_storage(), "_allow_overwrite", True)
    answer = send_whole(client, estimate, "a.png", samples.png())
    assert answer.status_code == 507
    assert "could not be stored" in json.loads(answer.content)["error"]
    assert_nothing_stayed(estimate)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_clean_and_is_never_a_path(client, estimate, name):
    # A multipart header can hold neither an end of line nor a NUL.
    ways = [send_pieces] if {"\r", "\0"} & set(name) else WAYS
    for send in each(ways):
        answer = send(client, estimate, name, samples.png())
        assert answer.status_code in (200, 204), send
        row = Attachment.objects.get()
        assert row.name == NAMES[name]
        assert row.file.name.startswith(f"files/{estimate.public_id}/")
        assert_inert(client, estimate, samples.png())
