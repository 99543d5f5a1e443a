"""kill -9 between any two steps of paying and issuing: nothing is lost or doubled, and the sweep
mends it."""

import itertools
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin import faults
from portal_plugin.exceptions import NotAvailable
from portal_plugin.gateways import pdf
from portal_plugin.models import (
    Invoice,
    LedgerEntry,
    OutgoingEmail,
    PaymentAttempt,
    Refund,
    RenderedPdf,
)
from portal_plugin.services import activity, invoices, outbox, payments, pdfs
from portal_plugin.services.payments import refunding
from portal_plugin.statuses import EmailState, RefundState, WorkState
from tests.factories import fresh, link_factory, order_factory, site_factory, user_factory
from tests.paying import ask, begin, confirm, events, order, standin, take

from . import books, length
from .killing import killed_at

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db(transaction=True), length.shortly_on_postgres]
ROUNDS = range(length.of(1, 20))
OF_PAY = [point for point in faults.POINTS if point.startswith("pay.")]
OF_MESSAGES = [point for point in faults.POINTS if point.startswith(("webhook.", "booking."))]
OF_REFUNDS = [point for point in faults.POINTS if point.startswith("refund.")]
OF_ISSUING = [point for point in faults.POINTS if point.startswith("issue.")]
OF_COMPARING = [
    point for point in faults.POINTS if point.startswith(("reconcile.", "booking.", "refund.b"))
]


def five_minutes_later():
    """What the sweep asks for by then."""
    ago = timezone.now() - timedelta(minutes=5)
    PaymentAttempt.objects.update(updated_at=ago)
    Refund.objects.update(updated_at=ago)
    payments.reconcile_open()
    refunding.catch_up()


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_PAY, ROUNDS)))
def test_while_a_payment_begins(standin, mailoutbox, point, _round):
    document = order(deposit_percent=0)
    link = link_factory(document)
    assert killed_at(point, lambda: payments.begin(fresh(document), link=link))
    started = payments.begin(fresh(document), link=link)
    payment = started.client_secret.partition("_secret_")[0]
    assert [one.id for one in ask(standin).v1.payment_intents.list().data] == [payment]
    confirm(standin, payment)
    five_minutes_later()
    assert LedgerEntry.objects.total() == Decimal("119")
    books.hold(standin, mailoutbox)


@pytest.mark.parametrize("point", OF_PAY[1:])
def test_while_a_payment_begins_and_nobody_comes_back(standin, point):
    """What Stripe may have made for it was shown to nobody; the order can be paid by anybody."""
    document = order(deposit_percent=0)
    link = link_factory(document)
    assert killed_at(point, lambda: payments.begin(fresh(document), link=link))
    PaymentAttempt.objects.update(created_at=timezone.now() - timedelta(days=2))
    five_minutes_later()
    assert not fresh(document).has_pending_payment
    assert payments.begin(fresh(document), link=link).client_secret


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_MESSAGES, ROUNDS)))
def test_while_a_message_is_taken(standin, mailoutbox, point, _round):
    """Of two orders, for one of which it comes again."""
    for _order in range(2):
        confirm(standin, begin(order(deposit_percent=0)).attempt.payment_intent)
    again, once = events(standin, "payment_intent.succeeded")
    for event in (again, once):
        assert killed_at(point, lambda event=event: take(event))
    take(again)
    five_minutes_later()
    booked = LedgerEntry.objects.values_list("stripe_object", "amount")
    assert dict(booked) == {event.object_id: Decimal("119") for event in (again, once)}
    books.hold(standin, mailoutbox)
    for event in (again, once):
        take(event)
    books.hold(standin, mailoutbox)


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_REFUNDS, ROUNDS)))
def test_while_a_refund_is_made(standin, mailoutbox, point, _round):
    """Of two payments, for one of which it is pressed again."""
    user = user_factory()
    for _order in range(2):
        confirm(standin, begin(order(deposit_percent=0)).attempt.payment_intent)
    payments.reconcile()
    entries = list(LedgerEntry.objects.all())
    presses = [partial(pay_back, entry, user=user, key=uuid4()) for entry in entries]
    assert len(presses) == 2
    for pressed in presses:
        assert killed_at(point, pressed)
    presses[0]()
    five_minutes_later()
    states = list(Refund.objects.order_by("payment").values_list("payment", "state"))
    assert states == [(pk, RefundState.SUCCEEDED) for pk in sorted(one.pk for one in entries)]
    assert len(ask(standin).v1.refunds.list().data) == 2
    assert LedgerEntry.objects.total() == Decimal(200)
    books.hold(standin, mailoutbox)


def pay_back(entry, **values):
    return payments.refund(fresh(entry), amount=Decimal(19), reason="Sorry", **values)


@pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())
@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_ISSUING, ROUNDS)))
def test_while_an_invoice_is_issued(mailoutbox, point, _round):
    """Nothing of it or all of it; its number is not lost with it, and nobody else gets it too. Of
    two orders, for one of which it is pressed again."""
    site = site_factory(invoicing="staff")
    again, once, other = (order_factory(items=1, site=site) for _order in range(3))
    RenderedPdf.objects.all().delete()  # of orders: nobody looks at them here
    is_there = point == "issue.committed"
    for document in (again, once):
        link_factory(document)
        assert killed_at(point, lambda document=document: invoices.issue(fresh(document)))
        assert document.invoices.count() == is_there
    with suppress(NotAvailable):
        invoices.issue(fresh(again))
    invoices.issue(other)
    pdfs.drain()
    while outbox.drain():
        continue
    numbers = Invoice.objects.order_by("pk").values_list("number", flat=True)
    assert [int(number[-4:]) for number in numbers] == list(range(1, is_there + 3))
    assert all(invoice.pdf.state == WorkState.READY for invoice in Invoice.objects.all())
    for document, has_it in ((again, True), (once, is_there)):
        assert document.invoices.count() == has_it
        assert document.activities.filter(verb="invoice").count() == has_it
        told = OutgoingEmail.objects.filter(document=document, kind="news_invoice")
        assert [letter.state for letter in told] == [EmailState.SENT] * has_it
        assert activity.first_broken(fresh(document)) is None


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_COMPARING, ROUNDS)))
def test_while_everything_is_compared(standin, mailoutbox, point, _round):
    document = order(deposit_percent=0)
    payment = begin(document).attempt.payment_intent
    confirm(standin, payment)
    ask(standin).v1.refunds.create({"payment_intent": payment, "amount": 1900})
    assert killed_at(point, payments.reconcile)
    payments.reconcile()
    assert LedgerEntry.objects.total() == Decimal(100)
    books.hold(standin, mailoutbox)
