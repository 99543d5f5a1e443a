"""Each PDF that is drawn is in the history of its document, once, and is no news to anybody."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from portal_plugin import faults
from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import Order, RenderedPdf, SalesDocument
from portal_plugin.models.documents import lock
from portal_plugin.models.storage import private_storage
from portal_plugin.services import activity, discarding, invoices, pdf_history, pdfs, samples
from tests import factories
from tests.evidence import fault

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


class Renderer:
    """Stands in where only what is kept of a drawing matters. ``meanwhile`` is done during it."""

    def __init__(self):
        self.ink = b""
        self.meanwhile = None

    def __call__(self, html, *, files, identifier, **options):
        if self.meanwhile:
            self.meanwhile()
        return b"%PDF-" + identifier.encode() + self.ink


@pytest.fixture(autouse=True)
def renderer(monkeypatch):
    renderer = Renderer()
    monkeypatch.setattr(gateway, "render", renderer)
    return renderer


def told(document):
    entries = document.activities.filter(verb="pdf_drawn").order_by("sequence")
    return [activity.facts(entry) for entry in entries]


def stored_hash(pdf):
    with pdf.file.storage.open(pdf.file.name) as file:
        return hashlib.sha256(file.read()).hexdigest()


def lose(pdf):
    pdf.file.storage.delete(pdf.file.name)
    assert pdfs.hand_out(RenderedPdf.objects.get(pk=pdf.pk)) is None


def change(document, **values):
    SalesDocument.objects.filter(pk=document.pk).update(**values)
    pdfs.order_render(Order.objects.get(pk=document.pk))


def show(document):
    pdfs.drain()
    pdf = pdfs.current(Order.objects.get(pk=document.pk))
    pdfs.hand_out(pdf).close()
    return pdf


def test_the_history_says_what_was_drawn_and_the_hash_of_its_file():
    order = factories.order_factory(items=1)
    pdfs.drain()
    pdfs.drain()
    pdf = RenderedPdf.objects.get()
    kept = {"pdf": pdf.pk, "kind": "invoice", "version": 1, "sha256": stored_hash(pdf)}
    assert told(order) == [kept]
    assert order.activities.get(verb="pdf_drawn").actor == "system"
    assert activity.first_broken(order) is None


def test_that_of_a_receipt_names_the_submission():
    estimate = factories.estimate_factory(items=1)
    factories.approve(estimate, [estimate.lines[0].key])
    pdfs.drain()
    receipt = RenderedPdf.objects.get(kind="receipt")
    kept = next(each for each in told(receipt.document) if each["kind"] == "receipt")
    assert (kept["receipt"], kept["sha256"]) == (receipt.submission_id, stored_hash(receipt))


def test_that_of_an_invoice_has_its_number():
    order = factories.order_factory(items=1, site=factories.site_factory(invoicing="staff"))
    invoice = invoices.issue(order)
    pdfs.drain()
    issued = RenderedPdf.objects.get(kind="issued")
    kept = next(each for each in told(order) if each["kind"] == "issued")
    assert (kept["number"], kept["sha256"]) == (invoice.number, stored_hash(issued))


def test_what_is_drawn_for_a_newer_version_is_of_that():
    order = factories.order_factory(items=1)
    show(order)
    order = Order.objects.get()
    order.title = "Larger"
    factories.publish(order)
    pdfs.drain()
    assert [each["version"] for each in told(order)] == [1, 2]


def test_the_same_again_is_told_once():
    order = factories.order_factory(items=1)
    lose(show(order))
    pdfs.drain()
    assert len(told(order)) == 1
    assert fault(Order.objects.get()) == ""


def test_one_that_was_lost_and_is_drawn_otherwise_takes_the_place_of_the_first(renderer):
    order = factories.order_factory(items=1)
    first = show(order)
    lose(first)
    renderer.ink = b"of another release"
    pdfs.drain()
    last = told(order)[-1]
    assert last["gone"] == [first.file_hash]
    assert list(pdf_history.standing(order.activities.order_by("sequence"))) == [first.pk]
    assert fault(Order.objects.get()) == ""


def test_what_nobody_saw_is_let_go_by_the_next():
    order = factories.order_factory(items=1)
    pdfs.drain()
    unseen = RenderedPdf.objects.get()
    change(order, cancelled_at=timezone.now())
    seen = show(order)
    assert list(pdf_history.standing(order.activities.order_by("sequence"))) == [seen.pk]
    change(order, cancelled_at=None)
    pdfs.drain()
    first, second, third = told(order)
    assert (first["sha256"], second["gone"]) == (unseen.file_hash, [unseen.file_hash])
    assert second["sha256"] == seen.file_hash
    assert "gone" not in third
    assert fault(Order.objects.get()) == ""


def test_what_was_drawn_before_there_were_such_entries_is_let_go_as_well():
    order = factories.order_factory(items=1)
    pdfs.drain()
    pdf = RenderedPdf.objects.get()
    pdf_history.record(lock(order), pdf, {"0" * 64})
    assert list(pdf_history.standing(order.activities.order_by("sequence"))) == [pdf.pk]


def test_of_a_row_that_somebody_else_took_meanwhile_nothing_is_told(renderer):
    order = factories.order_factory(items=1)
    later = timezone.now() + timedelta(hours=1)
    renderer.meanwhile = lambda: RenderedPdf.objects.update(lease_until=later)
    pdfs.drain()
    assert told(order) == []
    assert RenderedPdf.objects.get().file.name == ""


def test_a_sample_that_is_thrown_away_meanwhile_leaves_no_file(monkeypatch, caplog):
    user = factories.user_factory()
    sample = samples.make(factories.site_factory(), user)
    stored = []

    def reached(point):
        if point == "pdf.stored" and not stored:
            stored.extend(private_storage().listdir(f"pdfs/{sample.public_id}")[1])
            discarding.throw_away(sample, user)

    monkeypatch.setattr(faults, "on_reach", reached)
    pdfs.drain()
    assert len(stored) == 1
    assert not private_storage().exists(f"pdfs/{sample.public_id}/{stored[0]}")
    assert "could not be made" not in caplog.text
