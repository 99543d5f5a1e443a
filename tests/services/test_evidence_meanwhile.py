"""The file of a document that goes on being worked on while it is written."""

import io
import json
import threading
import zipfile

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import Order, RenderedPdf, SalesDocument
from portal_plugin.services import pdfs
from portal_plugin.services.evidence import exporting
from tests import factories
from tests.evidence import check


@pytest.fixture(autouse=True)
def _rendered(monkeypatch):
    """What is drawn does not matter here."""

    def render(html, *, files, identifier, **options):
        return b"%PDF-" + identifier.encode()

    monkeypatch.setattr(gateway, "render", render)


def drawn_anew():
    """A PDF takes the place of one that nobody was given."""
    SalesDocument.objects.update(cancelled_at=timezone.now())
    pdfs.order_render(Order.objects.get())
    pdfs.drain()


def elsewhere():
    """In another connection, which waits where the database lets one write at a time."""
    try:
        drawn_anew()
    finally:
        connections.close_all()


def holds(target, tmp_path):
    path = tmp_path / "evidence.zip"
    path.write_bytes(target.getvalue())
    done = check(path)
    return (done.returncode, done.stdout)


@pytest.mark.django_db(transaction=True)
def test_what_is_drawn_between_two_questions_to_the_database_is_in_it_whole_or_not_at_all(tmp_path):
    order = factories.order_factory(items=1)
    pdfs.drain()
    pdfs.hand_out(pdfs.current(Order.objects.get())).close()  # so that it stays beside the next
    other, target = threading.Thread(target=elsewhere), io.BytesIO()

    def ask(execute, sql, *rest):
        if "portal_plugin_activity" in sql and other.ident is None:
            other.start()
            is_queued = connection.vendor == "sqlite" and connection.in_atomic_block
            other.join(0.1 if is_queued else 60)
        return execute(sql, *rest)

    with connection.execute_wrapper(ask):
        assert exporting.export(order, target) == []
    other.join()
    assert order.activities.filter(verb="pdf_drawn").count() == 2
    assert holds(target, tmp_path)[0] == 0, holds(target, tmp_path)[1]


class Disk(io.BytesIO):
    """One that ``meanwhile`` happens at, once, when it is first written to."""

    meanwhile = None

    def write(self, data):
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return super().write(data)


@pytest.mark.django_db
def test_a_file_that_is_let_go_before_it_is_copied_is_not_missed(
    tmp_path, django_capture_on_commit_callbacks
):
    order = factories.order_factory(items=1)
    pdfs.drain()
    target = Disk(b"before")
    target.seek(0, io.SEEK_END)

    def meanwhile():
        with django_capture_on_commit_callbacks(execute=True):
            drawn_anew()

    target.meanwhile = meanwhile
    before = RenderedPdf.objects.get().file_hash
    assert exporting.export(order, target) == []
    assert target.getvalue().startswith(b"before")
    with zipfile.ZipFile(target) as archive:
        files = json.loads(archive.read("evidence.json"))["files"]
    assert len(files) == 1
    assert before not in files
    assert holds(target, tmp_path)[0] == 0, holds(target, tmp_path)[1]


@pytest.mark.django_db
def test_where_all_files_are_there_the_rows_are_read_once():
    order = factories.order_factory(items=1)
    pdfs.drain()
    with CaptureQueriesContext(connection) as asked:
        assert exporting.export(order, io.BytesIO()) == []
    assert sum('FROM "portal_plugin_activity"' in query["sql"] for query in asked) == 1
