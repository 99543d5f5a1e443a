"""Formal invoices on the overview, and their register."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from portal_plugin.admin import invoicing, registers
from portal_plugin.models import Invoice, Order, PortalSettings, SalesDocument
from portal_plugin.money import format_money
from portal_plugin.services import invoices, payments, staging
from tests.factories import estimate_factory, line_item, order_factory, publish

from . import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(only_site):
    PortalSettings.objects.filter(site=only_site).update(invoicing="staff")
    return order_factory(items=2, deposit_percent=Decimal(50))


def register_url():
    found = [each for each in registers.instances()["group"] if each.model is Invoice]
    return found[0].url_helper.index_url


def read(client, document):
    return client.get(pages.overview(document)).content.decode()


def test_a_shop_without_formal_invoices_sees_nothing_of_them(client, boss):
    document = order_factory()
    assert "Issue the invoice" not in read(client, document)
    assert invoicing.context(Order.objects.get(pk=document.pk), boss) is None


def test_staff_issue_the_deposit_then_the_rest_and_take_it_back(client, boss, order):
    assert "Issue the deposit invoice" in read(client, order)
    client.post(pages.do(order, "issue-deposit"))
    client.post(pages.do(order, "issue-invoice"))
    page = read(client, order)
    assert "Issue the invoice" not in page
    invoice = Invoice.objects.get(kind="invoice")
    data = {"invoice": invoice.pk, "reason": "Scratched", "amount": "10", "key": uuid4()}
    for _twice in range(2):
        assert client.post(pages.do(order, "credit"), data).status_code == 302
    assert [row.total for row in Invoice.objects.filter(kind="credit_note")] == [-10]


def test_a_credit_note_without_a_reason_comes_back_with_what_was_typed(client, boss, order):
    invoice = invoices.issue(order)
    data = {"invoice": invoice.pk, "reason": "", "amount": "7", "key": uuid4()}
    response = client.post(pages.do(order, "credit"), data)
    assert response.status_code == 409
    assert 'value="7"' in response.content.decode()
    assert Invoice.objects.count() == 1


def test_all_that_is_wrong_with_a_credit_note_is_said_at_once(client, boss, order):
    invoice = invoices.issue(order)
    data = {"invoice": invoice.pk, "reason": "", "amount": "much", "key": uuid4()}
    page = client.post(pages.do(order, "credit"), data).content.decode()
    assert "Reason: This field is required. Amount: Enter a number." in page


def test_an_invoice_of_another_order_cannot_be_taken_back(client, boss, order):
    other = invoices.issue(order_factory(items=1))
    data = {"invoice": other.pk, "reason": "Mine", "key": uuid4()}
    assert client.post(pages.do(order, "credit"), data).status_code == 409


def test_an_order_that_was_changed_since_says_so(client, boss, order):
    invoices.credit(invoices.issue(order), "Scratched", amount=Decimal(5))
    assert "was changed after its invoice" not in read(client, order)
    item = order.line_items.all()[0]
    item.quantity = 9
    order.line_items.add(item)
    publish(order)
    assert "was changed after its invoice" in read(client, order)


def test_the_invoice_is_read_as_it_was_issued(client, boss, order):
    invoice = invoices.issue(order)
    url = reverse("portal_admin:invoice", args=[order.pk, invoice.public_id])
    assert invoice.number in client.get(url).content.decode()
    wrong = reverse("portal_admin:invoice", args=[order_factory().pk, invoice.public_id])
    assert client.get(wrong).status_code == 404


def test_the_register_lists_them_and_changes_nothing(client, boss, order):
    invoice = invoices.issue(order)
    url = register_url()
    assert invoice.number in client.get(url).content.decode()
    exported = client.get(url, {"export": "csv"})
    row = b"".join(exported.streaming_content).decode().splitlines()[1]
    assert row.startswith(f"{invoice.number},")


def test_the_register_is_in_the_menu_once_there_is_one(client, boss, order):
    home, register = reverse("wagtailadmin_home"), register_url()
    assert register not in client.get(home).content.decode()
    invoices.issue(order)
    assert register in client.get(home).content.decode()


def test_numbers_of_invoices_can_be_raised_before_the_first(client, boss, only_site, order):
    url = reverse("wagtailsettings:edit", args=["portal_plugin", "portalsettings", only_site.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, "", False)}
    data.pop("logo", None)
    client.post(url, {**data, "next_invoice_number": "41", "invoice_pattern": "R{number}"})
    assert invoices.issue(order).number == "R41"


def test_items_are_offered_for_what_they_were_charged_with(client, boss, order):
    invoices.issue(order)
    item = order.line_items.all()[0]
    item.unit_price = Decimal(900)
    order.line_items.add(item)
    order = publish(order)
    key = order.lines[0].key
    assert f'value="{key}"> <bdi>A1 poster</bdi> · <bdi>€119.00</bdi>' in read(client, order)
    invoices.credit(Invoice.objects.get(), "Scratched", keys=[key])
    assert f'name="item" value="{key}"' not in read(client, order).split('id="invoices"')[1]


def offered(document, user):
    """What of the three can be done: issue the invoice, the one over the deposit, take back."""
    found = invoicing.context(Order.objects.get(pk=document.pk), user)
    left = [row.number for row in found["rows"] if row.left]
    return found["can_issue"], found["can_issue_deposit"], left


def test_only_an_order_that_is_out_has_them(boss, order):
    draft = order_factory(items=1, published=False)
    assert invoicing.context(order, boss)
    assert invoicing.context(draft, boss) is None
    assert invoicing.context(estimate_factory(items=1), boss) is None


def test_each_is_offered_until_it_stands(boss, order):
    assert offered(order, boss) == (True, True, [])
    deposit = invoices.issue_deposit(order)
    assert offered(order, boss) == (True, False, [deposit.number])
    invoice = invoices.issue(order)
    assert offered(order, boss) == (False, False, [deposit.number, invoice.number])


def test_what_was_taken_back_whole_can_be_issued_anew_and_not_be_taken_back(boss, order):
    invoices.credit(invoices.issue(order), "Scratched")
    assert offered(order, boss) == (True, True, [])


def test_without_a_deposit_no_invoice_over_one_is_offered(boss, order):
    assert offered(order_factory(items=1), boss) == (True, False, [])


def test_who_may_not_issue_is_offered_nothing(staff_of, only_site, order):
    editor = staff_of(only_site, "Portal editors")
    assert offered(order, editor) == (False, False, [])
    invoices.issue(order)
    assert offered(order, editor) == (False, False, [])


def test_for_a_cancelled_order_or_a_sample_none_is_offered(boss, order):
    sample = order_factory(items=1, deposit_percent=Decimal(50))
    SalesDocument.objects.filter(pk=sample.pk).update(is_sample=True)
    staging.cancel(order, "No paper")
    assert offered(sample, boss) == offered(order, boss) == (False, False, [])


def test_those_of_before_are_shown_by_a_shop_that_issues_none_now(boss, only_site, order):
    invoice = invoices.issue_deposit(order)
    PortalSettings.objects.filter(site=only_site).update(invoicing="")
    assert offered(order, boss) == (False, False, [invoice.number])


def differing(document, user):
    return invoicing.context(Order.objects.get(pk=document.pk), user)["differing"]


def has_changed(document, user):
    return bool((differing(document, user) or {}).get("has_changed"))


def test_an_order_whose_credit_note_is_of_the_change_is_said_to_be_in_order(boss, order):
    invoice = invoices.issue(order)
    order.discount_percent = Decimal(10)
    publish(order)
    assert has_changed(order, boss)
    less = invoice.total - Order.objects.get(pk=order.pk).totals.total
    invoices.credit(invoice, "Cheaper", amount=less)
    assert differing(order, boss) is None


def test_an_order_opened_again_is_said_to_be_charged_in_part(client, boss, order):
    invoice = invoices.issue(order)
    payments.record_offline(order, amount=Decimal(10))
    staging.cancel(order, "No paper", money="kept")
    assert differing(order, boss) is None
    staging.reopen(order)
    assert not has_changed(order, boss)
    price = format_money(invoice.total, "EUR", "en")
    assert f"come to €10.00, but the order costs {price}" in read(client, order)


def test_a_cancelled_order_is_not_said_to_have_changed(boss, order):
    invoices.issue(order)
    payments.settle(order)
    order.discount_percent = Decimal(10)
    publish(order)
    assert has_changed(order, boss)
    staging.cancel(order, "No paper", money="kept")
    assert Invoice.objects.filter(kind="invoice").standing().exists()
    assert not has_changed(order, boss)


def test_an_invoice_over_nothing_stands_until_it_is_taken_back(boss, only_site, order):
    free = order_factory([line_item(unit_price=0)])
    invoice = invoices.issue(free)
    assert offered(free, boss) == (False, False, [invoice.number])
    invoices.credit(invoice, "Not meant")
    assert offered(free, boss) == (True, False, [])


def test_it_is_the_invoice_that_was_meant_that_is_taken_back(client, boss, order):
    deposit, last = invoices.issue_deposit(order), invoices.issue(order)
    for invoice in (last, deposit):
        data = {"invoice": invoice.pk, "reason": "Scratched", "amount": "10", "key": uuid4()}
        client.post(pages.do(order, "credit"), data)
        assert invoice.credit_notes.count() == 1


def test_what_is_left_of_it_is_said_where_it_is_taken_back(client, boss, order):
    invoices.credit(invoices.issue(order), "Scratched", amount=Decimal(10))
    [invoice, _note] = invoicing.context(Order.objects.get(pk=order.pk), boss)["rows"]
    left = Invoice.objects.get(pk=invoice.pk).left_total
    assert Decimal(invoice.left) == left
    assert invoice.shown_left == format_money(left, "EUR", "en")
    assert f"all that is left ({invoice.shown_left})" in read(client, order)


def test_a_deposit_invoice_that_was_taken_back_whole_can_be_issued_again(client, boss, order):
    invoice = invoices.issue_deposit(order)
    assert "Issue the deposit invoice" not in read(client, order)
    invoices.credit(invoice, "Wrong name", boss)
    assert "Issue the deposit invoice" in read(client, order)


def items_offered(document, user):
    found = invoicing.context(Order.objects.get(pk=document.pk), user)
    return [[key for key, _name, _amount in row.items] for row in found["rows"]]


def test_no_item_is_offered_of_what_was_taken_back_whole_or_to_who_may_not(
    boss, staff_of, only_site, order
):
    invoice = invoices.issue(order)
    assert items_offered(order, boss) == [[str(line.key) for line in order.lines]]
    assert items_offered(order, staff_of(only_site, "Portal editors")) == [[]]
    invoices.credit(invoice, "Scratched")
    assert items_offered(order, boss) == [[], []]


def test_ticked_items_are_what_is_taken_back(client, boss, order):
    invoice, key = invoices.issue(order), order.lines[1].key
    data = {"invoice": invoice.pk, "reason": "Scratched", "item": str(key), "key": uuid4()}
    client.post(pages.do(order, "credit"), data)
    note = invoice.credit_notes.get()
    assert (note.total, note.said["figures"]["keys"]) == (-119, [str(key)])
    assert note.issued_by == boss
