"""Files in pieces without HTTP: what is kept of one whose end does not go well."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.actions import resuming
from portal_plugin.exceptions import NotAvailable, StorageUnavailable, UploadIsOver
from portal_plugin.gateways.pieces import Pieces
from portal_plugin.models import Attachment, UploadInProgress
from portal_plugin.models.storage import private_storage
from portal_plugin.services import staging, uploads, work
from portal_plugin.services.visits import Visit
from tests import factories, samples

pytestmark = pytest.mark.django_db
DATA = samples.pdf(1)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_STAGING_FOLDER": str(tmp_path)}


@pytest.fixture
def visit():
    return visit_of(factories.estimate_factory(items=1))


def visit_of(document):
    link = factories.link_factory(document)
    return Visit(document, link=link, address="192.0.2.7", user_agent="A phone")


def sent(visit, data=DATA):
    """An upload of which ``data`` has come."""
    upload = resuming.begin(visit, client_key=uuid4(), name="a.pdf", size=len(DATA))
    uploads.receive(upload, io.BytesIO(data), at=0, length=len(data))
    return upload


def cancel(document):
    staging.cancel(document, user=factories.user_factory(), reason="Out of stock")


def test_what_the_shop_cancelled_while_the_page_was_open_takes_no_room(visit):
    cancel(visit.document)
    with pytest.raises(NotAvailable):
        sent(visit)
    assert not UploadInProgress.objects.exists()


def test_where_the_storage_fails_nothing_has_to_be_sent_again(visit):
    folder = Path(private_storage().path(f"files/{visit.document.public_id}"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where a folder should be")
    upload = sent(visit)
    with pytest.raises(StorageUnavailable):
        resuming.finish(visit, upload)
    folder.unlink()
    resuming.drain()
    assert Attachment.objects.get().size == len(DATA)
    assert Pieces(upload.public_id).received == 0


def test_whoever_comes_second_finds_it_finished_or_given_up(visit):
    """What they read of it before is that nobody was there yet."""
    finished, given_up, lost = (sent(visit) for _n in range(3))
    uploads.drop(given_up)
    Pieces(lost.public_id).discard()
    resuming.drain()
    resuming.finish(visit, finished)
    for over in (given_up, lost):
        with pytest.raises(UploadIsOver):
            resuming.finish(visit, over)
    assert Attachment.objects.count() == 1


def test_the_worker_keeps_who_sent_it(visit):
    sent(visit)
    resuming.drain()
    said = Attachment.objects.get().submission
    assert (said.link, said.address, said.user_agent) == (visit.link, "192.0.2.7", "A phone")


def test_the_worker_waits_for_what_is_still_on_its_way(visit):
    upload = sent(visit, DATA[:-1])
    resuming.drain()
    assert Pieces(upload.public_id).received == len(DATA) - 1
    assert UploadInProgress.objects.exists()


def test_the_worker_finishes_nothing_after_its_time(visit):
    upload = sent(visit)
    UploadInProgress.objects.update(expires_at=timezone.now())
    resuming.drain()
    assert Pieces(upload.public_id).received == 0
    assert not Attachment.objects.exists()
    assert not UploadInProgress.objects.exists()


def test_one_that_is_refused_keeps_the_worker_from_no_other(visit, caplog):
    refused = sent(visit_of(factories.order_factory(items=1)))
    sent(visit)
    cancel(refused.document)
    resuming.drain()
    assert f"Upload {refused.public_id} was not taken" in caplog.text
    assert Attachment.objects.get().document_id == visit.document.pk
    assert UploadInProgress.objects.get().is_finished


def test_one_that_cannot_be_forgotten_keeps_the_room_of_no_other(visit, caplog):
    broken = sent(visit_of(factories.order_factory(items=1)), DATA[:-1])
    other = sent(visit, DATA[:-1])
    UploadInProgress.objects.update(expires_at=timezone.now())
    factories.break_document(broken.document)
    resuming.drain()
    assert UploadInProgress.objects.get() == broken
    assert Pieces(other.public_id).received == 0
    assert f"Upload {broken.public_id} could not be forgotten" in caplog.text


def test_a_worker_without_time_begins_nothing(visit):
    done = sent(visit)
    with work.time_box(0):
        resuming.drain()
    assert not Attachment.objects.exists()
    resuming.finish(visit, done)
    UploadInProgress.objects.update(expires_at=timezone.now())
    with work.time_box(0):
        resuming.drain()
    assert UploadInProgress.objects.exists()
    resuming.drain()
    assert not UploadInProgress.objects.exists()
