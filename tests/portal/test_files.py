"""What goes out, to whom, and as what."""

import io
import uuid
import zipfile

import pytest
from PIL import Image

from portal_plugin.models import Attachment, Submission
from portal_plugin.models.storage import private_storage
from portal_plugin.services import converting, deciding, files, previews, proofs
from portal_plugin.statuses import FileCheckState
from tests import factories, samples
from tests.portal.closing import close

pytestmark = pytest.mark.django_db


def url_of(document, *parts):
    return f"/portal/d/{document.public_id}/" + "".join(f"{part}/" for part in parts)


def body_of(response):
    return b"".join(response.streaming_content)


@pytest.fixture(autouse=True)
def _closed(monkeypatch, client):
    """A server closes what it has sent; the test client leaves that to its caller."""
    answers = []
    really = client.request

    def request(**environ):
        answers.append(really(**environ))
        return answers[-1]

    monkeypatch.setattr(client, "request", request)
    yield
    for answer in answers:
        close(answer)


@pytest.fixture
def estimate(enter, estimate_of_two):
    document = factories.another(estimate_of_two)
    enter(document)
    return document


def add_file(document, name="logo.png", data=None, **columns):
    columns = {"is_internal": False} | columns
    return files.store(document, samples.upload(name, data), **columns)


def add_proof(document, send=True, size=(40, 30), **values):
    key = document.lines[0].key
    version = proofs.add_proof_version(document, key, samples.upload("f.png", samples.png(size)))
    if send:
        proofs.send_now(document, None)
    return version


def test_an_original_goes_out_only_as_a_download(client, estimate):
    row = add_file(estimate, "Schild für Café.svg", samples.SVG_WITH_SCRIPT)
    response = client.get(url_of(estimate, "files", row.public_id))
    assert response.status_code == 200
    assert body_of(response) == samples.SVG_WITH_SCRIPT
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''Schild%20f%C3%BCr%20Caf%C3%A9.svg"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Length"] == str(len(samples.SVG_WITH_SCRIPT))
    assert client.head(url_of(estimate, "files", row.public_id)).status_code == 200


@pytest.mark.parametrize(
    "name", ['a"b.png', "a\r\nSet-Cookie: x=1.png", "\u202egnp.png", "a;filename=b.png", "x" * 300]
)
def test_a_name_injects_nothing_into_the_headers(client, estimate, name):
    row = add_file(estimate, f"{name}.png")
    response = client.get(url_of(estimate, "files", row.public_id))
    raw = response.serialize_headers()
    assert len(raw.split(b"Content-Disposition")) == 2
    assert not [line for line in raw.splitlines() if line.startswith((b"Set-Cookie", b"a "))]
    assert response["Content-Disposition"].startswith("attachment; filename")


def test_a_proof_is_shown_as_picture_and_given_out_as_original(client, estimate):
    version = add_proof(estimate)
    previews.drain()
    original = client.get(url_of(estimate, "proofs", version.public_id))
    assert original["Content-Disposition"] == 'attachment; filename="f.png"'
    shown = client.get(url_of(estimate, "previews", version.public_id, 1, "thumb"))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["Content-Disposition"] == 'inline; filename="preview.jpg"'
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown["Cache-Control"]
    assert Image.open(io.BytesIO(body_of(shown))).format == "JPEG"


def test_a_preview_that_the_browser_has_is_not_sent_again(client, estimate):
    version = add_proof(estimate)
    previews.drain()
    url = url_of(estimate, "previews", version.public_id, 1, "thumb")
    etag = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": etag}).status_code == 304
    assert client.get(url, headers={"if-none-match": '"other"'}).status_code == 200


def test_every_earlier_proof_that_was_sent_stays_readable(client, estimate):
    first = add_proof(estimate)
    add_proof(estimate, size=(50, 50))
    assert client.get(url_of(estimate, "proofs", first.public_id)).status_code == 200


def test_pages_and_sizes_that_do_not_exist_are_unknown(client, estimate):
    version = add_proof(estimate)
    previews.drain()
    for page, size in ((0, "thumb"), (2, "thumb"), (99999, "thumb"), (1, "huge"), (1, "original")):
        url = url_of(estimate, "previews", version.public_id, page, size)
        assert client.get(url).status_code == 404


def test_a_preview_that_waits_is_unknown_and_nothing_is_drawn_in_the_request(
    client, estimate, monkeypatch
):
    version = add_proof(estimate)
    monkeypatch.setattr(previews.pictures, "draw", None)
    url = url_of(estimate, "previews", version.public_id, 1, "thumb")
    assert client.get(url).status_code == 404


class TestNotForThisVisitor:
    """One answer for whatever is not theirs to see."""

    @pytest.fixture(autouse=True)
    def both(self, client, estimate):
        self.client, self.document = client, estimate

    def is_unknown(self, file, proof=None):
        parts = [("files", file), ("previews", file, 1, "thumb"), ("proofs", file)]
        unknown = self.client.get(url_of(self.document, "files", uuid.uuid4())).status_code
        assert unknown == 404
        return all(
            self.client.get(url_of(self.document, *part)).status_code == unknown for part in parts
        )

    def test_an_internal_file(self):
        row = add_file(self.document, is_internal=True)
        previews.drain()
        assert self.is_unknown(row.public_id)
        files.show(row, factories.user_factory())
        assert self.client.get(url_of(self.document, "files", row.public_id)).status_code == 200

    def test_a_removed_file(self):
        row = add_file(self.document)
        files.remove(row, factories.user_factory())
        previews.drain()
        assert self.is_unknown(row.public_id)

    def test_a_proof_that_was_not_sent_yet(self):
        version = add_proof(self.document, send=False)
        previews.drain()
        assert self.is_unknown(version.public_id)

    def test_files_and_proofs_of_another_document(self):
        other = factories.estimate_factory()
        file, proof = add_file(other), add_proof(other)
        previews.drain()
        assert self.is_unknown(file.public_id)
        assert self.is_unknown(proof.public_id)

    def test_the_same_bytes_in_another_document_open_nothing(self):
        """Previews are shared by hash; the right to see them is not."""
        add_file(self.document, data=samples.png((70, 70)))
        theirs = add_file(factories.estimate_factory(), data=samples.png((70, 70)))
        previews.drain()
        assert self.is_unknown(theirs.public_id)

    def test_everything_of_a_document_that_is_not_out(self):
        row, proof = add_file(self.document), add_proof(self.document)
        previews.drain()
        type(self.document).objects.filter(pk=self.document.pk).update(live=False)
        assert self.is_unknown(row.public_id)
        assert self.is_unknown(proof.public_id)

    def test_a_file_by_its_storage_path_or_under_media(self):
        row = add_file(self.document)
        for path in (f"/media/{row.file.name}", f"/{row.file.name}", f"/documents/{row.pk}/"):
            assert self.client.get(path, follow=True).status_code == 404


def test_without_a_grant_there_is_nothing(client):
    document = factories.estimate_factory()
    row = add_file(document)
    assert client.get(url_of(document, "files", row.public_id)).status_code == 404


def test_the_order_shows_the_files_of_its_estimate(client, enter):
    estimate = factories.estimate_factory(items=1)
    row, proof = add_file(estimate), add_proof(estimate)
    item = factories.line_item(key=estimate.lines[0].key)
    order = factories.order_factory(items=[item], family=estimate.family, ancestors=[estimate.pk])
    enter(order)
    assert client.get(url_of(order, "files", row.public_id)).status_code == 200
    assert client.get(url_of(order, "proofs", proof.public_id)).status_code == 200


class TestWithScanner:
    def test_only_what_is_clean_goes_out(self, client, estimate, settings):
        row = add_file(estimate)
        previews.drain()
        settings.PORTAL_PLUGIN = {"FILE_SCANNER": "some.scanner"}
        addresses = [
            url_of(estimate, "files", row.public_id),
            url_of(estimate, "previews", row.public_id, 1, "thumb"),
        ]
        expected = {
            FileCheckState.WAITING: [409, 404],
            FileCheckState.UNCHECKED: [409, 404],
            FileCheckState.REFUSED: [409, 404],
            FileCheckState.CLEAN: [200, 200],
        }
        for state, statuses in expected.items():
            Attachment.objects.update(check_state=state)
            assert [client.get(address).status_code for address in addresses] == statuses

    def test_who_waits_for_the_check_reads_why(self, client, estimate, settings):
        row = add_file(estimate)
        settings.PORTAL_PLUGIN = {"FILE_SCANNER": "some.scanner"}
        address = url_of(estimate, "files", row.public_id)
        assert "still being checked" in client.get(address).content.decode()
        Attachment.objects.update(check_state=FileCheckState.REFUSED)
        assert "did not pass the virus check" in client.get(address).content.decode()


def test_a_file_that_the_storage_lost_is_told_in_a_sentence(client, estimate):
    row = add_file(estimate)
    private_storage().delete(row.file.name)
    response = client.get(url_of(estimate, "files", row.public_id))
    assert response.status_code == 404
    assert "This file is missing" in response.content.decode()


def test_nginx_sends_the_file_where_the_setting_says_so(client, estimate, settings):
    settings.PORTAL_PLUGIN = {"X_ACCEL_REDIRECT": "/private/"}
    row = add_file(estimate)
    response = client.get(url_of(estimate, "files", row.public_id))
    assert response["X-Accel-Redirect"] == f"/private/{row.file.name}"
    assert response["Content-Disposition"] == 'attachment; filename="logo.png"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.content == b""


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>.png", "{{ 7|add:7 }}.png"])
def test_a_name_is_text_and_nothing_else(client, estimate, name):
    add_file(estimate, name)
    for url in (url_of(estimate), url_of(estimate, "a", "upload")):
        page = client.get(url).content.decode()
        assert "<img src=x" not in page
        assert "14.png" not in page


def test_after_conversion_files_are_read_on_the_order(client, enter):
    estimate = factories.estimate_factory(items=1)
    row = add_file(estimate)
    link = enter(estimate)
    submission = Submission.objects.create(
        document=estimate, client_key=uuid.uuid4(), action="approve", link=link
    )
    fresh = type(estimate).objects.get(pk=estimate.pk)
    key = fresh.lines[0].key
    hashes = {key: fresh.standing.items[key].item_hash}
    deciding.decide(fresh, [key], "approve", submission=submission, hashes=hashes)
    order = converting.convert(type(estimate).objects.get(pk=estimate.pk))
    enter(order)
    assert client.get(url_of(order, "files", row.public_id)).status_code == 200


def test_a_download_goes_on_where_it_was_cut(client, estimate):
    row = add_file(estimate)
    url = url_of(estimate, "files", row.public_id)
    whole = client.get(url)
    data, etag = body_of(whole), whole["ETag"]
    rest = client.get(url, headers={"range": "bytes=10-", "if-range": etag})
    assert rest.status_code == 206
    assert body_of(rest) == data[10:]
    other = client.get(url, headers={"range": "bytes=10-", "if-range": '"another"'})
    assert (other.status_code, body_of(other)) == (200, data)


def test_all_files_at_once(client, estimate):
    assert client.get(url_of(estimate, "files")).status_code == 404
    add_file(estimate, "a.png")
    page = client.get(url_of(estimate)).content.decode()
    assert "Download all files" not in page
    add_file(estimate, "b.pdf", samples.pdf())
    add_file(estimate, "secret.pdf", samples.pdf(2), is_internal=True)
    assert "Download all files" in client.get(url_of(estimate)).content.decode()
    response = client.get(url_of(estimate, "files"))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="{estimate.number}.zip"'
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    archive = zipfile.ZipFile(io.BytesIO(body_of(response)))
    assert archive.namelist() == ["a.png", "b.pdf"]
    type(estimate).objects.filter(pk=estimate.pk).update(live=False)
    assert client.get(url_of(estimate, "files")).status_code == 404
