"""Stored PDFs of several documents in one file."""

import zipfile

import pytest
from django.core.files.base import ContentFile

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import RenderedPdf
from portal_plugin.services import pdf_bundles, pdfs
from portal_plugin.statuses import WorkState
from tests.factories import order_factory, site_factory

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


def stored(document, content=b"%PDF-1"):
    """The document's order as a worker leaves it, without the drawing."""
    row = RenderedPdf.objects.get(document=document.pk)
    row.state = WorkState.READY
    row.file.save("x", ContentFile(content))
    return row


def test_two_shops_may_have_given_the_same_number():
    ours, theirs = order_factory(), order_factory(site=site_factory("shop-b.localhost"))
    assert ours.number == theirs.number
    there = [(ours, stored(ours, b"%PDF-ours")), (theirs, stored(theirs, b"%PDF-theirs"))]
    with pdf_bundles.bundle(there) as file, zipfile.ZipFile(file) as archive:
        first, second = archive.namelist()
        assert second == first.replace(".pdf", " (2).pdf")
        assert archive.read(second) == b"%PDF-theirs"


def test_what_goes_out_counts_as_shown():
    order = order_factory()
    row = stored(order)
    pdf_bundles.bundle([(order, row)]).close()
    row.refresh_from_db()
    assert row.first_shown_at is not None


def test_one_that_the_storage_has_lost_is_said_and_made_anew():
    order = order_factory()
    row = stored(order)
    row.file.storage.delete(row.file.name)
    with pytest.raises(NotAvailable):
        pdf_bundles.bundle([(order, row)])
    row.refresh_from_db()
    assert row.state == WorkState.WAITING


def test_what_is_there_is_found_beside_what_is_missing():
    there, missing = order_factory(), order_factory()
    row = stored(there)
    RenderedPdf.objects.filter(pk=row.pk).update(
        state=WorkState.READY, input_hash=pdfs._hash_of(there)
    )
    assert pdf_bundles.find([missing, there]) == ([(there, row)], [missing])


def test_the_bundle_is_read_from_its_beginning():
    order = order_factory()
    with pdf_bundles.bundle([(order, stored(order))]) as file:
        assert file.read(2) == b"PK"


def test_looking_for_them_shows_nothing_and_orders_each_once():
    order = order_factory()
    for _ in range(2):
        assert pdf_bundles.find([order]) == ([], [order])
    assert RenderedPdf.objects.filter(document=order.pk).count() == 1


class Counted(dict):
    """How often somebody asked whether a name is taken."""

    asked = 0

    def __contains__(self, name):
        self.asked += 1
        return super().__contains__(name)


def test_equal_names_are_told_apart_without_trying_all_of_them():
    names = Counted()
    given = {pdf_bundles.unused("a.pdf", names) for _ in range(10_000)}
    assert len(given) == 10_000
    assert {"a.pdf", "a (2).pdf", "a (10000).pdf"} <= given
    assert names.asked < 30_000
    assert pdf_bundles.unused("a (2).pdf", names) == "a (2) (2).pdf"
