"""Files: stored before the lock, counted under it, gone again when the transaction is."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import connection, transaction

from portal_plugin import signals
from portal_plugin.exceptions import FileRefused, FileTooLarge, StorageUnavailable
from portal_plugin.models import Attachment, OutgoingEmail, Preview, SiteStorage
from portal_plugin.models.documents import lock
from portal_plugin.models.storage import private_storage
from portal_plugin.services import activity, files, outbox, publishing, scanning
from portal_plugin.services.file_limits import FileLimits
from portal_plugin.statuses import FileCheckState, WorkState
from tests import clamd, factories, samples
from tests.mailing import ANYMAIL, send_by

pytestmark = pytest.mark.django_db


def folder_of(document):
    return Path(private_storage().path(f"files/{document.public_id}"))


def content_of(attachment):
    with attachment.file.open("rb") as file:
        return file.read()


def stored_files(document):
    folder = folder_of(document)
    return list(folder.iterdir()) if folder.exists() else []


def test_an_upload_is_hashed_and_named_by_us():
    document = factories.estimate_factory()
    data = samples.png()
    attachment = files.store(document, samples.upload("../Front \u202egnp.png", data))
    assert attachment.name == "Front gnp.png"
    assert attachment.content_type == "image/png"
    assert attachment.size == len(data)
    assert attachment.digest == hashlib.sha256(data).hexdigest()
    assert attachment.file.name.startswith(f"files/{document.public_id}/")
    assert content_of(attachment) == data
    assert len(stored_files(document)) == 1
    entry = document.activities.first()
    assert entry.verb == "file_added"
    assert "Front" not in entry.data
    assert activity.first_broken(document) is None


def test_a_large_upload_comes_from_a_file_and_is_read_in_pieces():
    data = samples.pdf() + b"%" + b"x" * 3_000_000
    upload = TemporaryUploadedFile("big.pdf", "application/pdf", len(data), None)
    upload.write(data)
    upload.seek(0)
    attachment = files.store(factories.estimate_factory(), upload)
    upload.close()
    assert attachment.digest == hashlib.sha256(data).hexdigest()
    assert content_of(attachment) == data


def test_the_same_name_twice_overwrites_nothing():
    document = factories.estimate_factory()
    files.store(document, samples.upload("a.png", samples.png((10, 10))))
    files.store(document, samples.upload("a.png", samples.png((20, 20))))
    assert len(stored_files(document)) == 2


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.png", b"", "“a.png” is empty."),
        ("a.exe", b"MZ", "Possible are"),
        ("a.png", samples.GIF_AND_SCRIPT, "not what its ending says"),
    ],
)
def test_a_refused_file_leaves_nothing_behind(name, data, sentence):
    document = factories.estimate_factory()
    with pytest.raises(FileRefused, match=sentence):
        files.store(document, samples.upload(name, data))
    assert not stored_files(document)
    assert not Attachment.objects.exists()


def test_the_limit_itself_is_taken_and_one_byte_more_is_not():
    document = factories.estimate_factory()
    owner = Attachment(document=document)
    data = samples.png()
    exact, less = FileLimits(("png",), len(data)), FileLimits(("png",), len(data) - 1)
    assert files.prepare(owner, samples.upload("a.png", data), limits=exact).size
    with pytest.raises(FileTooLarge) as error:
        files.prepare(owner, samples.upload("a.png", data), limits=less)
    assert error.value.status == 413
    assert "a.png" in error.value.message
    assert len(stored_files(document)) == 1


def test_a_rolled_back_transaction_takes_the_file_with_it():
    document = factories.estimate_factory()
    stored = files.prepare(Attachment(document=document), samples.upload())

    def write():
        with files.keeping(stored), transaction.atomic():
            files.save(lock(document), stored)
            assert len(stored_files(document)) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert not stored_files(document)
    assert not Attachment.objects.exists()


def test_while_the_database_does_not_say_whether_the_row_is_there_its_file_stays():
    document = factories.estimate_factory()
    stored = files.prepare(Attachment(document=document), samples.upload())
    with transaction.atomic():
        files.save(lock(document), stored)
        transaction.set_rollback(True)
        files.discard([stored])
    assert len(stored_files(document)) == 1
    files.discard([stored])
    assert not stored_files(document)


def test_a_storage_that_is_full_is_told_in_a_sentence():
    document = factories.estimate_factory()
    folder_of(document).parent.mkdir(parents=True, exist_ok=True)
    folder_of(document).write_text("a file where a folder should be")
    with pytest.raises(StorageUnavailable) as error:
        files.store(document, samples.upload())
    assert error.value.status == 507
    assert not Attachment.objects.exists()


class Loses(FileSystemStorage):
    """As a disk does that is full, and says nothing."""

    def _save(self, name, content):
        return super()._save(name, ContentFile(content.read()[:-1]))


def test_a_storage_that_lost_a_byte_is_told_and_keeps_nothing(settings, tmp_path):
    lossy = {"BACKEND": f"{__name__}.Loses", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"portal": lossy}
    document = factories.estimate_factory()
    with pytest.raises(StorageUnavailable):
        files.store(document, samples.upload())
    assert not Attachment.objects.exists()
    assert not stored_files(document)


def test_an_upload_that_was_read_before_is_kept_from_its_first_byte():
    upload = samples.upload("a.png", samples.png())
    upload.read()
    attachment = files.store(factories.estimate_factory(), upload)
    assert content_of(attachment) == samples.png()


def test_the_room_of_the_site_is_shared_by_its_documents_and_comes_back(settings):
    size = len(samples.png())
    settings.PORTAL_PLUGIN = {"UPLOAD_SITE_QUOTA_BYTES": 2 * size}
    mine, other = factories.estimate_factory(), factories.estimate_factory()
    first = files.store(mine, samples.upload())
    files.store(other, samples.upload())
    with pytest.raises(FileRefused, match="The shop has no room"):
        files.store(mine, samples.upload())
    again = Attachment.objects.get(pk=first.pk)
    files.remove(first, None)
    files.remove(again, None)
    assert mine.activities.filter(verb="file_removed").count() == 1
    files.store(mine, samples.upload())
    with pytest.raises(FileRefused, match="The shop has no room"):
        files.store(mine, samples.upload())


def test_the_room_of_a_site_begins_with_what_is_there(settings):
    document = factories.estimate_factory()
    files.store(document, samples.upload())
    files.remove(files.store(document, samples.upload()), None)
    settings.PORTAL_PLUGIN = {"UPLOAD_SITE_QUOTA_BYTES": 2 * len(samples.png())}
    files.store(document, samples.upload())
    assert SiteStorage.objects.get().used_bytes == 2 * len(samples.png())


def test_the_quota_counts_files_and_bytes_of_one_document(settings):
    settings.PORTAL_PLUGIN = {"UPLOAD_QUOTA_FILES": 2}
    document, other = factories.estimate_factory(), factories.estimate_factory()
    files.store(document, samples.upload())
    removed = files.store(document, samples.upload())
    files.store(other, samples.upload())
    with pytest.raises(FileRefused, match="room for 2 files"):
        files.store(document, samples.upload())
    files.remove(removed, None)
    files.store(document, samples.upload())

    settings.PORTAL_PLUGIN = {"UPLOAD_QUOTA_BYTES": 2 * len(samples.png())}
    with pytest.raises(FileRefused, match="together"):
        files.store(document, samples.upload())


def test_staff_files_are_internal_until_shown():
    document, user = factories.estimate_factory(), factories.user_factory()
    attachment = files.store(document, samples.upload(), staff=user)
    other = Attachment.objects.get()
    assert attachment.is_internal
    assert not files.for_customer(document).exists()
    files.show(attachment, user)
    files.show(other, user)
    assert files.for_customer(document).get() == attachment
    assert document.activities.filter(verb="file_shown").count() == 1


def test_publishing_shows_staff_files():
    document, user = factories.estimate_factory(), factories.user_factory()
    files.store(document, samples.upload(), staff=user)
    publishing.release(document, user=user)
    assert files.for_customer(document).get().shown_at


def test_publishing_shows_the_file_of_a_colleague_who_is_gone():
    document, user = factories.estimate_factory(), factories.user_factory()
    files.store(document, samples.upload(), staff=user)
    user.delete()
    publishing.release(document)
    assert files.for_customer(document).get().shown_at


def test_a_removed_file_is_out_of_sight_and_kept():
    document, user = factories.estimate_factory(), factories.user_factory()
    attachment = files.store(document, samples.upload(), staff=user, is_internal=False)
    files.remove(attachment, user)
    assert not files.for_customer(document).exists()
    assert stored_files(document)


def test_an_order_shows_the_files_of_its_estimate():
    estimate = factories.estimate_factory()
    files.store(estimate, samples.upload(), is_internal=False)
    order = factories.order_factory(family=estimate.family, ancestors=[estimate.pk])
    assert files.for_customer(order).count() == 1
    assert not files.for_customer(factories.order_factory()).exists()


@pytest.mark.django_db(transaction=True)
def test_the_signal_is_sent_after_the_commit():
    heard = []

    def hear(attachment, **kwargs):
        heard.append((attachment.pk, connection.in_atomic_block))

    signals.attachment_added.connect(hear)
    attachment = files.store(factories.estimate_factory(), samples.upload())
    signals.attachment_added.disconnect(hear)
    assert heard == [(attachment.pk, False)]


class TestWithScanner:
    @pytest.fixture(autouse=True)
    def clamd(self, settings):
        with clamd.running() as address:
            settings.PORTAL_PLUGIN = {
                "FILE_SCANNER": "portal_plugin.gateways.scanner.clamd",
                "CLAMD_ADDRESS": address,
            }
            yield address

    def test_only_clean_files_go_out_and_are_drawn(self, settings):
        send_by(settings, ANYMAIL)
        document = factories.estimate_factory()
        good = files.store(document, samples.upload())
        bad = files.store(document, samples.upload("a.pdf", samples.pdf() + clamd.EICAR))
        assert not files.may_go_out(good)
        scanning.drain()
        good.refresh_from_db()
        bad.refresh_from_db()
        assert (good.check_state, bad.check_state) == (
            FileCheckState.CLEAN,
            FileCheckState.REFUSED,
        )
        assert files.may_go_out(good)
        assert not files.may_go_out(bad)
        states = dict(Preview.objects.values_list("digest", "state"))
        assert states == {good.digest: WorkState.READY, bad.digest: WorkState.FAILED}
        scanning.drain()
        assert document.activities.filter(verb="file_refused").count() == 1
        assert OutgoingEmail.objects.filter(kind="staff_file_refused").count() == 1
        OutgoingEmail.objects.update(not_before="2020-01-01T00:00Z")
        outbox.drain()
        assert "did not pass the virus check" in mail.outbox[0].subject

    def test_while_the_scanner_is_away_a_file_waits_and_is_checked_when_it_is_back(
        self, settings, clamd
    ):
        away = settings.PORTAL_PLUGIN | {"CLAMD_ADDRESS": "127.0.0.1:1"}
        settings.PORTAL_PLUGIN, honest = away, settings.PORTAL_PLUGIN
        attachment = files.store(factories.estimate_factory(), samples.upload())
        scanning.drain()
        attachment.refresh_from_db()
        assert attachment.check_state == FileCheckState.WAITING
        assert not files.may_go_out(attachment)
        assert Preview.objects.filter(state=WorkState.WAITING).count() == 3
        settings.PORTAL_PLUGIN = honest
        scanning.drain()
        attachment.refresh_from_db()
        assert files.may_go_out(attachment)
        assert Preview.objects.filter(state=WorkState.READY).count() == 3

    def test_what_came_before_the_scanner_is_checked_too(self, settings):
        settings.PORTAL_PLUGIN, configured = {}, settings.PORTAL_PLUGIN
        attachment = files.store(factories.estimate_factory(), samples.upload())
        assert files.may_go_out(attachment)
        settings.PORTAL_PLUGIN = configured
        assert not files.may_go_out(attachment)
        scanning.drain()
        attachment.refresh_from_db()
        assert files.may_go_out(attachment)

    def test_when_the_scanner_is_taken_away_what_waited_is_drawn(self, settings):
        attachment = files.store(factories.estimate_factory(), samples.upload())
        settings.PORTAL_PLUGIN = {}
        scanning.drain()
        assert files.may_go_out(attachment)
        assert not Preview.objects.filter(lease_until__isnull=False).exists()


def test_a_scanner_reads_from_the_storage_and_not_from_memory(settings):
    """The stored bytes are what is checked: they are what goes out."""
    settings.PORTAL_PLUGIN = {"FILE_SCANNER": f"{__name__}.remember"}
    attachment = files.store(factories.estimate_factory(), samples.upload())
    scanning.drain()
    assert hashlib.sha256(_seen[-1]).hexdigest() == attachment.digest


_seen = []


def remember(file: io.BufferedIOBase):
    _seen.append(file.read())
    return True


def test_files_lie_in_the_private_storage():
    attachment = files.store(factories.estimate_factory(), samples.upload())
    assert private_storage().exists(attachment.file.name)


def test_a_stored_file_and_its_name_are_on_the_disk_before_the_row(monkeypatch):
    synced, really = set(), os.fsync

    def fsync(descriptor):
        assert not Attachment.objects.exists()
        synced.add(os.fstat(descriptor).st_ino)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    row = files.store(factories.estimate_factory(items=1), samples.upload())
    path = Path(row.file.path)
    assert synced >= {path.stat().st_ino, path.parent.stat().st_ino}
