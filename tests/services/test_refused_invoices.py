"""What cannot be invoiced or taken back, each with its sentence; none of it takes a number."""

from decimal import Decimal

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Invoice, NumberSequence, SalesDocument
from portal_plugin.services import invoices, on_behalf, staging
from portal_plugin.statuses import Verdict
from tests.factories import (
    estimate_factory,
    fresh,
    line_item,
    order_factory,
    site_factory,
    user_factory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
D = Decimal


@pytest.fixture
def site():
    return site_factory(invoicing="staff")


def refused(sentence, verb, *args, **values):
    before = Invoice.objects.count()
    numbers = list(NumberSequence.objects.filter(kind__startswith="invoice").values())
    with pytest.raises(NotAvailable, match=sentence):
        verb(*args, **values)
    assert Invoice.objects.count() == before
    assert list(NumberSequence.objects.filter(kind__startswith="invoice").values()) == numbers


@pytest.mark.parametrize("verb", [invoices.issue, invoices.issue_deposit])
class TestNeither:
    def test_of_an_estimate(self, site, verb):
        refused("Only an order that is out", verb, estimate_factory(1, site=site))

    def test_of_an_order_that_is_not_out(self, site, verb):
        draft = order_factory(1, site=site, deposit_percent=30, published=False)
        refused("Only an order that is out", verb, draft)

    def test_of_a_sample(self, site, verb):
        order = order_factory(1, site=site, deposit_percent=30)
        SalesDocument.objects.filter(pk=order.pk).update(is_sample=True)
        refused(None, verb, order)

    def test_of_a_cancelled_order(self, site, verb):
        order = order_factory(1, site=site, deposit_percent=30)
        staging.cancel(order, "No paper")
        refused("The order is cancelled", verb, order)

    def test_in_a_shop_with_simple_invoices(self, verb):
        refused("issues no formal invoices", verb, order_factory(1, deposit_percent=30))


def test_what_the_customer_declined_down_to_less_than_nothing(site):
    """No order goes out below zero, but it can come to that afterwards."""
    order = order_factory([line_item(1), line_item(2, unit_price=-30)], site=site)
    on_behalf.record(order, [order.lines[0].key], Verdict.DECLINE, "On the phone", user_factory())
    refused("The total is below zero", invoices.issue, fresh(order))


def test_an_invoice_twice(site):
    order = order_factory(1, site=site)
    invoices.issue(order)
    refused("The invoice was issued already", invoices.issue, order)


def test_a_deposit_that_nobody_asked_for(site):
    refused("has no deposit", invoices.issue_deposit, order_factory(1, site=site))


@pytest.mark.parametrize("earlier", [invoices.issue, invoices.issue_deposit])
def test_a_deposit_of_what_is_charged_already(site, earlier):
    order = order_factory(1, site=site, deposit_percent=30)
    earlier(order)
    refused("An invoice was issued already", invoices.issue_deposit, order)


class TestTakingBack:
    @pytest.fixture
    def invoice(self, site):
        return invoices.issue(order_factory([line_item(1), line_item(2)], site=site))

    @pytest.mark.parametrize("amount", ["0", "-1", "238.01", "0.001"])
    def test_an_amount_that_cannot_be(self, invoice, amount):
        refused("at most what is left", invoices.credit, invoice, "Wrong", amount=D(amount))

    def test_without_a_reason(self, invoice):
        refused("Write the reason", invoices.credit, invoice, "  ")

    def test_all_of_it_twice(self, invoice, site):
        """However much is left of others."""
        invoices.issue(order_factory(1, site=site))
        invoices.credit(invoice, "Wrong")
        refused("All of this invoice", invoices.credit, invoice, "Wrong")

    def test_what_took_something_back(self, invoice):
        note = invoices.credit(invoice, "Wrong", amount=D(1))
        refused("A credit note cannot be taken back", invoices.credit, note, "Wrong")

    def test_an_item_twice(self, invoice):
        key = invoice.document.specific.lines[0].key
        invoices.credit(invoice, "Scratched", keys=[key])
        refused("This item was taken back", invoices.credit, invoice, "Scratched", keys=[key])

    def test_an_item_of_which_too_little_is_left(self, invoice):
        invoices.credit(invoice, "Wrong", amount=D(200))
        key = invoice.document.specific.lines[0].key
        refused("is not left", invoices.credit, invoice, "Scratched", keys=[key])

    @pytest.mark.parametrize(("rate", "other"), [(19, 7), (0, 19)])
    def test_an_item_of_whose_tax_too_little_is_left(self, site, rate, other):
        """Of the whole there is enough, but not at the item's rate."""
        items = [line_item(1, tax_rate=D(rate)), line_item(2, tax_rate=D(other))]
        invoice = invoices.issue(order_factory(items, site=site))
        invoices.credit(invoice, "Wrong", amount=D(50))
        key = invoice.document.specific.lines[0].key
        refused("is not left", invoices.credit, invoice, "Scratched", keys=[key])

    def test_an_item_of_whose_tax_nothing_is_left_but_of_its_net_is(self, site):
        """Amounts round the little tax of a row up, each time in the customer's favour."""
        items = [line_item(n, quantity=1, unit_price=30, tax_rate=D(2)) for n in range(4)]
        invoice = invoices.issue(order_factory(items, site=site, currency="JPY"))
        for amount in (16, 18, 23, 34):
            invoices.credit(invoice, "Wrong", amount=D(amount))
        [left] = Invoice.objects.get(pk=invoice.pk).left
        assert (left.net, left.tax) == (33, 0)
        key = invoice.document.specific.lines[0].key
        refused("is not left", invoices.credit, invoice, "Scratched", keys=[key])

    def test_an_item_of_another_order(self, invoice, site):
        other = order_factory(1, site=site).lines[0].key
        refused("no row on the invoice", invoices.credit, invoice, "Wrong", keys=[other])
