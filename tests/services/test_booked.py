"""Bookings and invoices are held against the history."""

from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin.canonical import digest
from portal_plugin.models import Invoice, LedgerEntry, Order, RenderedPdf
from portal_plugin.services import invoices, payments
from tests import factories
from tests.evidence import fault

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]


#: What somebody does to the row of a booking.
COOKED = {
    "amount": lambda rows: rows.update(amount=-6),
    "surcharge": lambda rows: rows.update(surcharge=1),
    "forgiven": lambda rows: rows.update(forgiven=1),
    "currency": lambda rows: rows.update(currency="JPY"),
    "gone": lambda rows: rows.delete(),
    "made up": lambda rows: LedgerEntry.objects.create(
        document=rows.get().document,
        kind="offline",
        amount=5,
        currency="EUR",
        occurred_at=timezone.now(),
    ),
}


@pytest.mark.parametrize("change", COOKED)
def test_a_booking_that_is_not_what_was_booked_is_found(change):
    order = factories.order_factory(items=1)
    entry = payments.record_offline(order, amount=Decimal(20))
    payments.refund_outside(entry, amount=Decimal(5), reason="Crooked")
    assert fault(Order.objects.get()) == ""
    COOKED[change](LedgerEntry.objects.filter(kind="refund"))
    assert fault(Order.objects.get()).startswith("booking ")


@pytest.mark.parametrize("change", ["content", "row", "number", "gone"])
def test_an_invoice_that_was_changed_is_found(change):
    order = factories.order_factory(items=1, site=factories.site_factory(invoicing="staff"))
    invoice = invoices.issue(order)
    RenderedPdf.objects.update(first_shown_at=None)
    assert fault(order) == ""
    if change == "content":
        Invoice.objects.update(content="{}")
    elif change == "row":
        Invoice.objects.update(content="{}", digest=digest(b"{}"))
    elif change == "gone":
        Invoice.objects.update(document=factories.order_factory(items=1))
    else:
        Invoice.objects.update(number="I-1")
    assert f"invoice {'I-1' if change == 'number' else invoice.number}" in fault(order)
