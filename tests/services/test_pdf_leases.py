"""Workers that draw PDFs: who has which, how often it is tried, and who never came back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal_plugin.exceptions import RenderUnavailable
from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import RenderedPdf
from portal_plugin.services import pdfs
from portal_plugin.statuses import WorkState
from tests import clocks
from tests.factories import fresh, order_factory

from .test_pdfs import only_row, renderer

__all__ = ["renderer"]

pytestmark = pytest.mark.django_db


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
    assert pdfs.current(fresh(order)) is not None
    first.refresh_from_db()
    assert (first.state, first.error) == (WorkState.WAITING, "inside the renderer")


def test_a_failure_is_tried_again_when_asked_after_a_rest(renderer):
    renderer(gateway.TooLarge())
    order = order_factory()
    pdfs.drain()
    assert pdfs.ask_for(fresh(order)) is None
    assert only_row().state == WorkState.FAILED
    pass_time()
    assert pdfs.ask_for(fresh(order)) is None
    assert only_row().state == WorkState.WAITING
    renderer()
    pdfs.drain()
    assert pdfs.ask_for(fresh(order)) is not None


def test_what_a_dead_worker_left_is_taken_over(renderer):
    renderer()
    order = order_factory()
    lease = timezone.now() - timedelta(seconds=1)
    RenderedPdf.objects.update(state=WorkState.RUNNING, attempts=1, lease_until=lease)
    pdfs.drain()
    assert pdfs.current(fresh(order)) is not None


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
            pdfs.ask_for(fresh(order))
        pdfs.ask_for(fresh(order))
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
