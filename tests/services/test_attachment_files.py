"""Whether a customer's file is still the one that was stored."""

from pathlib import Path

import pytest

from portal_plugin.exceptions import FileIsDamaged, StorageUnreadable
from portal_plugin.models import Attachment, OutgoingEmail
from portal_plugin.models.documents import lock
from portal_plugin.models.storage import private_storage
from portal_plugin.services import activity, attachment_files, files
from tests import factories, samples

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def read(row):
    return b"".join(attachment_files.checked(row))


def test_of_each_file_that_is_damaged_staff_hear_once():
    document = factories.estimate_factory()
    rows = [files.store(document, samples.upload(), is_internal=False) for _ in range(2)]
    for row in rows:
        assert read(row) == samples.png()
        with private_storage().open(row.file.name, "wb") as file:
            file.write(b"other")
        for _ in range(2):
            with pytest.raises(FileIsDamaged):
                read(row)
    assert document.activities.filter(verb="file_damaged").count() == 2
    assert OutgoingEmail.objects.filter(kind="staff_file_damaged").exists()


def test_what_else_is_known_of_a_file_does_not_hide_that_it_is_damaged():
    document = factories.estimate_factory()
    row = files.store(document, samples.upload(), is_internal=False)
    told = {"file": str(row.public_id), "sha256": row.digest}
    activity.record(lock(document), "file_refused", data=told)
    attachment_files.report(row)
    assert document.activities.filter(verb="file_damaged").count() == 1


def test_of_one_that_is_kept_no_longer_nobody_hears():
    document = factories.estimate_factory()
    row = files.store(document, samples.upload(), is_internal=False)
    Attachment.objects.update(file="")
    attachment_files.report(row)
    assert not document.activities.filter(verb="file_damaged").exists()
    assert not OutgoingEmail.objects.filter(kind="staff_file_damaged").exists()


def test_where_the_storage_has_lost_it_staff_hear_of_it_too():
    document = factories.estimate_factory()
    row = files.store(document, samples.upload(), is_internal=False)
    private_storage().delete(row.file.name)
    with pytest.raises(FileIsDamaged):
        read(row)
    assert document.activities.filter(verb="file_damaged").count() == 1


def test_a_storage_that_does_not_answer_says_nothing_about_the_file():
    document = factories.estimate_factory()
    row = files.store(document, samples.upload(), is_internal=False)
    Path(private_storage().path(row.file.name)).unlink()
    Path(private_storage().path(row.file.name)).mkdir()
    with pytest.raises(StorageUnreadable):
        read(row)
    assert not document.activities.filter(verb="file_damaged").exists()
    Path(private_storage().path(row.file.name)).rmdir()
