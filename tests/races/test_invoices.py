"""Many who issue at once: numbers without a gap, and one invoice for each order."""

import pytest

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Invoice
from portal_plugin.services import invoices
from tests.factories import order_factory, site_factory

from .together import attempt, together

pytestmark = pytest.mark.django_db(transaction=True)
ACTORS = 8


def test_eight_at_once_give_numbers_without_a_gap():
    site = site_factory(invoicing="staff")
    orders = [order_factory(items=1, site=site) for _ in range(ACTORS)]
    made = together(ACTORS, lambda index: invoices.issue(orders[index]))
    found = sorted(int(invoice.number.rpartition("-")[2]) for invoice in made)
    assert found == list(range(1, ACTORS + 1))


def test_eight_who_issue_for_one_order_make_one_invoice():
    order = order_factory(items=1, site=site_factory(invoicing="staff"))
    made = together(ACTORS, lambda index: attempt(lambda: invoices.issue(order), NotAvailable))
    assert len([each for each in made if isinstance(each, Invoice)]) == 1
    assert Invoice.objects.get().number.endswith("-0001")
