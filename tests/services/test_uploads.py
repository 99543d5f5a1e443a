"""Uploads under way: whose a key is, and whose room."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.exceptions import FileRefused, FileTooLarge, NotAvailable, PortalError
from portal_plugin.gateways import filetypes
from portal_plugin.models import SiteStorage, UploadInProgress
from portal_plugin.models.documents import lock
from portal_plugin.services import uploads
from portal_plugin.services.visits import Visit
from tests import factories

pytestmark = pytest.mark.django_db
FILE = {"name": "print.pdf", "size": 100}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    own = {"UPLOAD_STAGING_FOLDER": str(tmp_path), "UPLOAD_SITE_QUOTA_BYTES": 1000}
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **own}


@pytest.fixture
def visit():
    return visit_to(factories.estimate_factory(items=1))


def visit_to(document, **values):
    return Visit(lock(document), factories.link_factory(document, **values))


@pytest.fixture
def upload(visit):
    return uploads.reserve(visit, client_key=uuid4(), **FILE)


def used():
    return SiteStorage.objects.get().used_bytes


def begun(visit, upload, **values):
    return uploads.begun(visit, upload.client_key, **FILE | values)


def test_the_same_key_finds_what_it_has_begun(visit, upload):
    assert begun(visit, upload) == upload


@pytest.mark.parametrize("values", [{"name": "other.pdf"}, {"size": 101}])
def test_a_key_is_one_files(visit, upload, values):
    with pytest.raises(PortalError, match="load the page again"):
        begun(visit, upload, **values)


def test_a_key_is_one_links(visit, upload):
    other = visit_to(visit.document, name="Kim", email="kim@example.org")
    with pytest.raises(PortalError, match="load the page again"):
        begun(other, upload)


def test_a_key_begins_nothing_anew_after_its_time(visit, upload):
    UploadInProgress.objects.update(expires_at=timezone.now())
    with pytest.raises(PortalError, match="load the page again"):
        begun(visit, upload)


def test_a_key_of_another_document_is_unknown_here(upload):
    assert begun(visit_to(factories.estimate_factory(items=1)), upload) is None


def test_without_a_link_nobody_keeps_room(visit):
    with pytest.raises(NotAvailable):
        uploads.reserve(Visit(visit.document), client_key=uuid4(), **FILE)
    assert not UploadInProgress.objects.exists()


def test_a_piece_gives_more_time_to_its_own_upload_alone(visit, upload):
    other = uploads.reserve(visit, client_key=uuid4(), **FILE)
    soon = timezone.now() + timedelta(minutes=1)
    UploadInProgress.objects.update(expires_at=soon)
    upload.refresh_from_db()
    uploads.receive(upload, BytesIO(b"%PDF-"), at=0, length=5)
    other.refresh_from_db()
    upload.refresh_from_db()
    assert other.expires_at == soon < upload.expires_at


def test_not_every_piece_writes_a_row(upload, django_assert_num_queries):
    with django_assert_num_queries(0):
        uploads.receive(upload, BytesIO(b"%PDF-"), at=0, length=5)
    upload.expires_at = timezone.now() + uploads.LIFE - timedelta(seconds=1)
    with django_assert_num_queries(1):
        uploads.receive(upload, BytesIO(b"12345"), at=5, length=5)
    upload.refresh_from_db()
    assert upload.expires_at > timezone.now() + uploads.LIFE


def test_what_is_not_what_its_name_says_ends_with_its_first_bytes(visit):
    upload = uploads.reserve(visit, client_key=uuid4(), name="print.pdf", size=900)
    head = filetypes.HEAD_BYTES
    with pytest.raises(FileRefused):
        uploads.receive(upload, BytesIO(b"MZ" * head), at=0, length=head)
    assert not UploadInProgress.objects.exists()
    assert used() == 0


@pytest.mark.parametrize(("at", "length"), [(0, 101), (99, 2)])
def test_no_more_is_taken_than_was_said(upload, at, length):
    if at:
        uploads.receive(upload, BytesIO(b"%PDF-" + bytes(at - 5)), at=0, length=at)
    with pytest.raises(FileTooLarge):
        uploads.receive(upload, BytesIO(bytes(length)), at=at, length=length)
    assert uploads.received(upload) == at


def test_its_room_is_given_back_once_whoever_ends_it(visit, upload):
    other = uploads.reserve(visit, client_key=uuid4(), **FILE)
    assert used() == 200
    for _ in range(2):
        uploads.settle(visit.document, upload.client_key)
        assert used() == 100
    for _ in range(2):
        uploads.drop(upload)
        assert used() == 100
    for _ in range(2):
        uploads.drop(other)
        assert used() == 0


def test_a_key_settles_nothing_of_another_document(visit, upload):
    uploads.settle(lock(factories.estimate_factory(items=1)), upload.client_key)
    uploads.settle(visit.document, uuid4())
    assert not UploadInProgress.objects.get().is_finished
