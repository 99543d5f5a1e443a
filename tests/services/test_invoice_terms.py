"""Until when an invoice is to be paid, and what a credit note says in its place."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portal_plugin import days
from portal_plugin.models import Order, PortalSettings, SalesDocument
from portal_plugin.services import invoices, listing, staging
from tests.factories import estimate_factory, fresh, line_item, order_factory, site_factory

from .test_invoiced_instalments import PLAN, pay
from .test_invoices import words

pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
D = Decimal


@pytest.fixture
def site():
    return site_factory(invoicing="staff")


def order(site, **values):
    values = {"payment_days": 14, "pays_by": "transfer"} | values
    return order_factory([line_item(1, quantity=1, unit_price=100)], site=site, **values)


def due_on(invoice):
    return invoice.said["payment"]["due_on"]


def test_the_days_to_pay_run_from_the_invoice(site):
    invoice = invoices.issue(order(site))
    assert due_on(invoice) == (invoice.issued_on + timedelta(days=14)).isoformat()


@pytest.mark.parametrize(
    "values", [{"payment_days": None}, {"payment_days": 0}, {"pays_by": "online"}]
)
def test_who_pays_at_once_reads_no_day(site, values):
    assert due_on(invoices.issue(order(site, **values))) == ""


def out_since(order, lasting):
    """The same order, which went out so many days ago."""
    out = timezone.now() - timedelta(days=lasting)
    SalesDocument.objects.filter(pk=order.pk).update(first_published_at=out)
    listing.refresh(order)
    return fresh(order)


@pytest.mark.parametrize(("lasting", "is_late"), [(0, False), (1, True)])
def test_what_is_payable_at_once_is_overdue_from_the_next_day(lasting, is_late):
    out_since(order(site_factory(), payment_days=0), lasting)
    assert Order.objects.payment_overdue().exists() is is_late


def test_an_estimate_is_due_on_no_day():
    assert fresh(estimate_factory(1, payment_days=14)).listed_due_on is None


@pytest.mark.parametrize(
    ("values", "lasting"), [({"payment_days": 0}, 0), ({"pays_by": "online"}, 14)]
)
def test_the_day_of_an_invoice_that_says_none_is_counted_from_it_too(site, values, lasting):
    made = out_since(order(site, **values), 20)
    assert Order.objects.payment_overdue().exists()
    invoice = invoices.issue(made)
    assert fresh(made).listed_due_on == invoice.issued_on + timedelta(days=lasting)
    assert not Order.objects.payment_overdue().exists()


def test_nothing_is_overdue_before_the_invoice_of_what_was_completed():
    made = out_since(order(site_factory(invoicing="completed")), 20)
    assert made.listed_due_on is None
    staging.complete(made)
    invoice = made.invoices.get()
    assert fresh(made).listed_due_on == invoice.due_on > days.today()
    invoices.credit(invoice, "Wrong")
    assert Order.objects.payment_overdue().exists()


@pytest.mark.parametrize("pays_by", ["transfer", "online"])
def test_before_that_a_deposit_is_due_by_its_own_invoice(pays_by):
    shop = site_factory(invoicing="completed")
    made = order(shop, deposit_percent=30, pays_by=pays_by)
    day = made.invoices.get().issued_on + timedelta(days=14)
    assert out_since(made, 20).listed_due_on == day
    assert pay(made, D("35.70")).listed_due_on is None


@pytest.mark.parametrize("plan", [[], PLAN])
def test_what_is_paid_is_not_asked_for(site, plan):
    invoice = invoices.issue(pay(order(site, instalments=plan), 119))
    assert due_on(invoice) == ""
    assert "plan" not in invoice.said["view"]


def test_the_plan_of_the_order_is_none_of_its_deposit_invoice(site):
    deposit = invoices.issue_deposit(order(site, instalments=PLAN))
    assert "plan" not in deposit.said["view"]
    assert "terms" not in deposit.said["payment"]
    assert due_on(deposit) == (deposit.issued_on + timedelta(days=14)).isoformat()


def test_a_credit_note_asks_for_nothing(site):
    note = invoices.credit(invoices.issue(order(site)), "Wrong")
    assert note.said["payment"] == {}


def test_a_credit_note_has_a_row_of_each_tax_that_it_takes_back(site):
    made = order_factory([line_item(1), line_item(2, tax_rate=D(7))], site=site)
    note = invoices.credit(invoices.issue(made), "Wrong", keys=[made.lines[1].key])
    assert [row["rate"] for row in note.said["figures"]["rows"]] == ["7"]


def test_coins_stand_on_a_credit_note_that_takes_them_back(site):
    items = [line_item(unit_price=D("10.02"), quantity=1, tax_rate=0)]
    coins = order_factory(items, site=site, currency="CHF", rounding_unit=D("0.05"))
    assert "Rounding" in words(invoices.credit(invoices.issue(coins), "Wrong"))
    assert "Rounding" not in words(invoices.credit(invoices.issue(order(site)), "Wrong"))


def test_an_option_that_nobody_chose_stands_on_no_invoice(site):
    left_out = {"is_optional": True, "is_selected": False}
    items = [line_item(1, name="Banner"), line_item(2, name="Eyelets", **left_out)]
    invoice = invoices.issue(fresh(order_factory(items, site=site)))
    assert [row["name"] for row in invoice.said["figures"]["rows"]] == ["Banner"]


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (None, {"total": "€119.00"}),
        (20, {"total": "€119.00", "paid": "€20.00", "balance": "€99.00"}),
        (119, {"total": "€119.00", "paid": "€119.00", "balance": "€0.00"}),
        (200, {"total": "€119.00", "paid": "€200.00", "balance": "€0.00"}),
    ],
)
def test_below_the_total_stands_what_was_paid_and_what_is_left(site, came, said):
    made = order(site) if came is None else pay(order(site), came)
    rows = {row["kind"]: row["amount"] for row in invoices.issue(made).said["view"]["totals"]}
    assert {kind: rows[kind] for kind in rows if kind not in ("subtotal", "tax")} == said


def test_an_order_that_names_no_customer_has_an_invoice_to_nobody(site):
    made = order(site)
    SalesDocument.objects.filter(pk=made.pk).update(customer=None)
    assert invoices.issue(made).said["buyer"] == {}


@pytest.mark.parametrize(
    ("details", "came", "shows"),
    [("IBAN DE02 1203", 20, True), ("IBAN DE02 1203", 119, False), ("", 20, False)],
)
def test_where_to_pay_is_said_while_something_is_to_be_paid(site, details, came, shows):
    PortalSettings.objects.filter(site=site).update(bank_details=details)
    invoice = invoices.issue(pay(order(site), came))
    assert invoice.said["paper"]["shows_bank_details"] is shows


@pytest.mark.parametrize(("rate", "rates"), [(19, ["19%"]), (0, [])])
def test_without_tax_there_is_no_table_of_taxes(site, rate, rates):
    made = order_factory([line_item(1, tax_rate=rate)], site=site)
    paper = invoices.issue(made).said["paper"]
    assert [row["rate"] for row in paper["taxes"]] == rates


def test_after_a_deposit_that_is_paid_the_last_invoice_says_when_the_rest_is_due(site):
    made = order(site, deposit_percent=D(50))
    invoices.issue_deposit(made)
    made = out_since(made, 20)
    invoice = invoices.issue(made)
    pay(made, "59.50")
    assert fresh(made).payment_due_on == invoice.due_on == days.today() + timedelta(days=14)
    assert not Order.objects.payment_overdue()
