"""Files and proofs that the history has are there, as they were, and shown to whom they were."""

from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.canonical import digest
from portal_plugin.models import Attachment, Estimate, ProofVersion
from portal_plugin.models.storage import private_storage
from portal_plugin.services import files, proofs, publishing
from portal_plugin.services.evidence import exporting
from tests import samples
from tests.evidence import estimate, fault, made, user, written_before
from tests.filling import url_of

__all__ = ["estimate", "made", "user"]
pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def test_a_file_that_was_changed_with_its_row_is_found(estimate):
    row = files.store(estimate, samples.upload("a.png", samples.png((9, 9))), is_internal=False)
    assert fault(Estimate.objects.get()) == ""
    with private_storage().open(row.file.name, "wb") as file:
        file.write(b"other")
    Attachment.objects.update(digest=digest(b"other"))
    assert "not the file that the history has" in fault(Estimate.objects.get())


def _files():
    return Attachment.objects.filter(document=Estimate.objects.get())


#: What is said, and what somebody did to the row of a file.
AWAY = {
    "the history has it, and its row is gone": lambda: _files().delete(),
    "it was taken away, and the history does not have that": lambda: _files().update(
        removed_at=timezone.now()
    ),
}


@pytest.mark.parametrize("told", AWAY)
def test_a_file_that_nobody_took_away_and_is_not_there_is_found(estimate, told):
    kept = files.store(estimate, samples.upload("a.png", samples.png((9, 9))), is_internal=False)
    AWAY[told]()
    assert fault(Estimate.objects.get()) == f"file {kept.public_id}: {told}"


def test_a_file_that_staff_took_out_of_sight_is_none(estimate):
    files.remove(files.store(estimate, samples.upload("a.png", samples.png((9, 9)))), None)
    assert fault(Estimate.objects.get()) == ""


def test_a_proof_whose_rows_are_gone_is_found(estimate):
    version = proofs.add_proof_version(estimate, estimate.lines[1].key, samples.upload("b.png"))
    ProofVersion.objects.filter(pk=version.pk).delete()
    assert f"file {version.public_id}: the history has it" in fault(Estimate.objects.get())


SHOWN = {
    "by a press of a button": lambda file, user: files.show(file, user),
    "with a version": lambda file, user: publishing.release(file.document, user=user),
}


@pytest.mark.parametrize("way", SHOWN)
def test_whether_staffs_file_was_internal_is_in_the_history(estimate, user, way):
    file = files.store(estimate, samples.upload(), staff=user)
    file.document = Estimate.objects.get()
    assert fault(estimate) == ""
    Attachment.objects.update(is_internal=False)
    assert "shown to the customer" in fault(estimate)
    Attachment.objects.update(is_internal=True)
    SHOWN[way](file, user)
    assert not Attachment.objects.get().is_internal
    assert fault(estimate) == ""
    Attachment.objects.update(is_internal=True)
    assert "shown to the customer" in fault(estimate)


def test_what_a_customer_sent_is_no_file_of_staffs(estimate, client):
    """Hidden, it would not be in the file of evidence, and nobody would miss it there."""
    url = url_of(estimate, "upload")
    sent = {"client_key": str(uuid4()), "files": samples.upload("sketch.png", samples.png())}
    assert client.post(url, sent).status_code == 303
    assert fault(estimate) == ""
    Attachment.objects.update(is_internal=True)
    assert "shown to the customer" in fault(estimate)


def test_of_a_file_of_an_earlier_scheme_nothing_is_told_about_that(estimate, user):
    files.store(estimate, samples.upload(), staff=user)
    written_before(estimate, 3)
    Attachment.objects.update(is_internal=False)
    assert fault(estimate) == ""


@pytest.mark.parametrize("model", [Attachment, ProofVersion])
def test_a_row_that_leads_out_of_the_storage_is_named_and_stops_nothing(estimate, tmp_path, model):
    files.store(estimate, samples.upload(), is_internal=False)
    model.objects.update(file="../../elsewhere")
    assert "the file cannot be read" in fault(Estimate.objects.get())
    with (tmp_path / "evidence.zip").open("wb") as target:
        (missing,) = exporting.export(Estimate.objects.get(), target)
    assert missing.endswith(": its row leads out of the storage")
