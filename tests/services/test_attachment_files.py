"""Whether a customer's file is still the one that was stored."""

import pytest

from portal_plugin.exceptions import FileIsDamaged
from portal_plugin.models import OutgoingEmail
from portal_plugin.models.storage import private_storage
from portal_plugin.services import attachment_files, files
from tests import factories, samples

pytestmark = pytest.mark.django_db


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
