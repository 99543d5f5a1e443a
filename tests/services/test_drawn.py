"""PDFs are held against the history: whoever exchanges one is found out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin.canonical import digest
from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import Estimate, RenderedPdf
from portal_plugin.models.storage import private_storage
from portal_plugin.services import erasing, pdfs
from portal_plugin.services.evidence import verifying
from portal_plugin.statuses import WorkState
from tests import factories
from tests.evidence import fault, written_before

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


@pytest.fixture(autouse=True)
def _renderer(monkeypatch):
    """Quick; what is on the paper is other tests' business."""

    def render(html, *, files, identifier, **options):
        return b"%PDF-" + digest(html.encode()).encode() + identifier.encode()

    monkeypatch.setattr(gateway, "render", render)


@pytest.fixture
def estimate():
    """With its PDF and a receipt, both shown."""
    estimate = factories.estimate_factory(items=2)
    factories.link_factory(estimate)
    factories.approve(estimate, [estimate.lines[0].key])
    pdfs.drain()
    RenderedPdf.objects.update(first_shown_at=timezone.now())
    return Estimate.objects.get()


def _write(pdf, content):
    with private_storage().open(pdf.file.name, "wb") as file:
        file.write(content)


def _exchange(pdf):
    _write(pdf, b"other")
    RenderedPdf.objects.filter(pk=pdf.pk).update(file_hash=digest(b"other"))


def _update(**values):
    return lambda pdf: RenderedPdf.objects.filter(pk=pdf.pk).update(**values)


def _once_more(pdf):
    pdf.pk, pdf.input_hash = None, "1" * 64
    pdf.save(force_insert=True)


def _of_the_other_version(pdf):
    factories.publish(Estimate.objects.get())
    version = Estimate.objects.get().current_version
    assert version.pk != pdf.version_id
    RenderedPdf.objects.filter(pk=pdf.pk).update(version=version)


EXCHANGED = {
    "its file": (lambda pdf: _write(pdf, b"other"), "the file in the storage was changed"),
    "its file and its hash": (_exchange, "it is not the one that the history has"),
    "what it is of": (_update(kind="receipt"), "it is not the one that the history has"),
    "its version": (_of_the_other_version, "it is not the one that the history has"),
    "it is gone": (
        lambda pdf: RenderedPdf.objects.filter(pk=pdf.pk).delete(),
        "the history has it, and its row is gone",
    ),
    "one that nobody drew": (_once_more, "the history does not have it"),
}


@pytest.mark.parametrize("what", EXCHANGED)
def test_a_pdf_that_was_exchanged_is_found(estimate, what):
    assert fault(estimate) == ""
    change, told = EXCHANGED[what]
    change(RenderedPdf.objects.get(kind="estimate"))
    said = fault(Estimate.objects.get())
    assert said.startswith("PDF ")
    assert said.endswith(told)


def test_a_receipt_that_is_anothers_is_found(estimate):
    factories.approve(estimate, [estimate.lines[1].key])
    pdfs.drain()
    first, second = RenderedPdf.objects.filter(kind="receipt").order_by("pk")
    RenderedPdf.objects.filter(pk=first.pk).update(submission=second.submission)
    assert "not the one that the history has" in fault(Estimate.objects.get())


def test_of_pdfs_from_before_the_history_named_them_their_own_hash_is_held(estimate):
    estimate.activities.filter(verb="pdf_drawn").delete()
    written_before(estimate, 4)
    assert fault(estimate) == ""
    factories.publish(Estimate.objects.get())
    assert fault(Estimate.objects.get()) == ""
    _write(RenderedPdf.objects.get(kind="receipt"), b"other")
    assert "the file in the storage was changed" in fault(Estimate.objects.get())


@pytest.mark.parametrize("state", [WorkState.WAITING, WorkState.RUNNING, WorkState.FAILED])
def test_one_that_is_made_anew_is_no_fault(estimate, state):
    RenderedPdf.objects.update(state=state, lease_until=timezone.now() + timedelta(minutes=1))
    assert fault(estimate) == ""


def test_a_receipt_goes_with_the_erased_person_and_the_history_says_so(client, estimate):
    receipt = RenderedPdf.objects.get(kind="receipt")
    receipt.submission.link = estimate.links.get()
    receipt.submission.save()
    erasing.erase(erasing.by_link(estimate.links.get()))
    assert receipt.file_hash in estimate.activities.get(verb="erased").data
    pdfs.drain()
    assert RenderedPdf.objects.get(kind="receipt").state == WorkState.READY
    told = [str(each) for each in verifying.faults(Estimate.objects.get())]
    assert not [each for each in told if each.startswith("PDF")]
