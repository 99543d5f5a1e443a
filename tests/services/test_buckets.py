"""Private files in a bucket on S3, and in one that is away, slow or wrong."""

import hashlib
import io
import urllib.request
import zipfile

import pytest
from django.utils import timezone

from portal_plugin.exceptions import ProofIsDamaged, StorageUnavailable
from portal_plugin.models import Attachment, Preview, RenderedPdf, Submission, UploadInProgress
from portal_plugin.models.storage import private_storage
from portal_plugin.services import files, orphans, pdfs, previews, proof_files, proofs
from portal_plugin.statuses import WorkState
from tests import buckets, factories, samples
from tests.portal import tus

# What is drawn and stored is the same on every database.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
DATA = samples.pdf(2)


@pytest.fixture(scope="module")
def address():
    with buckets.s3() as address:
        yield address


@pytest.fixture(autouse=True)
def _staging(settings, tmp_path):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_STAGING_FOLDER": str(tmp_path)}


@pytest.fixture
def bucket(address, settings, monkeypatch):
    made = buckets.bucket(address)
    buckets.use(address, made.name, settings, monkeypatch)
    return made


@pytest.fixture(params=["away", "slow", "wrong"])
def trouble(request, settings, monkeypatch):
    """Call it, and at the storage's address is nobody, one who never answers, or no storage."""
    with buckets.silent() as slow, buckets.other(503) as wrong:
        told = {"away": buckets.away(), "slow": slow, "wrong": wrong}[request.param]
        impatient = (told, "portal", settings, monkeypatch, buckets.IMPATIENCE)
        yield lambda: buckets.use(*impatient)


@pytest.fixture
def estimate(enter):
    document = factories.estimate_factory(items=1)
    enter(document)
    return document


def send(client, document, name="print.pdf", data=DATA):
    url = tus.begin(client, document, name, len(data))["Location"]
    return url, tus.piece(client, url, data, 0)


def file_url(document, row):
    return f"/portal/d/{document.public_id}/files/{row.public_id}/"


def names(bucket):
    return {entry.key for entry in bucket.objects.all()}


class TestThere:
    def test_an_upload_in_pieces_lies_in_the_bucket_under_our_name(self, client, estimate, bucket):
        _url, answer = send(client, estimate)
        assert answer.status_code == 204
        row = Attachment.objects.get()
        assert names(bucket) == {row.file.name}
        assert row.file.name.startswith(f"files/{estimate.public_id}/")
        kept = bucket.Object(row.file.name).get()["Body"].read()
        assert hashlib.sha256(kept).hexdigest() == row.digest

    def test_it_comes_back_whole_and_in_parts(self, client, estimate, bucket):
        send(client, estimate)
        url = file_url(estimate, Attachment.objects.get())
        assert b"".join(client.get(url).streaming_content) == DATA
        part = client.get(url, headers={"range": "bytes=5-9"})
        assert (part.status_code, b"".join(part.streaming_content)) == (206, DATA[5:10])

    def test_a_signed_address_gives_it_out_as_a_download_and_only_that_does(
        self, client, estimate, bucket, settings
    ):
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PRESIGNED_SECONDS": 60}
        name = 'Grün "final".pdf'
        send(client, estimate, name)
        row = Attachment.objects.get()
        answer = client.get(file_url(estimate, row))
        assert answer.status_code == 302
        with urllib.request.urlopen(answer["Location"], timeout=10) as given:
            assert given.read() == DATA
            assert given.headers["Content-Disposition"].startswith("attachment;")
            assert given.headers["Content-Type"] == "application/pdf"
        assert "X-Amz-Expires=60" in answer["Location"]
        assert "X-Amz-Signature=" in answer["Location"]

    def test_previews_are_drawn_from_it_and_stored_in_it(self, client, estimate, bucket):
        key = estimate.lines[0].key
        version = proofs.add_proof_version(estimate, key, samples.upload())
        proofs.send_now(estimate, None)
        previews.drain()
        assert {row.state for row in Preview.objects.all()} == {WorkState.READY}
        assert {row.file.name for row in Preview.objects.all()} < names(bucket)
        assert proof_files.is_whole(version)
        shown = client.get(f"/portal/d/{estimate.public_id}/previews/{version.public_id}/1/thumb/")
        assert shown["Content-Type"] == "image/jpeg"
        assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")

    def test_all_files_are_one_zip(self, client, estimate, bucket):
        send(client, estimate)
        answer = client.get(f"/portal/d/{estimate.public_id}/files/")
        whole = io.BytesIO(b"".join(answer.streaming_content))
        assert zipfile.ZipFile(whole).read("print.pdf") == DATA

    def test_bytes_that_were_changed_in_the_bucket_are_not_decided_on(self, estimate, bucket):
        key = estimate.lines[0].key
        version = proofs.add_proof_version(estimate, key, samples.upload())
        proofs.send_now(estimate, None)
        bucket.Object(version.file.name).put(Body=samples.png((40, 30)))
        with pytest.raises(ProofIsDamaged):
            proof_files.read(estimate, [key])

    def test_a_file_without_a_row_is_found_and_cleared_away(self, estimate, bucket, monkeypatch):
        row = files.store(estimate, samples.upload())
        path = f"files/{estimate.public_id}/{'0' * 32}"
        bucket.Object(path).put(Body=b"of a process that was killed")
        bucket.Object("backups/of-somebody-else").put(Body=b"not ours")
        monkeypatch.setattr(orphans, "AGE", -orphans.AGE)
        assert orphans.remove(orphans.find()) == 1
        assert names(bucket) == {row.file.name, "backups/of-somebody-else"}


class TestNotThere:
    def test_a_whole_upload_waits_until_the_storage_is_back(
        self, client, estimate, trouble, address, settings, monkeypatch
    ):
        trouble()
        url, answer = send(client, estimate)
        assert answer.status_code == 507
        assert "could not be stored" in answer.content.decode()
        assert not Attachment.objects.exists()
        assert not Submission.objects.exists()
        assert UploadInProgress.objects.count() == 1
        buckets.use(address, buckets.bucket(address).name, settings, monkeypatch)
        assert tus.how_far(client, url)["Upload-Offset"] == str(len(DATA))
        row = Attachment.objects.get()
        with private_storage().open(row.file.name) as file:
            assert file.read() == DATA

    def test_staff_read_it_too_and_nothing_is_written(self, estimate, trouble):
        trouble()
        with pytest.raises(StorageUnavailable):
            files.store(estimate, samples.upload())
        assert not Attachment.objects.exists()

    def test_a_download_is_told_in_a_sentence(self, client, estimate, trouble):
        row = files.store(estimate, samples.upload(), is_internal=False)
        trouble()
        answer = client.get(file_url(estimate, row))
        assert answer.status_code == 503
        assert "cannot be read right now" in answer.content.decode()

    def test_the_document_and_its_print_page_are_there_all_the_same(
        self, client, estimate, trouble
    ):
        proofs.add_proof_version(estimate, estimate.lines[0].key, samples.upload())
        proofs.send_now(estimate, None)
        previews.drain()
        pdfs.ask_for(estimate)
        pdfs.drain()
        assert RenderedPdf.objects.get().state == WorkState.READY
        trouble()
        page = f"/portal/d/{estimate.public_id}/"
        assert client.get(page).status_code == 200
        assert client.get(page + "pdf/").status_code == 200
        assert client.get(page + "pdf/file/").status_code in (200, 303, 302)
        assert pdfs.current(estimate) is not None

    def test_a_preview_waits_and_loses_no_try(self, estimate, trouble):
        files.store(estimate, samples.upload())
        trouble()
        for _time in range(previews.TRIES + 1):
            previews.drain()
            Preview.objects.update(lease_until=timezone.now() - previews.PAUSE)
        kept = set(Preview.objects.values_list("state", "attempts"))
        assert kept == {(WorkState.WAITING, 0)}

    def test_what_nobody_needs_stays_and_hides_no_refusal(self, estimate, trouble):
        row = files.store(estimate, samples.upload())
        stored = files.StoredFile("a", "b", False, 1, "", row.file.name)
        trouble()
        files.discard([stored])


def test_a_storage_that_says_yes_to_everything_is_not_believed(
    client, estimate, settings, monkeypatch
):
    with buckets.other(200) as address:
        buckets.use(address, "portal", settings, monkeypatch)
        _url, answer = send(client, estimate)
    assert answer.status_code == 507
    assert not Attachment.objects.exists()


def test_a_page_of_somebody_else_goes_out_under_no_files_name(
    client, estimate, settings, monkeypatch
):
    row = files.store(estimate, samples.upload(), is_internal=False)
    with buckets.other(200) as address:
        buckets.use(address, "portal", settings, monkeypatch)
        answers = [client.get(file_url(estimate, row)) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert "This file is damaged" in answers[0].content.decode()
    assert estimate.activities.filter(verb="file_damaged").count() == 1
