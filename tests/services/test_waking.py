"""Whoever leaves work behind says so: the sweep would find it, but up to a minute later."""

from uuid import uuid4

import pytest

from portal_plugin import registry
from portal_plugin.models import OutgoingEmail, RenderedPdf
from portal_plugin.services import erasing, files, invoices, listing, outbox, pdfs
from portal_plugin.statuses import EmailState, PaymentPurpose, WorkState
from tests import factories, samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch, django_capture_on_commit_callbacks):
    """What ``act`` leaves to do, by its kind."""

    def woken(act, *args):
        kinds = set()
        with monkeypatch.context() as patch:
            patch.setattr(registry, "_enqueuers", [lambda kind: not kinds.add(kind)])
            with django_capture_on_commit_callbacks(execute=True):
                act(*args)
        return kinds

    return woken


def test_a_file_is_drawn_and_checked_before_where_there_is_a_scanner(woken, settings):
    document = factories.estimate_factory(items=1)
    assert woken(files.store, document, samples.upload("a.png")) == {"preview"}
    assert woken(files.store, document, samples.upload("a.zip", b"PK\x03\x04")) == set()
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "FILE_SCANNER": "some.scanner"}
    assert woken(files.store, document, samples.upload("b.png")) == {"preview", "scan"}


def test_what_changed_is_drawn_anew(woken):
    assert woken(pdfs.order_render, factories.order_factory(items=1)) == {"pdf"}
    draft = factories.order_factory(items=1, published=False)
    assert woken(pdfs.order_render, draft) == set()


def test_what_could_not_be_drawn_is_tried_again_for_whoever_asks(woken):
    order = factories.order_factory(items=1)
    pdfs.drain()
    assert woken(pdfs.ask_for, order) == set()
    RenderedPdf.objects.update(state=WorkState.FAILED)
    assert woken(pdfs.ask_for, order) == {"pdf"}


def test_an_invoice_is_drawn(woken):
    order = factories.order_factory(items=1, site=factories.site_factory(invoicing="staff"))
    assert "pdf" in woken(invoices.issue, order)


def test_a_receipt_is_drawn_and_again_without_the_name_of_somebody_erased(woken):
    estimate = factories.estimate_factory(items=2)
    factories.link_factory(estimate)
    factories.approve(estimate, [estimate.lines[0].key])
    submission = estimate.submissions.get()
    assert woken(pdfs.order_receipt, submission, estimate.current_version) == {"pdf"}
    assert "pdf" in woken(erasing.erase, erasing.by_link(estimate.links.get()))


def test_an_email_that_staff_try_again_goes_at_once(woken):
    document = factories.order_factory(items=1)
    outbox.queue(kind="link", site=document.site, address="a@example.org")
    OutgoingEmail.objects.update(state=EmailState.PARKED)
    assert woken(outbox.retry, OutgoingEmail.objects.get()) == {"mail"}


def test_a_payment_that_was_begun_is_looked_at_when_its_order_changes(woken):
    order = factories.order_factory(items=1)
    assert woken(listing.refresh, order) == set()
    order.payment_attempts.create(
        idempotency_key=uuid4(), purpose=PaymentPurpose.BALANCE, amount=1, currency="EUR"
    )
    assert woken(listing.refresh, order) == {"outdated"}
