"""Uploads in pieces after something happened: a kill, a stop, an end of time, a full room."""

import hashlib
import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portal_plugin.actions import resuming
from portal_plugin.actions.upload import Upload
from portal_plugin.exceptions import UploadIsOver
from portal_plugin.gateways.pieces import Pieces
from portal_plugin.models import Attachment, DirectLink, UploadInProgress
from portal_plugin.models.storage import private_storage, staging_folder
from portal_plugin.portal import grants
from portal_plugin.services import uploads
from tests import samples
from tests.filling import url_of
from tests.portal import tus
from tests.portal.uploads import (
    DATA,
    CutLine,
    _own_folder,
    allow,
    estimate,
    nothing_is_written,
    stored,
    url,
)

__all__ = ["_own_folder", "estimate", "url"]
pytestmark = pytest.mark.django_db


class TestKilled:
    """The last byte is there, and the process died before its row."""

    @pytest.fixture(autouse=True)
    def whole(self, client, url):
        self.client, self.url = client, url
        Pieces(tus.upload_of(url).public_id).append(CutLine(DATA, breaks=False), 0, len(DATA))
        assert not Attachment.objects.exists()

    def test_whoever_asks_next_finishes_it(self):
        assert tus.how_far(self.client, self.url)["Upload-Offset"] == str(len(DATA))
        assert Attachment.objects.get().digest == hashlib.sha256(DATA).hexdigest()

    def test_the_sweep_finishes_it(self):
        resuming.drain()
        resuming.drain()
        row = Attachment.objects.get()
        assert row.digest == hashlib.sha256(DATA).hexdigest()
        assert row.submission.address == "127.0.0.1"
        assert not list(staging_folder().iterdir())

    def test_one_whose_bytes_cannot_be_read_holds_up_no_other(self, client, estimate):
        unreadable = Pieces(tus.upload_of(self.url).public_id).path
        unreadable.unlink()
        unreadable.symlink_to(unreadable.name)
        other = tus.begin(client, estimate, name="b.pdf", size=len(DATA))["Location"]
        Pieces(tus.upload_of(other).public_id).append(CutLine(DATA, breaks=False), 0, len(DATA))
        resuming.drain()
        assert Attachment.objects.get().name == "b.pdf"

    def test_of_a_stopped_link_it_is_not_finished_and_nothing_is_left(self, estimate):
        DirectLink.objects.update(revoked_at=timezone.now())
        resuming.drain()
        assert nothing_is_written(estimate)
        assert tus.how_far(self.client, self.url).status_code == 404

    def test_killed_after_the_storage_and_before_the_row(self, estimate, monkeypatch):
        def die(self, form, asked_for):
            raise SystemExit

        with monkeypatch.context() as patched:
            patched.setattr(Upload, "_run_locked", die)
            patched.setattr(Upload, "discard", lambda self, form: None)
            with pytest.raises(SystemExit):
                resuming.drain()
        assert len(stored(estimate)) == 1
        resuming.drain()
        with Attachment.objects.get().file.open("rb") as file:
            assert file.read() == DATA

    def test_killed_after_the_row_and_before_the_bytes_were_cleared_away(self, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(Pieces, "discard", lambda self: None)
            resuming.drain()
        assert tus.how_far(self.client, self.url)["Upload-Offset"] == str(len(DATA))
        resuming.drain()
        assert Attachment.objects.count() == 1


class TestTheEnd:
    def test_who_stops_it_frees_the_room(self, client, estimate, url, settings):
        tus.piece(client, url, DATA[:50], 0)
        allow(settings, UPLOAD_QUOTA_FILES=1)
        assert tus.begin(client, estimate).status_code == 400
        assert tus.stop(client, url).status_code == 204
        assert tus.stop(client, url).status_code == 404
        assert nothing_is_written(estimate)
        assert tus.begin(client, estimate).status_code == 201

    def test_who_stops_a_finished_one_takes_nothing_back(self, client, url):
        tus.piece(client, url, DATA, 0)
        assert tus.stop(client, url).status_code == 204
        assert Attachment.objects.exists()

    def test_a_piece_gives_it_more_time(self, client, url):
        soon = timezone.now() + timedelta(minutes=1)
        UploadInProgress.objects.update(expires_at=soon)
        tus.piece(client, url, DATA[:50], 0)
        assert tus.upload_of(url).expires_at > soon + timedelta(hours=40)

    def test_after_its_time_it_is_over_and_swept(self, client, estimate, url):
        tus.piece(client, url, DATA[:50], 0)
        UploadInProgress.objects.update(expires_at=timezone.now())
        for answer in (tus.how_far(client, url), tus.piece(client, url, DATA[50:], 50)):
            assert answer.status_code == 410
        resuming.drain()
        resuming.drain()
        assert nothing_is_written(estimate)


class TestAfterTheGrant:
    """An upload under way goes on for a day; nothing else does."""

    @pytest.fixture
    def later(self, client, estimate):
        """The grant's cookie as it is so many hours after it was written."""

        def later(hours, opened_days=0):
            name = grants.cookie_name(estimate)
            grant = signing.loads(client.cookies[name].value, salt=grants.SALT)
            then = time.time() - hours * 3600
            grant |= {"at": int(then), "since": int(then - opened_days * 86400)}
            signer = signing.TimestampSigner(salt=grants.SALT)
            signer.timestamp = lambda: signing.b62_encode(int(then))
            value = signer.sign_object(grant, compress=False)
            client.cookies[name] = value

        return later

    @pytest.mark.parametrize("days", [0, 29])
    def test_it_goes_on_for_24_hours(self, client, estimate, url, later, days):
        later(25, opened_days=days)
        page = client.get(f"/portal/d/{estimate.public_id}/")
        assert page.status_code == 404
        answer = tus.piece(client, url, DATA, 0)
        assert answer.status_code == 204
        assert grants.cookie_name(estimate) not in answer.cookies
        assert tus.begin(client, estimate, "b.pdf").status_code == 404
        assert Attachment.objects.count() == 1

    def test_and_no_longer(self, client, url, later):
        later(49)
        assert tus.piece(client, url, DATA, 0).status_code == 404

    def test_the_browser_keeps_the_cookie_as_long(self, client, estimate):
        assert client.cookies[grants.cookie_name(estimate)]["max-age"] == 48 * 3600

    def test_a_link_that_ended_meanwhile_lets_it_go_on(self, client, url):
        DirectLink.objects.update(expires_at=timezone.now() - timedelta(hours=1))
        assert tus.piece(client, url, DATA[:60], 0).status_code == 204
        DirectLink.objects.update(expires_at=timezone.now() - timedelta(hours=25))
        assert tus.piece(client, url, DATA[60:], 60).status_code == 404

    def test_a_link_that_was_stopped_does_not(self, client, url):
        DirectLink.objects.update(revoked_at=timezone.now())
        assert tus.piece(client, url, DATA, 0).status_code == 404
        assert not Attachment.objects.exists()


class TestRoom:
    def test_what_is_on_its_way_counts(self, client, estimate, settings):
        allow(settings, UPLOAD_QUOTA_BYTES=250)
        assert tus.begin(client, estimate, size=200).status_code == 201
        answer = tus.begin(client, estimate, size=51)
        assert answer.status_code == 400
        assert "together" in json.loads(answer.content)["error"]
        assert tus.begin(client, estimate, size=50).status_code == 201

    def test_what_expired_while_its_piece_was_under_way_takes_no_byte(self, url):
        upload = tus.upload_of(url)
        upload.expires_at = timezone.now() - timedelta(seconds=1)
        with pytest.raises(UploadIsOver):
            uploads.receive(upload, CutLine(DATA, breaks=False), at=0, length=len(DATA))
        assert uploads.received(upload) == 0

    def test_what_expired_counts_no_more(self, client, estimate, settings):
        allow(settings, UPLOAD_QUOTA_FILES=1)
        tus.begin(client, estimate)
        UploadInProgress.objects.update(expires_at=timezone.now())
        assert tus.begin(client, estimate).status_code == 201

    def test_a_form_with_the_same_key_leaves_no_bytes_without_room(
        self, client, estimate, django_capture_on_commit_callbacks
    ):
        """Else a link could fill the disk: begin, send almost all, and give the room back."""
        key = uuid4()
        url = tus.begin(client, estimate, size=10_000, key=key)["Location"]
        assert tus.piece(client, url, DATA[:100], 0).status_code == 204
        small = SimpleUploadedFile("small.pdf", samples.pdf(1))
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(url_of(estimate, "upload"), {"client_key": key, "files": small})
        assert answer.status_code == 303
        assert Attachment.objects.get().name == "small.pdf"
        assert not list(staging_folder().iterdir())

    def test_the_last_room_is_enough_for_the_file_that_has_it(self, client, estimate, settings):
        allow(
            settings,
            UPLOAD_QUOTA_BYTES=len(DATA),
            UPLOAD_QUOTA_FILES=1,
            UPLOAD_SITE_QUOTA_BYTES=len(DATA),
        )
        url = tus.begin(client, estimate, size=len(DATA))["Location"]
        assert tus.piece(client, url, DATA, 0).status_code == 204
        assert Attachment.objects.count() == 1
        assert tus.begin(client, estimate, size=1).status_code == 400


def test_reading_holds_little_in_memory(settings, client, estimate, tmp_path):
    """200 MB through the handler that a WSGI server calls."""
    import tracemalloc

    size = 200 * 1024 * 1024
    allow(settings, UPLOAD_MAX_BYTES=size, ARTWORK_EXTENSIONS=["psd"])
    url = tus.begin(client, estimate, "big.psd", size)["Location"]

    class Stream:
        left = size

        def read(self, wanted=-1):
            given = min(self.left, wanted if wanted >= 0 else self.left)
            self.left -= given
            return bytes(given)

        readline = read

    tracemalloc.start()
    answer = tus.stream(client, url, Stream(), 0, size)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 204
    assert Attachment.objects.get().size == size
    assert peak < 16 * 1024 * 1024
    private_storage().delete(Attachment.objects.get().file.name)
