"""Credit notes: all of an invoice, an amount of it or its items; and those of a cancelled order."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from portal_plugin.exceptions import NotAvailable
from portal_plugin.models import Invoice, LedgerEntry, OutgoingEmail
from portal_plugin.services import invoices, staging
from portal_plugin.shares import worth
from tests.factories import (
    fresh,
    line_item,
    link_factory,
    order_factory,
    publish,
    user_factory,
)

from .test_invoices import pay, site, words

__all__ = ["site"]
pytestmark = [pytest.mark.django_db, pytest.mark.said_elsewhere]
D = Decimal


def test_a_credit_note_takes_all_of_it_back_and_makes_room_for_another(site):
    order = order_factory(items=2, site=site)
    link_factory(order)
    invoice = invoices.issue(order)
    note = invoices.credit(invoice, "Wrong address")
    assert OutgoingEmail.objects.filter(kind="news_credit_note").exists()
    assert note.number == f"C-{note.issued_on.year}-0001"
    assert (note.net, note.tax, note.total) == (-invoice.net, -invoice.tax, -invoice.total)
    assert fresh(invoice).left_total == 0
    assert all(text in words(note) for text in (invoice.number, "Wrong address"))
    assert note.said["paper"]["facts"][1] == {"label": "Takes back", "value": invoice.number}
    with pytest.raises(NotAvailable, match="taken back already"):
        invoices.credit(invoice, "Again")
    with pytest.raises(NotAvailable, match="Issue a new invoice"):
        invoices.credit(note, "After all")
    assert invoices.issue(order).number.endswith("-0002")


def test_a_credit_note_over_an_amount_takes_each_tax_by_its_share(site):
    order = order_factory([line_item(1), line_item(2, tax_rate=D(7))], site=site)
    invoice = invoices.issue(order)
    note = invoices.credit(invoice, "Scratched", amount=D("22.60"))
    assert note.total == D("-22.60")
    assert [(band.rate, band.tax) for band in note.bands] == [(7, D("-0.70")), (19, D("-1.90"))]
    rest = invoices.credit(invoice, "The rest")
    assert note.total + rest.total == -invoice.total
    assert worth(fresh(invoice).left) == 0


@pytest.mark.parametrize("amount", ["0", "-1", "500", "1.005"])
def test_no_amount_that_is_not_left_can_be_taken_back(site, amount):
    invoice = invoices.issue(order_factory(items=1, site=site))
    with pytest.raises(NotAvailable):
        invoices.credit(invoice, "Scratched", amount=D(amount))
    assert Invoice.objects.count() == 1


def test_items_are_taken_back_with_their_share_of_the_discount(site):
    order = order_factory(items=2, site=site, discount_percent=D(10))
    invoice = invoices.issue(order)
    note = invoices.credit(invoice, "Not delivered", keys=[order.lines[0].key])
    assert note.total == D("-107.10")
    assert order.lines[0].name in words(note)
    with pytest.raises(NotAvailable):
        invoices.credit(invoice, "Both", keys=[line.key for line in order.lines])


def test_what_was_given_back_on_the_invoice_at_another_rate_holds_up_no_item(site):
    items = [line_item(1), line_item(2), line_item(3, unit_price=-10, tax_rate=7)]
    order = order_factory(items, site=site)
    invoice = invoices.issue(order)
    keys = [line.key for line in order.lines]
    assert invoices.credit(invoice, "Scratched", keys=keys[:1]).total == -119
    with pytest.raises(NotAvailable, match="is not left"):
        invoices.credit(invoice, "Scratched", keys=keys[1:2])
    assert fresh(invoice).left_total == D("97.60")


SMALL = {"quantity": 1, "unit_price": "0.02"}


@pytest.mark.parametrize(
    ("first", "others", "amount"),
    [
        # Of its tax less is left, though all that is left is worth more.
        ({}, [{"unit_price": 500, "tax_rate": 7}], 300),
        ({"tax_rate": 0}, [{"unit_price": 500, "tax_rate": 7}], 300),
        # Enough is left of what was sold, and a cent too little of its tax.
        ({}, [SMALL, SMALL], "0.04"),
    ],
)
def test_an_item_is_not_taken_back_whole_after_a_part_of_its_tax_was(site, first, others, amount):
    items = [line_item(number, **values) for number, values in enumerate([first, *others])]
    order = order_factory(items, site=site)
    invoice = invoices.issue(order)
    invoices.credit(invoice, "Scratched", amount=D(amount))
    with pytest.raises(NotAvailable, match="is not left"):
        invoices.credit(fresh(invoice), "Not delivered", keys=[order.lines[0].key])


def test_an_item_is_taken_back_by_name_once(site):
    order = order_factory(items=[line_item(1), line_item(2, unit_price=D(500))], site=site)
    invoice = invoices.issue(order, user_factory())
    key = order.lines[0].key
    invoices.credit(invoice, "Not delivered", keys=[key])
    with pytest.raises(NotAvailable, match="taken back already"):
        invoices.credit(invoice, "Not delivered", keys=[key])
    assert Invoice.objects.count() == 2


def test_an_item_is_taken_back_for_what_it_was_invoiced_at(site):
    order = order_factory(items=2, site=site, discount_percent=D(10))
    invoice = invoices.issue(order)
    key, name = order.lines[0].key, order.lines[0].name
    item = order.line_items.all()[0]
    item.unit_price, item.name, item.tax_rate = D(9), "Cheaper", D(7)
    order.line_items.add(item)
    order.discount_percent = D(0)
    publish(order)
    note = invoices.credit(invoice, "Not delivered", keys=[key])
    assert note.total == D("-107.10")
    assert name in words(note)
    assert "Cheaper" not in words(note)


def test_items_one_by_one_are_the_whole_invoice(site):
    items = [line_item(n, quantity=1, unit_price=D("0.05")) for n in (1, 2, 3)]
    order = order_factory(items, site=site, discount_amount=D("0.01"))
    invoice = invoices.issue(order)
    for line in order.lines:
        invoices.credit(fresh(invoice), "Not delivered", keys=[line.key])
    assert fresh(invoice).left_total == 0


def test_what_it_takes_back_is_named_on_it(site):
    invoice = invoices.issue(order_factory(items=1, site=site))
    note = invoices.credit(invoice, "Scratched")
    named = [
        [fact["value"] for fact in row.said["paper"]["facts"] if fact["label"] == "Takes back"]
        for row in (invoice, note)
    ]
    assert named == [[], [invoice.number]]
    assert [row.said["refers_to"] for row in (invoice, note)] == ["", invoice.number]


def test_a_tax_of_which_nothing_is_left_has_no_row_on_the_next(site):
    order = order_factory([line_item(1), line_item(2, tax_rate=D(7))], site=site)
    invoice = invoices.issue(order)
    invoices.credit(invoice, "Scratched", keys=[order.lines[0].key])
    rest = invoices.credit(invoice, "The rest")
    assert [row["rate"] for row in rest.said["figures"]["rows"]] == ["7"]


def test_what_stands_on_no_row_cannot_be_taken_back_by_name(site):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    deposit = invoices.issue_deposit(order)
    with pytest.raises(NotAvailable, match="Write an amount"):
        invoices.credit(deposit, "Not delivered", keys=[order.lines[0].key])
    assert Invoice.objects.count() == 1


def test_one_press_of_the_button_makes_one_credit_note(site):
    invoice, key = invoices.issue(order_factory(items=1, site=site)), uuid4()
    notes = {invoices.credit(invoice, "Scratched", amount=D(5), key=key).pk for _ in range(2)}
    assert len(notes) == 1


def test_two_that_no_button_was_pressed_for_are_two_whatever_their_reason(site):
    invoice = invoices.issue(order_factory(items=1, site=site))
    notes = {invoices.credit(invoice, "None", amount=D(5)).pk for _ in range(2)}
    assert len(notes) == 2


def test_the_reason_stands_on_it_without_the_space_around_it(site):
    invoice = invoices.issue(order_factory(items=1, site=site))
    assert invoices.credit(invoice, "  Scratched\n").reason == "Scratched"


def test_no_credit_note_goes_without_a_reason(site):
    invoice = invoices.issue(order_factory(items=1, site=site))
    with pytest.raises(NotAvailable):
        invoices.credit(invoice, " ")


@pytest.mark.parametrize("typed", [None, D("10.00")])
def test_coins_are_taken_back_as_well(site, typed):
    item = line_item(unit_price=D("10.02"), quantity=1, tax_rate=0)
    order = order_factory([item], site=site, currency="CHF", rounding_unit=D("0.05"))
    invoice = invoices.issue(order)
    assert (invoice.total, invoice.rounding) == (D("10.00"), D("-0.02"))
    note = invoices.credit(invoice, "Wrong", amount=typed)
    assert (note.total, note.rounding) == (D("-10.00"), D("0.02"))
    assert fresh(invoice).left_total == fresh(invoice).left_rounding == 0


def test_cancelling_keeps_what_was_paid_charged_on_the_oldest_first(site):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    deposit, last = invoices.issue_deposit(order), invoices.issue(order)
    pay(order, 80)
    staging.cancel(order, "Too late", money="kept")
    assert (fresh(deposit).left_total, fresh(last).left_total) == (D("59.50"), D("20.50"))


def test_cancelling_takes_nothing_back_where_all_that_was_charged_is_kept(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    pay(order, 119)
    staging.cancel(order, "Too late", money="kept")
    assert not invoice.credit_notes.exists()


def test_cancelling_takes_back_an_invoice_over_nothing(site):
    order = order_factory([line_item(unit_price=0)], site=site)
    invoice = invoices.issue(order)
    staging.cancel(order, "Out of stock")
    assert invoice.credit_notes.get().total == 0


def test_cancelling_takes_back_no_more_than_all_where_less_than_nothing_was_kept(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    LedgerEntry.objects.create(
        document=order, kind="refund", amount=-5, currency="EUR", occurred_at=timezone.now()
    )
    staging.cancel(order, "Too late", money="kept")
    assert fresh(invoice).left_total == 0


def test_cancelling_takes_back_what_was_charged(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    staging.cancel(order, "Out of stock")
    assert fresh(invoice).left_total == 0
    assert invoice.credit_notes.get().reason == "Out of stock"


def test_cancelling_takes_all_back_where_what_was_paid_goes_back(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    pay(order, 50)
    staging.cancel(order, "Out of stock", money="refund")
    assert fresh(invoice).left_total == 0


def test_cancelling_leaves_charged_what_the_shop_keeps(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    pay(order, 50)
    staging.cancel(order, "Too late", money="kept")
    assert fresh(invoice).left_total == 50


def test_cancelling_is_not_held_up_by_less_than_was_rounded(site):
    item = line_item(unit_price=D("10.03"), quantity=1, tax_rate=0)
    order = order_factory([item], site=site, currency="CHF", rounding_unit=D("0.05"))
    invoice = invoices.issue(order)
    pay(order, D("0.01"))
    staging.cancel(order, "Too late", money="kept")
    assert invoice.credit_notes.get().total == D("-10.03")
    staging.reopen(order)
    staging.cancel(order, "Too late again", money="kept")
    assert fresh(invoice).left_total == D("0.02")


@pytest.mark.parametrize("parts", [["0.10", "0.20"], ["0.10", "0.70"], ["1.10", "2.20"]])
def test_what_is_taken_back_in_parts_stands_no_more(site, parts):
    """SQLite adds up in floats."""
    item = line_item(unit_price=sum(map(D, parts)), quantity=1, tax_rate=0)
    order = order_factory([item], site=site)
    invoice = invoices.issue(order)
    for amount in parts:
        invoices.credit(invoice, "Scratched", amount=D(amount))
    assert not order.invoices.standing().exists()
    with pytest.raises(NotAvailable, match="taken back already"):
        invoices.credit(invoice, "Again")
    assert invoices.issue(order).total == invoice.total


def in_coins(site, *prices):
    items = [line_item(unit_price=D(price), quantity=1, tax_rate=0) for price in prices]
    return order_factory(items, site=site, currency="CHF", rounding_unit=D("0.05"))


def test_no_more_is_taken_back_than_is_left_after_rounding_down(site):
    invoice = invoices.issue(in_coins(site, "10.02"))
    for amount in ("10.01", "10.02"):
        with pytest.raises(NotAvailable, match="at most what is left"):
            invoices.credit(invoice, "Wrong", amount=D(amount))
    assert fresh(invoice).left_total == 10


@pytest.mark.parametrize("prices", [["10.02"], ["10.03"], ["5.01", "5.01"], ["5.01", "5.02"]])
def test_with_the_last_item_go_the_coins(site, prices):
    order = in_coins(site, *prices)
    invoice = invoices.issue(order)
    for line in order.lines:
        invoices.credit(fresh(invoice), "Not delivered", keys=[line.key])
    assert fresh(invoice).left_total == fresh(invoice).left_rounding == 0
    assert not order.invoices.standing().exists()


def test_coins_that_were_rounded_off_are_never_more_than_what_is_left(site):
    order = in_coins(site, "10.01", "0.01")
    invoice = invoices.issue(order)
    assert invoices.credit(invoice, "Not delivered", keys=[order.lines[0].key]).total == D("-9.99")
    assert fresh(invoice).left_total == D("0.01")
