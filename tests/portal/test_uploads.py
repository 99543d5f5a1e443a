"""Uploads in pieces: the protocol, every refusal, and a line that is cut anywhere."""

import hashlib
import json
import uuid

import pytest
from django.test import Client

from portal_plugin.models import (
    Attachment,
    Contact,
    OutgoingEmail,
    PortalSettings,
    Submission,
    UploadInProgress,
)
from portal_plugin.models.storage import staging_folder
from portal_plugin.services import staging
from tests import factories, samples
from tests.portal import tus
from tests.portal.uploads import (
    DATA,
    CutLine,
    _own_folder,
    allow,
    estimate,
    nothing_is_written,
    url,
)

__all__ = ["_own_folder", "estimate", "url"]
pytestmark = pytest.mark.django_db


def test_what_the_server_can_is_told(client, estimate):
    answer = client.options(f"/portal/d/{estimate.public_id}/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,creation-with-upload,expiration,termination"
    assert answer["Tus-Max-Size"] == str(50 * 1024 * 1024)


def test_a_file_in_pieces_is_the_same_as_one_that_was_sent_whole(client, estimate):
    key, item = uuid.uuid4(), estimate.lines[0].key
    answer = tus.begin(client, estimate, "../Front \u202eprint.pdf", len(DATA), key=key, item=item)
    assert answer.status_code == 201
    assert "Upload-Expires" in answer
    url = answer["Location"]
    assert tus.how_far(client, url)["Upload-Offset"] == "0"
    for at in range(0, len(DATA), 200):
        answer = tus.piece(client, url, DATA[at : at + 200], at)
        assert answer.status_code == 204
        assert int(answer["Upload-Offset"]) == min(at + 200, len(DATA))
    row = Attachment.objects.get()
    assert (row.name, row.size, row.item_key) == ("Front print.pdf", len(DATA), item)
    assert row.digest == hashlib.sha256(DATA).hexdigest()
    with row.file.open("rb") as file:
        assert file.read() == DATA
    assert row.submission == Submission.objects.get(client_key=key, action="upload")
    assert estimate.activities.filter(verb="upload").count() == 1
    assert OutgoingEmail.objects.count() == 2
    assert not list(staging_folder().iterdir())
    head = tus.how_far(client, url)
    assert head["Upload-Offset"] == head["Upload-Length"] == str(len(DATA))
    assert "no-store" in head["Cache-Control"]


def test_the_first_piece_may_come_with_the_creation(client, estimate):
    told = tus.metadata(filename="a.pdf")
    answer = client.post(
        f"/portal/d/{estimate.public_id}/uploads/",
        DATA,
        content_type=tus.PIECE,
        headers=tus.VERSION | {"upload-length": str(len(DATA)), "upload-metadata": told},
    )
    assert answer.status_code == 201
    assert answer["Upload-Offset"] == str(len(DATA))
    assert Attachment.objects.get().name == "a.pdf"


def test_a_proxy_that_knows_no_patch(client, url):
    answer = client.generic(
        "POST",
        url,
        DATA,
        tus.PIECE,
        headers=tus.VERSION | {"upload-offset": "0", "x-http-method-override": "PATCH"},
    )
    assert answer.status_code == 204
    assert Attachment.objects.exists()


REFUSED = {
    "empty": ({"size": 0}, 400, "“print.pdf” is empty."),
    "too large": ({"size": 50 * 1024 * 1024 + 1}, 413, "“print.pdf” is too large."),
    "a forbidden kind": ({"name": "a.exe"}, 400, "“a.exe” is of a kind that cannot be taken."),
    "no name": ({"name": ""}, 400, "of a kind that cannot be taken"),
    "no length": ({"upload-length": ""}, 400, ""),
    "a negative length": ({"upload-length": "-1"}, 400, ""),
    "a length that is none": ({"upload-length": "\u0661"}, 400, ""),
    "a length without end": ({"upload-length": "9" * 400}, 413, ""),
    "metadata that is none": ({"upload-metadata": "filename ####"}, 400, ""),
    "metadata without end": ({"upload-metadata": "a " + "AAAA" * 2000}, 400, ""),
    "a key that is none": ({"upload-metadata": "key " + "AAAA"}, 400, ""),
    "an item of nobody": ({"item": uuid.uuid4()}, 409, ""),
    "another version": ({"tus-resumable": "0.2.2"}, 412, ""),
    "a length that comes later": ({"upload-length": "", "upload-defer-length": "1"}, 400, ""),
}


@pytest.mark.parametrize(
    ("values", "status"), [({"name": "a.ai"}, 400), ({"size": 1024 * 1024 + 1}, 413)]
)
def test_what_the_shop_does_not_take_does_not_begin(client, estimate, values, status):
    PortalSettings.objects.update(file_kinds="pdf", file_max_mb=1)
    assert tus.begin(client, estimate, **values).status_code == status
    assert nothing_is_written(estimate)
    assert tus.begin(client, estimate, size=1024 * 1024).status_code == 201


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_begin_is_refused_and_nothing_is_written(client, estimate, case):
    values, status, sentence = REFUSED[case]
    answer = tus.begin(client, estimate, **values)
    assert answer.status_code == status
    assert answer["Tus-Resumable"] == "1.0.0"
    if sentence:
        assert sentence in json.loads(answer.content)["error"]
    assert nothing_is_written(estimate)


def test_a_body_of_another_kind_is_no_creation(client, estimate):
    answer = client.post(
        f"/portal/d/{estimate.public_id}/uploads/", {"a": "b"}, headers=tus.VERSION
    )
    assert answer.status_code in (400, 415)
    assert nothing_is_written(estimate)


def test_a_document_that_takes_no_files_takes_no_uploads(client, enter):
    order = factories.order_factory(items=1)
    enter(order)
    url = tus.begin(client, order, "a.pdf", len(DATA))["Location"]
    staging.cancel(order, user=factories.user_factory(), reason="Out of stock")
    assert tus.begin(client, order, "b.pdf", len(DATA)).status_code == 409
    assert tus.piece(client, url, DATA, 0).status_code == 409
    assert not Attachment.objects.exists()
    assert not UploadInProgress.objects.exists()


def test_staff_who_look_send_nothing(client, estimate):
    client.force_login(factories.user_factory())
    assert tus.begin(client, estimate).status_code == 409
    assert nothing_is_written(estimate)


def test_how_often_is_limited(client, estimate, settings):
    allow(settings, UPLOADS_PER_HOUR=1)
    assert tus.begin(client, estimate).status_code == 201
    assert tus.begin(client, estimate).status_code == 429
    assert UploadInProgress.objects.count() == 1


def test_every_change_needs_the_pages_token(enter):
    client = Client(enforce_csrf_checks=True)
    document = factories.estimate_factory(items=1)
    enter(document, client=client)
    assert tus.begin(client, document).status_code == 403
    client.get(f"/portal/d/{document.public_id}/a/upload/")
    token = {"x-csrftoken": client.cookies["csrftoken"].value}
    url = tus.begin(client, document, size=len(DATA), **token)["Location"]
    assert tus.piece(client, url, DATA, 0).status_code == 403
    assert tus.stop(client, url).status_code == 403
    assert tus.how_far(client, url)["Upload-Offset"] == "0"
    foreign = token | {"origin": "https://evil.example"}
    assert tus.piece(client, url, DATA, 0, **foreign).status_code == 403
    assert tus.piece(client, url, DATA, 0, **token).status_code == 204
    assert Attachment.objects.count() == 1


def test_another_link_of_the_same_document_does_not_know_it(client, estimate, url, enter):
    other = Client()
    contact = Contact.objects.create(customer=estimate.customer, name="Another")
    link = factories.link_factory(estimate, contact=contact)
    enter(estimate, link, client=other)
    assert tus.how_far(other, url).status_code == 404
    assert tus.piece(other, url, DATA, 0).status_code == 404
    assert tus.stop(other, url).status_code == 404
    assert tus.how_far(client, url).status_code == 200


class TestPieces:
    def test_at_another_place_is_a_conflict_and_nothing_is_lost(self, client, url):
        tus.piece(client, url, DATA[:100], 0)
        for at in (0, 99, 101, 10**9):
            answer = tus.piece(client, url, DATA[100:110], at)
            assert answer.status_code in (409, 413)
        assert tus.how_far(client, url)["Upload-Offset"] == "100"

    def test_more_than_was_said_is_refused_before_it_is_read(self, client, url):
        answer = tus.piece(client, url, DATA + b"x", 0)
        assert answer.status_code == 413
        assert "More arrived" in json.loads(answer.content)["error"]
        assert tus.how_far(client, url)["Upload-Offset"] == "0"

    @pytest.mark.parametrize("content_type", ["", "application/octet-stream", "text/plain"])
    def test_of_another_kind_are_none(self, client, url, content_type):
        assert tus.piece(client, url, DATA, 0, content_type).status_code == 415
        assert tus.how_far(client, url)["Upload-Offset"] == "0"

    @pytest.mark.parametrize("at", ["", "-1", "x", "1.5"])
    def test_without_a_place_are_none(self, client, url, at):
        assert tus.piece(client, url, DATA, at).status_code == 400

    def test_empty_ones_change_nothing(self, client, url):
        assert tus.piece(client, url, b"", 0)["Upload-Offset"] == "0"

    @pytest.mark.parametrize("length", ["nonsense", "-5", "", "7", str(10**6)])
    def test_a_length_that_lies_breaks_nothing(self, client, url, length):
        headers = tus.VERSION | {"upload-offset": "0"}
        answer = client.generic(
            "PATCH", url, DATA[:50], tus.PIECE, headers=headers, CONTENT_LENGTH=length
        )
        assert answer.status_code in (204, 400, 413)
        assert int(tus.how_far(client, url)["Upload-Offset"]) <= 50
        assert not Attachment.objects.exists()

    def test_content_that_its_name_denies_is_refused_with_the_first_piece(self, client, estimate):
        url = tus.begin(client, estimate, "a.png", 10_000)["Location"]
        answer = tus.piece(client, url, samples.GIF_AND_SCRIPT[:40], 0)
        assert answer.status_code == 400
        assert "not what its ending says" in json.loads(answer.content)["error"]
        assert nothing_is_written(estimate)
        assert tus.how_far(client, url).status_code == 404

    def test_a_lie_in_drops_is_found_at_the_end(self, client, estimate):
        url = tus.begin(client, estimate, "a.png", 20)["Location"]
        for at in range(20):
            answer = tus.piece(client, url, b"x", at)
        assert answer.status_code == 400
        assert nothing_is_written(estimate)

    def test_after_the_end_they_change_nothing(self, client, url):
        tus.piece(client, url, DATA, 0)
        assert tus.piece(client, url, DATA, 0)["Upload-Offset"] == str(len(DATA))
        assert Attachment.objects.count() == 1

    def test_a_full_disk_is_told_and_the_upload_goes_on_later(
        self, client, url, settings, tmp_path
    ):
        blocked = tmp_path / "blocked"
        blocked.write_text("a file where a folder should be")
        allow(settings, UPLOAD_STAGING_FOLDER=str(blocked))
        assert tus.piece(client, url, DATA, 0).status_code == 507
        allow(settings, UPLOAD_STAGING_FOLDER=str(tmp_path))
        assert tus.piece(client, url, DATA, 0).status_code == 204


@pytest.mark.parametrize("breaks", [True, False], ids=["with an error", "quietly"])
def test_a_line_that_is_cut_anywhere_keeps_what_came(client, estimate, breaks):
    for cut in range(0, len(DATA), 97):
        name = f"{cut}-{breaks}.pdf"
        url = tus.begin(client, estimate, name, len(DATA))["Location"]
        tus.stream(client, url, CutLine(DATA[:cut], breaks), 0, len(DATA))
        assert tus.how_far(client, url)["Upload-Offset"] == str(cut)
        assert tus.piece(client, url, DATA[cut:], cut).status_code == 204
        row = Attachment.objects.get(name=name)
        assert row.digest == hashlib.sha256(DATA).hexdigest()


class TestOnce:
    def test_the_same_key_finds_what_was_begun(self, client, estimate):
        key = uuid.uuid4()
        first = tus.begin(client, estimate, "a.pdf", len(DATA), key=key)
        tus.piece(client, first["Location"], DATA[:10], 0)
        again = tus.begin(client, estimate, "a.pdf", len(DATA), key=key)
        assert again["Location"] == first["Location"]
        tus.piece(client, again["Location"], DATA[10:], 10)
        done = tus.begin(client, estimate, "a.pdf", len(DATA), key=key)
        assert tus.how_far(client, done["Location"])["Upload-Offset"] == str(len(DATA))
        assert Attachment.objects.count() == 1

    def test_a_key_is_one_files_alone(self, client, estimate):
        key = uuid.uuid4()
        tus.begin(client, estimate, "a.pdf", len(DATA), key=key)
        assert tus.begin(client, estimate, "b.pdf", len(DATA), key=key).status_code == 409
        assert tus.begin(client, estimate, "a.pdf", 7, key=key).status_code == 409

    def test_the_same_file_under_two_keys_is_one(self, client, estimate):
        for _ in range(2):
            url = tus.begin(client, estimate, "a.pdf", len(DATA))["Location"]
            assert tus.piece(client, url, DATA, 0).status_code == 204
        assert Attachment.objects.count() == 1
        assert estimate.activities.filter(verb="upload").count() == 1
