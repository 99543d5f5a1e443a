"""Many uploads for the last room, and several writers of one."""

import hashlib
import io
import threading
import uuid

import pytest

from portal_plugin.actions import resuming
from portal_plugin.exceptions import FileRefused, PortalError, UploadConflict
from portal_plugin.gateways.pieces import Pieces
from portal_plugin.models import Attachment, SiteStorage, UploadInProgress
from portal_plugin.services import quotas, uploads
from portal_plugin.services.visits import Visit
from tests import factories, samples
from tests.races.together import attempt, together

pytestmark = pytest.mark.django_db(transaction=True)

DATA = samples.pdf(2)
SIZE = len(DATA)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.PORTAL_PLUGIN = {"UPLOAD_STAGING_FOLDER": str(tmp_path)}


def allow(settings, **values):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **values}


def visit_of(document):
    return Visit(document, link=factories.link_factory(document))


def begin(visit, name="a.pdf", size=SIZE):
    return resuming.begin(visit, client_key=uuid.uuid4(), name=name, size=size)


@pytest.mark.parametrize("number", [2, 20])
def test_the_room_of_a_document_is_never_given_out_twice(settings, number):
    allow(settings, UPLOAD_QUOTA_BYTES=3 * 100, UPLOAD_QUOTA_FILES=50)
    visit = visit_of(factories.estimate_factory(items=1))
    together(number, lambda index: attempt(lambda: begin(visit, f"{index}.pdf", 100), FileRefused))
    assert UploadInProgress.objects.count() == min(number, 3)


def test_the_room_of_a_site_is_never_given_out_twice(settings):
    allow(settings, UPLOAD_SITE_QUOTA_BYTES=3 * 100)
    visits = [visit_of(factories.estimate_factory(items=1)) for _ in range(4)]
    together(20, lambda n: attempt(lambda: begin(visits[n % 4], f"{n}.pdf", 100), FileRefused))
    assert UploadInProgress.objects.count() == 3
    assert SiteStorage.objects.get().used_bytes == 300


def test_room_that_was_given_back_is_counted_once(settings):
    allow(settings, UPLOAD_SITE_QUOTA_BYTES=10_000)
    document = factories.estimate_factory(items=1)
    upload = begin(visit_of(document))
    together(10, lambda index: uploads.drop(upload))
    assert SiteStorage.objects.get().used_bytes == quotas.used_by_site(document.site_id) == 0


class Slow(io.BytesIO):
    """Bytes of which each step waits for the other writer's."""

    def __init__(self, data, gate):
        super().__init__(data)
        self.gate = gate

    def read(self, size=-1):
        self.gate.wait(timeout=5)
        return super().read(100)


def test_of_two_writers_one_goes_on():
    upload = begin(visit_of(factories.estimate_factory(items=1)))
    gate = threading.Barrier(2)

    def write(index):
        try:
            return uploads.receive(upload, Slow(DATA, gate), at=0, length=len(DATA))
        except UploadConflict as conflict:
            gate.abort()
            return conflict
        except threading.BrokenBarrierError:
            return None

    results = together(2, write)
    assert sum(isinstance(result, UploadConflict) for result in results) == 1
    pieces = Pieces(upload.public_id)
    assert pieces.head(len(DATA)) == DATA[: pieces.received]


def test_without_the_look_before_each_step_bytes_would_be_there_twice(monkeypatch):
    """What keeps two writers apart is the comparison with the end of the file."""
    from portal_plugin.gateways import pieces

    monkeypatch.setattr(pieces, "_refuse_elsewhere", lambda file, at: None)
    upload = begin(visit_of(factories.estimate_factory(items=1)))
    together(2, lambda n: uploads.receive(upload, io.BytesIO(DATA), at=0, length=len(DATA)))
    assert Pieces(upload.public_id).received == 2 * len(DATA)


def test_whoever_notices_that_all_is_there_it_becomes_one_file():
    document = factories.estimate_factory(items=1)
    visit = visit_of(document)
    upload = begin(visit)
    uploads.receive(upload, io.BytesIO(DATA), at=0, length=len(DATA))

    def finish(index):
        mine = UploadInProgress.objects.get(pk=upload.pk)
        return attempt(lambda: resuming.finish(visit, mine), PortalError)

    assert together(8, finish) == [None] * 8
    row = Attachment.objects.get()
    assert row.digest == hashlib.sha256(DATA).hexdigest()
    with row.file.open("rb") as file:
        assert file.read() == DATA
    assert document.activities.filter(verb="upload").count() == 1
