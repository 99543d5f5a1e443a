"""All files of a document in one zip, and what is damaged."""

import io
import tracemalloc
import zipfile

import pytest

from portal_plugin.exceptions import FileIsDamaged
from portal_plugin.models import Attachment, OutgoingEmail
from portal_plugin.models.storage import private_storage
from portal_plugin.services import file_bundles, files
from portal_plugin.statuses import FileCheckState
from tests import factories, samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    return factories.estimate_factory(items=1)


def add(document, name, data=None, **columns):
    return files.store(document, samples.upload(name, data), **({"is_internal": False} | columns))


def spoil(row, data=b"other bytes"):
    with private_storage().open(row.file.name, "wb") as file:
        file.write(data)


def unpacked(rows):
    return zipfile.ZipFile(io.BytesIO(b"".join(file_bundles.stream(rows))))


def test_every_file_is_in_it_under_a_name_of_its_own(document):
    add(document, "a.png", samples.png())
    add(document, "a.png", samples.png((9, 9)))
    add(document, "Café \u05d0.pdf", samples.pdf())
    archive = unpacked(file_bundles.for_customer(document))
    assert archive.testzip() is None
    assert archive.namelist() == ["a.png", "a (2).png", "Café \u05d0.pdf"]
    assert archive.read("a (2).png") == samples.png((9, 9))
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_nobody_gets_what_they_could_not_get_alone(document, settings):
    add(document, "shown.png")
    add(document, "internal.png", is_internal=True)
    files.remove(add(document, "removed.png"), None)
    refused = add(document, "virus.png")
    Attachment.objects.filter(pk=refused.pk).update(check_state=FileCheckState.REFUSED)
    assert [row.name for row in file_bundles.for_customer(document)] == ["shown.png"]
    staff = [row.name for row in file_bundles.for_staff(document)]
    assert staff == ["shown.png", "internal.png"]
    settings.PORTAL_PLUGIN = {"FILE_SCANNER": "some.scanner"}
    assert file_bundles.for_customer(document) == []


@pytest.mark.parametrize("harm", ["changed", "lost"])
def test_a_damaged_file_ends_it_and_staff_are_told_once(document, harm):
    add(document, "good.png")
    row = add(document, "bad.png", samples.png((9, 9)))
    if harm == "lost":
        private_storage().delete(row.file.name)
    else:
        spoil(row)
    sent = []
    for _ in range(2):
        sent.clear()
        with pytest.raises(FileIsDamaged):
            sent.extend(file_bundles.stream(file_bundles.for_customer(document)))
    assert b"good.png" in b"".join(sent)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(sent)))
    assert document.activities.filter(verb="file_damaged").count() == 1
    assert OutgoingEmail.objects.filter(kind="staff_file_damaged").count() == 1


def test_no_file_is_in_memory_as_a_whole(document, settings):
    settings.PORTAL_PLUGIN = {"ARTWORK_EXTENSIONS": ["psd"]}
    add(document, "big.psd", bytes(30_000_000))
    rows = file_bundles.for_customer(document)
    tracemalloc.start()
    size = sum(len(step) for step in file_bundles.stream(rows))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 30_000_000
    assert peak < 4_000_000
