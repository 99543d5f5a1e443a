"""kill -9 between any two steps of paying and issuing: nothing is lost or doubled, and the sweep
mends it."""

import itertools
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin import faults
from portal_plugin.exceptions import NotAvailable
from portal_plugin.gateways import pdf
from portal_plugin.models import Invoice, LedgerEntry, OutgoingEmail, PaymentAttempt, Refund
from portal_plugin.services import activity, invoices, outbox, payments, pdfs
from portal_plugin.services.payments import refunding
from portal_plugin.statuses import EmailState, RefundState, WorkState
from tests.factories import fresh, link_factory, order_factory, site_factory, user_factory
from tests.paying import ask, begin, confirm, events, order, standin, take

from . import books, length
from .killing import killed_at

__all__ = ["standin"]

pytestmark = pytest.mark.django_db(transaction=True)
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
@pytest.mark.parametrize("comes_again", [True, False])
def test_while_a_message_is_taken(standin, mailoutbox, point, _round, comes_again):
    document = order(deposit_percent=0)
    confirm(standin, begin(document).attempt.payment_intent)
    (event,) = events(standin, "payment_intent.succeeded")
    assert killed_at(point, lambda: take(event))
    if comes_again:
        take(event)
    five_minutes_later()
    assert LedgerEntry.objects.total() == Decimal("119")
    books.hold(standin, mailoutbox)
    take(event)
    books.hold(standin, mailoutbox)


@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_REFUNDS, ROUNDS)))
@pytest.mark.parametrize("comes_again", [True, False])
def test_while_a_refund_is_made(standin, mailoutbox, point, _round, comes_again):
    document, user = order(deposit_percent=0), user_factory()
    confirm(standin, begin(document).attempt.payment_intent)
    payments.reconcile()
    entry = LedgerEntry.objects.get()
    key = uuid4()

    def refund():
        return payments.refund(fresh(entry), amount=Decimal(19), reason="Sorry", user=user, key=key)

    assert killed_at(point, refund)
    if comes_again:
        refund()
    five_minutes_later()
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert len(ask(standin).v1.refunds.list().data) == 1
    assert LedgerEntry.objects.total() == Decimal(100)
    books.hold(standin, mailoutbox)


@pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())
@pytest.mark.parametrize(("point", "_round"), list(itertools.product(OF_ISSUING, ROUNDS)))
@pytest.mark.parametrize("comes_again", [True, False])
def test_while_an_invoice_is_issued(mailoutbox, point, _round, comes_again):
    """Nothing of it or all of it; its number is not lost with it, and nobody else gets it too."""
    site = site_factory(invoicing="staff")
    document, other = order_factory(items=1, site=site), order_factory(items=1, site=site)
    link_factory(document)
    assert killed_at(point, lambda: invoices.issue(fresh(document)))
    is_there = point == "issue.committed"
    assert Invoice.objects.count() == is_there
    if comes_again:
        with suppress(NotAvailable):
            invoices.issue(fresh(document))
    is_there = is_there or comes_again
    invoices.issue(other)
    pdfs.drain()
    while outbox.drain():
        continue
    numbers = Invoice.objects.order_by("pk").values_list("number", flat=True)
    assert [int(number[-4:]) for number in numbers] == list(range(1, is_there + 2))
    assert document.activities.filter(verb="invoice").count() == is_there
    assert all(invoice.pdf.state == WorkState.READY for invoice in Invoice.objects.all())
    told = OutgoingEmail.objects.filter(document=document, kind="news_invoice")
    assert [letter.state for letter in told] == [EmailState.SENT] * is_there
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
