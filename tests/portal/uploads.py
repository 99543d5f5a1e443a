"""What tests of uploads share: an estimate, a file on its way to it, and a line that breaks."""

import pytest

from portal_plugin.models import Attachment, OutgoingEmail, Submission, UploadInProgress
from portal_plugin.models.storage import private_storage, staging_folder
from tests import factories, samples
from tests.portal import tus

DATA = samples.pdf(3)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "UPLOAD_STAGING_FOLDER": str(tmp_path)}


def allow(settings, **values):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, **values}


@pytest.fixture
def estimate(enter, estimate_of_two):
    document = factories.another(estimate_of_two)
    enter(document)
    return document


@pytest.fixture
def url(client, estimate):
    return tus.begin(client, estimate, "print.pdf", len(DATA))["Location"]


def stored(document):
    try:
        return private_storage().listdir(f"files/{document.public_id}")[1]
    except FileNotFoundError:
        return []


def nothing_is_written(document):
    rows = (UploadInProgress, Attachment, Submission, OutgoingEmail)
    files = list(staging_folder().iterdir())
    return not any(model.objects.exists() for model in rows) and not files and not stored(document)


class CutLine:
    """A body of which only so many bytes arrive before the connection breaks."""

    def __init__(self, data, breaks=True):
        self.rest, self.breaks = data, breaks

    def read(self, size=-1):
        if not self.rest and self.breaks:
            raise ConnectionResetError
        part, self.rest = self.rest[:size], self.rest[size:]
        return part

    readline = read
