"""Room for files: of one document, and of all of a site."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.exceptions import FileRefused
from portal_plugin.models import SiteStorage, UploadInProgress
from portal_plugin.models.documents import lock
from portal_plugin.services import files, quotas, uploads
from portal_plugin.services.visits import Visit
from tests import factories, samples

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
MB = 1024 * 1024


@pytest.fixture
def room(settings):
    """``room(quota_files=2)``: what there is of it."""

    def room(**limits):
        named = {f"UPLOAD_{name.upper()}": limit for name, limit in limits.items()}
        settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **named}

    return room


@pytest.fixture
def document():
    return lock(factories.estimate_factory(items=1))


@pytest.fixture
def other(document):
    return lock(factories.estimate_factory(items=1))


def begin(document, size=10):
    link = document.links.first() or factories.link_factory(document)
    visit = Visit(document, link)
    return uploads.reserve(visit, client_key=uuid4(), name="a.pdf", size=size)


def has_room(document, size=10):
    try:
        quotas.refuse_over_document(document, size)
    except FileRefused:
        return False
    return True


def used():
    return SiteStorage.objects.get().used_bytes


def test_a_document_has_room_for_so_many_files(room, document):
    room(quota_files=2)
    begin(document)
    assert has_room(document)
    begin(document)
    assert not has_room(document)


def test_a_document_has_room_for_so_many_bytes(room, document):
    room(quota_bytes=100)
    begin(document, 60)
    assert has_room(document, 40)
    assert not has_room(document, 41)


def test_what_comes_and_what_is_there_share_the_room(room, document):
    row = files.store(document, samples.upload())
    room(quota_bytes=row.size + 100)
    begin(document, 60)
    assert has_room(document, 40)
    assert not has_room(document, 41)
    room(quota_files=2)
    assert not has_room(document, 1)


def test_a_file_that_was_taken_out_of_sight_takes_no_room(room, document):
    row = files.store(document, samples.upload())
    type(row).objects.update(removed_at=timezone.now())
    room(quota_files=1)
    assert has_room(document)


def test_nothing_is_taken_where_the_document_has_no_room(room, document):
    room(quota_files=1, site_quota_bytes=100)
    begin(document, 10)
    with pytest.raises(FileRefused, match="used up"):
        begin(document, 10)
    assert used() == 10


def test_another_documents_files_take_none_of_it(room, document, other):
    files.store(other, samples.upload())
    begin(other, 100)
    room(quota_files=1, quota_bytes=100)
    assert has_room(document, 100)


@pytest.mark.parametrize("column", ["finished_at", "expires_at"])
def test_an_upload_that_is_over_keeps_no_room(room, document, column):
    room(quota_files=1)
    begin(document)
    ago = timezone.now() - timedelta(seconds=1)
    UploadInProgress.objects.update(**{column: ago})
    assert has_room(document)


def test_a_site_has_as_much_as_the_installation_says(room, document, other):
    room(site_quota_bytes=100)
    begin(document, 60)
    with pytest.raises(FileRefused, match="no room for more"):
        begin(other, 41)
    begin(other, 40)
    assert used() == 100


def test_another_sites_files_take_none_of_it(room, document):
    room(site_quota_bytes=100)
    begin(document, 100)
    site = factories.site_factory(hostname="other.example")
    elsewhere = lock(factories.estimate_factory(items=1, site=site))
    begin(elsewhere, 100)
    quotas.give_back(elsewhere, 100)
    assert SiteStorage.objects.get(site=document.site_id).used_bytes == 100
    assert SiteStorage.objects.get(site=site).used_bytes == 0


def test_without_a_limit_nothing_is_counted(room, document):
    room(site_quota_bytes=None)
    begin(document, 100)
    quotas.give_back(document, 100)
    assert not SiteStorage.objects.exists()


def test_a_limit_that_comes_later_counts_what_is_there(room, document, other):
    room(site_quota_bytes=None)
    row = files.store(document, samples.upload())
    gone = files.store(document, samples.upload("b.png", samples.png((9, 9))))
    type(gone).objects.filter(pk=gone.pk).update(removed_at=timezone.now())
    begin(other, 60)
    begin(other, 30)
    UploadInProgress.objects.filter(size=30).update(finished_at=timezone.now())
    assert quotas.used_by_documents([document.pk]) == row.size
    assert quotas.used_by_documents([other.pk]) == 60
    room(site_quota_bytes=10 * MB)
    begin(document, 1)
    assert used() == quotas.used_by_site(document.site_id) == row.size + 61


def test_no_more_is_given_back_than_was_taken(room, document):
    room(site_quota_bytes=100)
    begin(document, 60)
    quotas.give_back(document, 61)
    assert used() == 60


@pytest.mark.parametrize(
    ("size", "words"),
    [(50 * MB, "50 MB"), (MB, "1 MB"), (MB + MB // 2, "1.5 MB"), (1023, "1023 bytes")],
)
def test_a_limit_is_said_on_one_line_without_needless_decimals(size, words):
    assert quotas.size_text(size) == words.replace(" ", "\xa0")
