"""Staff say whether what was paid back is owed again: in the form of the refund, and later."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal_plugin.models import LedgerEntry
from portal_plugin.services import invoices, payments, staging
from tests.factories import fresh, link_factory, order_factory, site_factory
from tests.paying import paid, standin

from . import pages
from .test_bookkeeping_report import day, export, order, read
from .test_refunding import ALL, cash, place, post, said

__all__ = ["cash", "standin"]

pytestmark = pytest.mark.django_db
QUESTION = "Does the customer still owe this amount?"


def look(client, entry, **values):
    values = {"how": "outside", "method": "Cash"} | values
    return said(post(client, entry, step="look", **values))


def owing(refund, change):
    return reverse("portal_admin:owed", args=[refund.pk, change])


def change(client, refund, name, **values):
    data = {"reason": "Slip", "key": "7b4ac9a7-9bb5-4a6e-8d5c-0f0a3b8a5b11", "step": "do"}
    return client.post(owing(refund, name), data | values, follow=True)


class TestTheForm:
    def test_it_asks_and_a_price_reduction_is_what_is_proposed(self, client, boss, cash):
        page = client.get(place(cash)).content.decode()
        assert QUESTION in page
        assert page.count('name="owed"') == 2
        checked = [part for part in page.split("<input") if 'name="owed"' in part]
        assert ["checked" in part for part in checked] == [True, False]

    def test_it_does_not_where_nothing_would_be_owed(self, client, boss, cash):
        more = payments.record_offline(cash.document, amount=Decimal(5), method="Till")
        assert QUESTION not in said(client.get(place(more)))
        staging.cancel(cash.document, "Closed", money="refund")
        assert QUESTION not in said(client.get(place(cash)))

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({"owed": "no"}, "The customer is not asked for it again. Nothing of the order is to"),
            ({}, "The customer is not asked for it again."),
            ({"owed": "yes"}, "Then €40.00 of the order is unpaid, and the customer is asked"),
        ],
    )
    def test_the_second_look_says_what_is_asked_for_then(
        self, client, boss, cash, values, sentence
    ):
        page = look(client, cash, **values)
        assert sentence in page
        assert "Cancel the order" not in page

    def test_and_what_is_left_to_pay_and_that_nothing_is_paid(self, client, boss, only_site):
        entry = payments.record_offline(order_factory(items=1), amount=Decimal(50), method="Till")
        assert "€69.00 of the order stays to be paid." in look(client, entry)
        assert "Cancel the order if it is not to be made." in look(client, entry, amount="50")

    def test_an_invoice_that_is_out_is_named(self, client, boss):
        document = order_factory(items=1, site=site_factory(invoicing="staff"))
        invoice = invoices.issue(document)
        entry = payments.record_offline(document, amount=ALL, method="Till")
        sentence = f"Invoice {invoice.number} charges it still: write a credit note"
        assert sentence in look(client, entry)
        assert sentence not in look(client, entry, owed="yes")
        invoices.credit(invoice, "Wrong address")
        assert "charges it still" not in look(client, entry)

    def test_that_of_the_deposit_is_not(self, client, boss):
        """The last one, which charges the rest of the order, is still to come."""
        site = site_factory(invoicing="staff")
        document = order_factory(items=1, deposit_percent=30, site=site)
        invoices.issue_deposit(document)
        entry = payments.record_offline(document, amount=ALL, method="Till")
        page = look(client, entry)
        assert "The customer is not asked for it again." in page
        assert "charges it still" not in page

    @pytest.mark.parametrize(("owed", "due"), [("no", 0), ("yes", 40), ("", 0)])
    def test_it_is_done_as_it_was_said(self, client, boss, cash, owed, due):
        post(client, cash, how="outside", method="Cash", owed=owed)
        assert fresh(cash.document).balance_due == due

    def test_also_through_stripe(self, client, boss, standin):
        entry = paid(standin)
        post(client, entry, owed="yes")
        assert fresh(entry.document).balance_due == 40

    def test_back_keeps_what_was_chosen(self, client, boss, cash):
        page = post(client, cash, how="outside", method="Cash", owed="yes", step="look")
        assert '<input type="hidden" name="owed" value="yes">' in page.content.decode()


class TestLater:
    @pytest.fixture
    def refund(self, cash):
        return payments.refund_outside(cash, amount=Decimal(40), reason="Late", method="Cash")

    def test_the_overview_says_what_holds_and_leads_to_the_other(self, client, boss, refund):
        address = pages.overview(refund.document)
        page = client.get(address)
        assert "€40.00 not owed any more" in said(page)
        assert "Taken off the price €40.00" in said(page)
        assert owing(refund, "owe") in page.content.decode()
        change(client, refund, "owe")
        page = client.get(address)
        assert "€40.00 owed again" in said(page)
        assert "wrote down that a refund is owed again: €40.00" in said(page)
        assert owing(refund, "forgive") in page.content.decode()

    def test_it_asks_before_it_counts(self, client, boss, refund):
        page = said(client.get(owing(refund, "owe")))
        assert "€40.00 of it is not owed any more." in page
        page = said(change(client, refund, "owe", step="look"))
        assert "Ask the customer for €40.00 again?" in page
        assert "Then €40.00 of the order is unpaid" in page
        assert not LedgerEntry.objects.filter(kind="forgiveness").exists()

    def test_it_asks_for_what_was_not_paid_again_meanwhile(self, client, boss, refund):
        payments.record_offline(refund.document, amount=Decimal(30), method="Till")
        page = said(change(client, refund, "owe", step="look"))
        assert "Ask the customer for €10.00 again?" in page

    def test_it_says_that_the_customer_is_told_where_they_are(self, client, boss, refund):
        sentence = "The customer gets an email about it, without the reason."
        assert sentence not in said(change(client, refund, "owe", step="look"))
        link_factory(refund.document)
        assert sentence in said(change(client, refund, "owe", step="look"))
        payments.record_offline(refund.document, amount=Decimal(40), method="Till")
        assert sentence not in said(change(client, refund, "owe", step="look"))

    def test_there_and_back(self, client, boss, refund):
        assert "it is owed again" in said(change(client, refund, "owe"))
        assert fresh(refund.document).balance_due == 40
        key = "7b4ac9a7-9bb5-4a6e-8d5c-0f0a3b8a5b12"
        page = said(change(client, refund, "forgive", step="look", key=key))
        assert "Is €40.00 not owed any more?" in page
        assert "Nothing of the order is to be paid then." in page
        assert "it is not owed any more" in said(change(client, refund, "forgive", key=key))
        assert fresh(refund.document).balance_due == 0

    def test_pressed_twice_it_is_written_down_once(self, client, boss, refund):
        for _time in range(2):
            assert "it is owed again" in said(change(client, refund, "owe"))
        assert LedgerEntry.objects.filter(kind="forgiveness").count() == 1

    def test_of_what_was_paid_all_the_same_nothing_is_asked_for(self, client, boss, refund):
        payments.record_offline(refund.document, amount=Decimal(40), method="Till")
        page = said(change(client, refund, "owe", step="look"))
        assert "Nothing of the order is to be paid then." in page
        assert "is unpaid" not in page
        change(client, refund, "owe")
        assert fresh(refund.document).balance_due == 0

    def test_not_without_a_reason(self, client, boss, refund):
        assert change(client, refund, "owe", reason="").status_code == 400
        assert fresh(refund.document).balance_due == 0

    def test_what_changes_nothing_has_no_page_and_is_refused(self, client, boss, refund):
        assert client.get(owing(refund, "forgive")).status_code == 404
        assert client.get(owing(refund, "dance")).status_code == 404
        assert client.get(owing(refund.about, "owe")).status_code == 404
        page = change(client, refund, "forgive")
        assert "That changes nothing of what is to be paid." in said(page)

    def test_only_with_the_right(self, client, staff_of, only_site, refund):
        staff_of(only_site, "Portal editors")
        assert (
            owing(refund, "owe") not in client.get(pages.overview(refund.document)).content.decode()
        )
        change(client, refund, "owe")
        assert fresh(refund.document).balance_due == 0

    def test_of_what_was_cancelled_nothing_is_said(self, client, boss, refund):
        staging.cancel(refund.document, "Closed", money="refund")
        page = client.get(pages.overview(refund.document))
        assert owing(refund, "owe") not in page.content.decode()
        assert "Taken off the price" not in said(page)


def test_the_exports_have_it_in_a_column(client, boss):
    document = order()
    entry = payments.record_offline(document, amount=ALL, occurred_at=day(3), method="Till")
    gone = {"amount": Decimal(40), "reason": "Late", "occurred_at": day(4)}
    payments.say_owed(
        payments.refund_outside(entry, is_owed_again=True, **gone),
        is_owed_again=False,
        reason="A slip",
    )
    payments.refund_outside(entry, **gone | {"amount": Decimal(9)})
    headings, *rows = read(export(client))
    at = headings.index("Not owed any more")
    assert [row[at] for row in rows] == ["", "", "9.00"]
    headings, row = read(export(client, "orders"))
    found = dict(zip(headings, row, strict=True))
    assert (found["Paid"], found["Taken off the price"]) == ("70.00", "49.00")
    assert found["Balance"] == "0.00"
    staging.cancel(document, "Closed", money="kept")
    headings, row = read(export(client, "orders"))
    assert dict(zip(headings, row, strict=True))["Taken off the price"] == ""
