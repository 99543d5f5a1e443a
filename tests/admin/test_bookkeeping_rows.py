"""What a row of an export says where something is not known, or is nothing."""

from decimal import Decimal

import pytest

from portal_plugin import days
from portal_plugin.models import PortalSettings, SalesDocument
from portal_plugin.services import invoices, staging
from tests.factories import line_item

from .test_bookkeeping_report import export, order, paid, read

pytestmark = pytest.mark.django_db


def test_a_fee_of_nothing_is_not_one_that_is_unknown(client, boss):
    document = order()
    paid(document, "4", fee=Decimal(0))
    paid(document, "5")
    rows = read(export(client))
    fee, net = rows[0].index("Fee"), rows[0].index("Less the fee")
    assert [(row[fee], row[net]) for row in rows[1:]] == [("0.00", "4.00"), ("", "5.00")]


def test_what_came_for_an_order_over_nothing_has_no_tax_in_it(client, boss):
    paid(order(items=[line_item(unit_price=0)]), "4")
    headings, row = read(export(client))
    found = dict(zip(headings, row, strict=True))
    assert (Decimal(found["Tax in it"]), found["Tax by rate"]) == (0, "")


def test_an_order_of_nobody_has_its_rows(client, boss, only_site):
    PortalSettings.objects.filter(site=only_site).update(invoicing="staff")
    document = order()
    SalesDocument.objects.filter(pk=document.pk).update(customer=None)
    invoice = invoices.issue(document)
    paid(document, "4")
    today = {"begin": "2026-05-01", "end": invoice.issued_on.isoformat()}
    for of in ("payments", "orders", "invoices"):
        headings, row = read(export(client, of, **today))
        found = dict(zip(headings, row, strict=True))
        assert (found["Document"], found["Customer"], found["Company"]) == (document.number, "", "")


def test_an_order_that_was_cancelled_says_when(client, boss):
    stays, goes = order(), order()
    staging.cancel(goes, "No paper")
    headings, *rows = read(export(client, "orders"))
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    today = days.today().isoformat()
    assert {row["Document"]: row["Cancelled"] for row in found} == {
        stays.number: "",
        goes.number: today,
    }
