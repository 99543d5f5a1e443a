"""Orders of PDFs: one row, one rendering, and nothing shown is ever lost."""

import hashlib
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal_plugin.exceptions import RenderUnavailable
from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import RenderedPdf, SalesDocument
from portal_plugin.services import paper, pdfs
from portal_plugin.statuses import WorkState
from tests import clocks
from tests.factories import estimate_factory, order_factory

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


def again(document):
    return type(document).objects.get(pk=document.pk)


def change(document, **values):
    """What a service does: write, and order."""
    with transaction.atomic():
        SalesDocument.objects.filter(pk=document.pk).update(**values)
        fresh = again(document)
        pdfs.order_render(fresh)
    return fresh


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
    found = pdfs.current(again(order))
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
    stored = content(pdfs.current(again(order)))
    sheet = paper.sheet(again(order))
    assert stored == gateway.render(sheet.html, files=sheet.files, identifier=sheet.input_hash)


def test_a_draft_has_no_pdf():
    pdfs.order_render(order_factory(published=False))
    assert not RenderedPdf.objects.exists()


def test_many_orders_are_one_row(renderer):
    renderer()
    order = order_factory()
    for _ in range(5):
        pdfs.order_render(again(order))
    assert RenderedPdf.objects.count() == 1


def test_asking_many_times_renders_once(renderer):
    drawing = renderer()
    order = order_factory()
    pdfs.drain()
    for _ in range(5):
        assert pdfs.ask_for(again(order)) is not None
        pdfs.order_render(again(order))
        pdfs.drain()
    assert len(drawing.drawn) == 1
    assert RenderedPdf.objects.count() == 1


def test_a_change_makes_a_new_one_and_the_shown_one_is_kept(renderer):
    renderer()
    order = order_factory()
    pdfs.drain()
    first = pdfs.ask_for(again(order))
    pdfs.hand_out(first).close()
    order = change(order, cancelled_at=timezone.now(), cancel_reason="No")
    assert pdfs.current(order) is None
    pdfs.drain()
    second = pdfs.current(again(order))
    assert second.file_hash != first.file_hash
    assert content(RenderedPdf.objects.get(pk=first.pk))


def test_one_that_nobody_saw_is_deleted_with_its_file(renderer, django_capture_on_commit_callbacks):
    renderer()
    order = order_factory()
    pdfs.drain()
    first = pdfs.current(again(order))
    change(order, cancelled_at=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        pdfs.drain()
    assert not RenderedPdf.objects.filter(pk=first.pk).exists()
    assert not first.file.storage.exists(first.file.name)


def test_one_that_is_back_again_is_found_and_not_made_anew(renderer):
    drawing = renderer()
    order = order_factory()
    pdfs.drain()
    pdfs.hand_out(pdfs.current(again(order))).close()
    change(order, cancelled_at=timezone.now())
    pdfs.drain()
    change(order, cancelled_at=None)
    pdfs.drain()
    assert pdfs.current(again(order)) is not None
    assert len(drawing.drawn) == 2


def test_an_estimate_that_expires_overnight_gets_another_when_asked(renderer, monkeypatch):
    renderer()
    estimate = estimate_factory(valid_until=timezone.localdate())
    pdfs.drain()
    assert pdfs.ask_for(again(estimate)) is not None
    monkeypatch.setattr(SalesDocument, "is_past_validity", True)
    assert pdfs.ask_for(again(estimate)) is None
    pdfs.drain()
    assert pdfs.ask_for(again(estimate)) is not None


def test_what_changes_while_it_is_ordered_is_in_it(renderer):
    """The order is a slip: what it shows is read when it is made."""
    drawing = renderer()
    order = order_factory()
    order = change(order, cancelled_at=timezone.now())
    pdfs.drain()
    assert drawing.drawn == [paper.sheet(again(order)).input_hash]


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
    assert pdfs.current(again(order)).input_hash == drawn[1]


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
    assert pdfs.current(again(order)) is not None


# -- Failures -----------------------------------------------------------------------------------


def pass_time():
    row = only_row()
    RenderedPdf.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_three_tries_and_then_it_has_failed(renderer):
    drawing = renderer(RenderUnavailable("No Pango here"))
    order_factory()
    for _ in range(3):
        pdfs.drain()
        pass_time()
    row = only_row()
    assert (row.state, row.error, len(drawing.drawn)) == (WorkState.FAILED, "No Pango here", 3)
    pdfs.drain()
    assert len(drawing.drawn) == 3


def test_between_tries_it_rests(renderer):
    drawing = renderer(RenderUnavailable("No"))
    order_factory()
    pdfs.drain()
    pdfs.drain()
    assert len(drawing.drawn) == 1


def test_too_large_is_not_tried_again(renderer):
    renderer(gateway.TooLarge())
    order_factory()
    pdfs.drain()
    assert only_row().state == WorkState.FAILED


def test_a_bug_in_one_document_does_not_stop_the_others(renderer, monkeypatch):
    order_factory()
    order = order_factory()
    first = RenderedPdf.objects.order_by("pk").first()

    def render(html, *, files, identifier):
        if RenderedPdf.objects.get(input_hash=identifier) == first:
            raise TypeError("inside the renderer")
        return b"%PDF-"

    monkeypatch.setattr(gateway, "render", render)
    pdfs.drain()
    assert pdfs.current(again(order)) is not None
    first.refresh_from_db()
    assert (first.state, first.error) == (WorkState.WAITING, "inside the renderer")


def test_a_failure_is_tried_again_when_asked_after_a_rest(renderer):
    renderer(gateway.TooLarge())
    order = order_factory()
    pdfs.drain()
    assert pdfs.ask_for(again(order)) is None
    assert only_row().state == WorkState.FAILED
    pass_time()
    assert pdfs.ask_for(again(order)) is None
    assert only_row().state == WorkState.WAITING
    renderer()
    pdfs.drain()
    assert pdfs.ask_for(again(order)) is not None


def test_what_a_dead_worker_left_is_taken_over(renderer):
    renderer()
    order = order_factory()
    lease = timezone.now() - timedelta(seconds=1)
    RenderedPdf.objects.update(state=WorkState.RUNNING, attempts=1, lease_until=lease)
    pdfs.drain()
    assert pdfs.current(again(order)) is not None


def test_a_living_workers_lease_is_respected(renderer):
    drawing = renderer()
    order_factory()
    lease = timezone.now() + timedelta(minutes=1)
    RenderedPdf.objects.update(state=WorkState.RUNNING, attempts=1, lease_until=lease)
    pdfs.drain()
    assert drawing.drawn == []


@pytest.mark.parametrize("minutes", [-10, 10])
class TestWorkersWhoseClocksDiffer:
    """The database's clock is the one that all of them have."""

    def test_what_one_took_no_other_takes(self, minutes):
        order_factory()
        with clocks.wrong_by(minutes):
            assert pdfs._claim()
            assert pdfs._claim() is None
        assert pdfs._claim() is None
        assert only_row().lease_until <= timezone.now() + pdfs.LEASE

    def test_what_one_took_last_is_not_given_up_by_another(self, minutes):
        order_factory()
        RenderedPdf.objects.update(attempts=pdfs.TRIES - 1)
        pdfs._claim()
        with clocks.wrong_by(minutes):
            pdfs.drain()
        assert only_row().state == WorkState.RUNNING

    def test_one_sees_how_many_draw(self, minutes):
        for _ in range(pdfs.RENDERERS + 1):
            order_factory()
        for _ in range(pdfs.RENDERERS):
            pdfs._claim()
        with clocks.wrong_by(minutes):
            assert pdfs._claim() is None

    def test_what_failed_is_tried_again_after_its_pause(self, minutes):
        order_factory()
        with clocks.wrong_by(minutes):
            pdfs._put_back(pdfs._claim(), RenderUnavailable("No Pango."))
            assert pdfs._claim() is None
        assert pdfs._claim() is None
        assert only_row().lease_until <= timezone.now() + pdfs.PAUSE

    def test_what_failed_rests_for_its_hour(self, renderer, minutes):
        renderer(RuntimeError())
        order = order_factory()
        RenderedPdf.objects.update(attempts=pdfs.TRIES - 1)
        with clocks.wrong_by(6 * minutes):
            pdfs.drain()
            pdfs.ask_for(again(order))
        pdfs.ask_for(again(order))
        assert only_row().state == WorkState.FAILED
        assert only_row().lease_until <= timezone.now() + pdfs.REST


def test_two_workers_never_take_the_same_row(renderer):
    order_factory()
    taken = []

    def in_between(execute, sql, *arguments):
        if '"attempts" = (' in sql and not taken:
            taken.append("being taken")
            taken[0] = pdfs._claim()
        return execute(sql, *arguments)

    with connection.execute_wrapper(in_between):
        second = pdfs._claim()
    assert taken[0] == only_row()
    assert second is None


def test_a_document_that_ends_its_worker_is_given_up(renderer):
    drawing = renderer()
    order_factory()
    lease = timezone.now() - timedelta(seconds=1)
    RenderedPdf.objects.update(state=WorkState.RUNNING, attempts=pdfs.TRIES, lease_until=lease)
    pdfs.drain()
    assert (only_row().state, drawing.drawn) == (WorkState.FAILED, [])


def test_no_more_than_so_many_processes_draw_at_once(renderer):
    drawing = renderer()
    for _ in range(pdfs.RENDERERS):
        order_factory()
    lease = timezone.now() + timedelta(minutes=1)
    RenderedPdf.objects.update(state=WorkState.RUNNING, lease_until=lease)
    order_factory()
    pdfs.drain()
    assert drawing.drawn == []


def test_a_file_that_the_storage_lost_is_made_again_with_the_same_bytes(renderer):
    renderer()
    order = order_factory()
    pdfs.drain()
    first = pdfs.current(again(order))
    first.file.storage.delete(first.file.name)
    assert pdfs.hand_out(first) is None
    pdfs.drain()
    second = pdfs.current(again(order))
    assert (second.pk, second.file_hash) == (first.pk, first.file_hash)
    assert content(second)


def test_one_that_was_deleted_a_moment_ago_is_not_handed_out(renderer):
    renderer()
    order = order_factory()
    pdfs.drain()
    found = pdfs.current(again(order))
    RenderedPdf.objects.filter(pk=found.pk).delete()
    assert pdfs.hand_out(found) is None
