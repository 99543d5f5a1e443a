"""Orders of PDFs: one row, one rendering, and nothing shown is ever lost."""

import hashlib

import pytest
from django.db import transaction
from django.utils import timezone

from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import RenderedPdf, SalesDocument
from portal_plugin.services import paper, pdfs
from portal_plugin.statuses import WorkState
from tests.factories import estimate_factory, fresh, order_factory

pytestmark = pytest.mark.django_db


class Renderer:
    """Stands in where only the number of renderings matters: a PDF takes its time."""

    def __init__(self, error=None):
        self.error = error
        self.drawn = []

    def __call__(self, html, *, files, identifier):
        self.drawn.append(identifier)
        if self.error:
            raise self.error
        return b"%PDF-" + hashlib.sha256(html.encode()).digest()


@pytest.fixture
def renderer(monkeypatch):
    def use(error=None):
        renderer = Renderer(error)
        monkeypatch.setattr(gateway, "render", renderer)
        return renderer

    return use


def change(document, **values):
    """What a service does: write, and order."""
    with transaction.atomic():
        SalesDocument.objects.filter(pk=document.pk).update(**values)
        written = fresh(document)
        pdfs.order_render(written)
    return written


def content(pdf):
    with pdfs.hand_out(pdf) as file:
        return file.read()


def only_row():
    return RenderedPdf.objects.get()


def test_publishing_orders_the_pdf(renderer):
    renderer()
    order = order_factory()
    assert only_row().state == WorkState.WAITING
    pdfs.drain()
    found = pdfs.current(fresh(order))
    assert (found.kind, found.state, found.version) == (
        "invoice",
        WorkState.READY,
        order.current_version,
    )
    assert found.file_hash == hashlib.sha256(content(found)).hexdigest()


@pytest.mark.skipif(bool(gateway.what_is_missing()), reason=gateway.what_is_missing())
def test_the_stored_file_is_the_real_renderers():
    order = order_factory(items=1)
    pdfs.drain()
    stored = content(pdfs.current(fresh(order)))
    sheet = paper.sheet(fresh(order))
    assert stored == gateway.render(sheet.html, files=sheet.files, identifier=sheet.input_hash)


def test_a_draft_has_no_pdf():
    pdfs.order_render(order_factory(published=False))
    assert not RenderedPdf.objects.exists()


def test_many_orders_are_one_row(renderer):
    renderer()
    order = order_factory()
    for _ in range(5):
        pdfs.order_render(fresh(order))
    assert RenderedPdf.objects.count() == 1


def test_asking_many_times_renders_once(renderer):
    drawing = renderer()
    order = order_factory()
    pdfs.drain()
    for _ in range(5):
        assert pdfs.ask_for(fresh(order)) is not None
        pdfs.order_render(fresh(order))
        pdfs.drain()
    assert len(drawing.drawn) == 1
    assert RenderedPdf.objects.count() == 1


def test_a_change_makes_a_new_one_and_the_shown_one_is_kept(renderer):
    renderer()
    order = order_factory()
    pdfs.drain()
    first = pdfs.ask_for(fresh(order))
    pdfs.hand_out(first).close()
    order = change(order, cancelled_at=timezone.now(), cancel_reason="No")
    assert pdfs.current(order) is None
    pdfs.drain()
    second = pdfs.current(fresh(order))
    assert second.file_hash != first.file_hash
    assert content(RenderedPdf.objects.get(pk=first.pk))


def test_one_that_nobody_saw_is_deleted_with_its_file(renderer, django_capture_on_commit_callbacks):
    renderer()
    order = order_factory()
    pdfs.drain()
    first = pdfs.current(fresh(order))
    change(order, cancelled_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        pdfs.drain()
    assert not RenderedPdf.objects.filter(pk=first.pk).exists()
    assert not first.file.storage.exists(first.file.name)


def test_one_that_is_back_again_is_found_and_not_made_anew(renderer):
    drawing = renderer()
    order = order_factory()
    pdfs.drain()
    pdfs.hand_out(pdfs.current(fresh(order))).close()
    change(order, cancelled_at=timezone.now())
    pdfs.drain()
    change(order, cancelled_at=None)
    pdfs.drain()
    assert pdfs.current(fresh(order)) is not None
    assert len(drawing.drawn) == 2


def test_an_estimate_that_expires_overnight_gets_another_when_asked(renderer, monkeypatch):
    renderer()
    estimate = estimate_factory(valid_until=timezone.localdate())
    pdfs.drain()
    assert pdfs.ask_for(fresh(estimate)) is not None
    monkeypatch.setattr(SalesDocument, "is_past_validity", True)
    assert pdfs.ask_for(fresh(estimate)) is None
    pdfs.drain()
    assert pdfs.ask_for(fresh(estimate)) is not None


def test_what_changes_while_it_is_ordered_is_in_it(renderer):
    """The order is a slip: what it shows is read when it is made."""
    drawing = renderer()
    order = order_factory()
    order = change(order, cancelled_at=timezone.now())
    pdfs.drain()
    assert drawing.drawn == [paper.sheet(fresh(order)).input_hash]


def test_an_order_during_the_drawing_is_done_after_it(renderer, monkeypatch):
    order = order_factory()
    drawn = []

    def render(html, *, files, identifier):
        drawn.append(identifier)
        if len(drawn) == 1:
            change(order, cancelled_at=timezone.now())
        return b"%PDF-" + identifier.encode()

    monkeypatch.setattr(gateway, "render", render)
    pdfs.drain()
    assert len(drawn) == 2
    assert pdfs.current(fresh(order)).input_hash == drawn[1]


def test_an_order_during_the_reading_is_done_after_it(renderer, monkeypatch):
    renderer()
    order = order_factory()
    read, changed = paper.sheet, []

    def sheet(document, **options):
        found = read(document, **options)
        if not changed:
            changed.append(change(order, cancelled_at=timezone.now()))
        return found

    monkeypatch.setattr(paper, "sheet", sheet)
    pdfs.drain()
    assert pdfs.current(fresh(order)) is not None


def test_a_file_that_the_storage_lost_is_made_again_with_the_same_bytes(renderer):
    renderer()
    order = order_factory()
    pdfs.drain()
    first = pdfs.current(fresh(order))
    first.file.storage.delete(first.file.name)
    assert pdfs.hand_out(first) is None
    pdfs.drain()
    second = pdfs.current(fresh(order))
    assert (second.pk, second.file_hash) == (first.pk, first.file_hash)
    assert content(second)


def test_one_that_was_deleted_a_moment_ago_is_not_handed_out(renderer):
    renderer()
    order = order_factory()
    pdfs.drain()
    found = pdfs.current(fresh(order))
    RenderedPdf.objects.filter(pk=found.pk).delete()
    assert pdfs.hand_out(found) is None
