"""Formal invoices of orders that are paid in instalments: until when, how much, and in words."""

from datetime import date
from decimal import Decimal

import pytest

from portal_plugin.services import invoice_paper, invoices, payments
from tests.einvoicing import SHOP, Read
from tests.factories import fresh, line_item, order_factory, site_factory

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]

PLAN = [
    {"percent": "30", "on": "", "days": None},
    {"percent": "30", "on": "2031-05-03", "days": None},
    {"percent": "", "on": "2031-08-03", "days": None},
]


@pytest.fixture
def site():
    return site_factory(**SHOP, qr_code="transfer", bank_details="IBAN DE02 1203 0000 0000 2020 51")


def planned(site, plan=PLAN, **values):
    items = [line_item(1, quantity=1, unit_price=Decimal(100), tax_rate=19)]
    return order_factory(items=items, site=site, instalments=plan, **values)


def pay(order, amount):
    payments.record_offline(order, amount=Decimal(amount), method="Cash")
    return fresh(order)


def terms(invoice):
    return Read(invoice).all("SpecifiedTradePaymentTerms/Description")


def due_day(invoice):
    return Read(invoice).all("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")


@pytest.mark.parametrize("pays_by", ["transfer", "online"])
def test_all_of_it_is_not_due_at_once(site, pays_by):
    invoice = invoices.issue(planned(site, payment_days=14, pays_by=pays_by))
    assert due_day(invoice) == []
    [said] = terms(invoice)
    assert said.startswith("3 instalments: €35.70 (")
    assert said.endswith("€35.70 (by May 3, 2031), €47.60 (by Aug. 3, 2031)")
    assert "Payable by" not in [fact["label"] for fact in invoice.said["paper"]["facts"]]


def test_the_paper_has_the_plan_and_the_code_is_for_the_next(site):
    invoice = invoices.issue(pay(planned(site), "45.70"))
    html = invoice_paper.page(invoice)
    assert "Payment plan" in html
    assert "Instalment 1 of 3" not in html
    assert "Instalment 2 of 3" in html
    assert "by May 3, 2031" in html
    assert "EUR25.70" in invoice.said["paper"]["qr"]["payload"]


def test_the_last_one_has_its_day(site):
    invoice = invoices.issue(pay(planned(site), "80"))
    assert (due_day(invoice), terms(invoice)) == (["20310803"], [])
    assert "terms" not in invoice.said["payment"]
    facts = {fact["label"]: fact["value"] for fact in invoice.said["paper"]["facts"]}
    assert facts["Payable by"] == "Aug. 3, 2031"
    assert "plan" not in invoice.said["view"]


def test_what_a_deposit_invoice_asks_for_is_not_asked_for_again(site):
    order = planned(site)
    deposit = invoices.issue_deposit(order)
    invoice = invoices.issue(fresh(order))
    assert deposit.total == Decimal("35.70")
    assert terms(invoice) == ["2 instalments: €35.70 (by May 3, 2031), €47.60 (by Aug. 3, 2031)"]
    assert "EUR35.70" in invoice.said["paper"]["qr"]["payload"]


def test_a_credit_note_over_a_part_asks_for_no_instalment(site):
    invoice = invoices.issue(planned(site))
    note = invoices.credit(invoice, "Late", amount=Decimal(50))
    for found, is_asked in ((invoice, True), (note, False)):
        assert ("plan" in found.said["view"]) is is_asked
        assert ("qr" in found.said["paper"]) is is_asked


def test_without_a_plan_nothing_of_it_is_there(site):
    invoice = invoices.issue(planned(site, plan=[], payment_days=14, pays_by="transfer"))
    assert "plan" not in invoice.said["view"]
    assert date.fromisoformat(invoice.said["payment"]["due_on"]) > invoice.issued_on
    assert "EUR119.00" in invoice.said["paper"]["qr"]["payload"]
