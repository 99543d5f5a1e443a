"""Many who ask for the same PDF at once."""

import pytest

from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import RenderedPdf
from portal_plugin.services import activity, pdfs
from portal_plugin.statuses import WorkState
from tests.factories import order_factory

from .together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def drawn(monkeypatch):
    made = []

    def render(html, *, files, identifier):
        made.append(identifier)
        return b"%PDF-" + identifier.encode()

    monkeypatch.setattr(gateway, "render", render)
    return made


def test_fifty_who_ask_at_once_make_one_row(drawn):
    order = order_factory()
    RenderedPdf.objects.all().delete()
    found = together(50, lambda index: pdfs.ask_for(type(order).objects.get(pk=order.pk)))
    assert found == [None] * 50
    assert RenderedPdf.objects.count() == 1
    pdfs.drain()
    assert len(drawn) == 1


@pytest.mark.parametrize("actors", [2, 20])
def test_workers_at_once_draw_each_pdf_once(drawn, actors):
    orders = [order_factory(items=1) for _ in range(4)]
    together(actors, lambda index: pdfs.drain())
    pdfs.drain()
    assert len(drawn) == len(set(drawn)) == len(orders)
    assert set(RenderedPdf.objects.values_list("state", flat=True)) == {WorkState.READY}
    for order in orders:
        assert order.activities.filter(verb="pdf_drawn").count() == 1
        assert activity.first_broken(order) is None


def test_orders_while_workers_draw_end_in_the_pdf_of_the_end(drawn):
    order = order_factory(items=1)

    def act(index):
        fresh = type(order).objects.get(pk=order.pk)
        if index % 2:
            type(order).objects.filter(pk=order.pk).update(title=f"Sign {index}")
            pdfs.order_render(fresh)
        else:
            pdfs.drain()

    together(12, act)
    pdfs.drain()
    assert pdfs.current(type(order).objects.get(pk=order.pk)) is not None
