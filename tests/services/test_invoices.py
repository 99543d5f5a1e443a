"""Formal invoices: numbered without gaps, frozen, and issued when the shop says so."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from django.utils import timezone, translation

from portal_plugin import days
from portal_plugin.exceptions import EvidenceIsKept, NotAvailable
from portal_plugin.gateways import pdf as gateway
from portal_plugin.models import (
    Invoice,
    Order,
    OutgoingEmail,
    PortalSettings,
    RenderedPdf,
    SalesDocument,
)
from portal_plugin.services import (
    invoice_paper,
    invoices,
    listing,
    mail_attachments,
    numbering,
    paper,
    payments,
    pdfs,
    staging,
    terms,
)
from portal_plugin.services.presentation import document_view
from portal_plugin.statuses import WorkState
from tests.archiving import pdf_of
from tests.factories import (
    customer_factory,
    fresh,
    line_item,
    link_factory,
    order_factory,
    publish,
    site_factory,
    user_factory,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def site():
    return site_factory(invoicing="staff")


def pay(order, amount):
    payments.record_offline(fresh(order), amount=D(amount), method="Cash", user=user_factory())
    return fresh(order)


def words(invoice):
    return invoice_paper.page(invoice)


def test_an_order_gets_one_invoice_with_a_number_of_its_own(site):
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order, user_factory())
    assert invoice.number == f"I-{invoice.issued_on.year}-0001"
    assert (invoice.net, invoice.tax, invoice.total) == (100, 19, 119)
    with pytest.raises(NotAvailable):
        invoices.issue(order)
    assert Invoice.objects.count() == 1


def test_a_refusal_takes_no_number(site):
    draft = order_factory(items=1, site=site, published=False)
    with pytest.raises(NotAvailable):
        invoices.issue(draft)
    order = order_factory(items=1, site=site)
    assert invoices.issue(order).number.endswith("-0001")


def test_a_shop_with_simple_invoices_issues_none():
    with pytest.raises(NotAvailable):
        invoices.issue(order_factory(items=1))


def test_the_orders_own_pdf_is_a_confirmation_then(site):
    order = order_factory(items=1, site=site)
    assert paper.name(order) == f"Order confirmation {order.number}"
    assert "Order confirmation" in paper.page(document_view(order))


def test_it_stays_one_where_the_shop_stops_to_issue_invoices(site):
    """Whoever has two invoices owes the tax of both."""
    invoiced, other = (order_factory(items=1, site=site) for _one in range(2))
    invoice = invoices.issue(invoiced)
    PortalSettings.objects.filter(site=site).update(invoicing="")
    assert paper.name(fresh(invoiced)) == f"Order confirmation {invoiced.number}"
    assert document_view(fresh(invoiced)).kind_label == "Order confirmation"
    assert document_view(fresh(invoiced)).pdf_label == "PDF Order confirmation"
    assert document_view(fresh(other)).kind_label == "Invoice"
    invoices.credit(invoice, "Wrong address")
    assert paper.name(fresh(invoiced)) == f"Invoice {invoiced.number}"
    assert document_view(fresh(invoiced)).kind_label == "Invoice"


def test_what_was_issued_stays_as_it_was(site, monkeypatch):
    monkeypatch.setattr(gateway, "render", lambda html, **options: html.encode())
    order = order_factory(items=1, site=site)
    invoice = invoices.issue(order)
    before = words(invoice)
    pdfs.drain()
    row = RenderedPdf.objects.get(invoice=invoice)
    stored = pdf_of(invoice)
    assert before.encode() == stored
    PortalSettings.objects.filter(site=site).update(shop_name="Another name", address="Elsewhere")
    order.customer.name = "Somebody else"
    order.customer.save()
    order = pay(order, 119)
    order.line_items.all()[0].name = "Other"
    publish(order)
    pdfs.drain()
    fresh = Invoice.objects.get()
    assert words(fresh) == before
    assert pdf_of(fresh) == stored
    assert row.state == WorkState.READY


def test_what_was_paid_by_then_stands_on_it(site):
    order = pay(order_factory(items=1, site=site), 20)
    invoice = invoices.issue(order)
    assert all(amount in words(invoice) for amount in ("€20.00", "€99.00"))
    assert invoice.total == 119


def paid_of(invoice):
    return D(invoice.said["figures"]["paid"])


@pytest.mark.parametrize(
    ("amount", "of_deposit", "of_last"),
    [("0", "0", "0"), ("10", "10", "0"), ("59.50", "59.50", "0"), ("80", "59.50", "20.50")],
)
def test_what_was_paid_is_of_the_deposit_first_and_then_of_the_last(
    site, amount, of_deposit, of_last
):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    if D(amount):
        order = pay(order, amount)
    assert paid_of(invoices.issue_deposit(order)) == D(of_deposit)
    assert paid_of(invoices.issue(order)) == D(of_last)


def test_what_the_order_came_to_stands_where_a_deposit_is_taken_off_it(site):
    plain = invoices.issue(order_factory(items=1, site=site))
    assert "Order total" not in words(plain)
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    invoices.issue_deposit(order)
    assert "Order total" in words(invoices.issue(order))


def test_the_deposit_has_its_own_invoice_and_is_taken_off_the_last(site):
    items = [line_item(1), line_item(2, tax_rate=D(7))]
    order = order_factory(items, site=site, deposit_percent=D(50))
    deposit = invoices.issue_deposit(order)
    assert deposit.total == order.totals.deposit == D("113.00")
    with pytest.raises(NotAvailable):
        invoices.issue_deposit(order)
    last = invoices.issue(order)
    assert last.total == order.totals.total - deposit.total
    assert last.tax + deposit.tax == order.totals.tax
    assert f"Less deposit invoice {deposit.number}" in words(last)


def test_a_deposit_that_was_taken_back_is_charged_again(site):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    invoices.credit(invoices.issue_deposit(order), "Wrong address")
    assert invoices.issue(order).total == order.totals.total


def test_one_over_the_deposit_is_issued_anew_after_it_was_taken_back(site):
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    invoices.credit(invoices.issue_deposit(order), "Wrong address")
    assert invoices.issue_deposit(order).total == D("59.50")


def test_no_invoice_is_below_zero_where_the_deposit_was_over_more(site):
    order = order_factory(items=2, site=site, deposit_percent=D(90))
    invoices.issue_deposit(order, user_factory())
    order.line_items = order.lines[:1]
    order = publish(order)
    with pytest.raises(NotAvailable, match="deposit invoice is over more"):
        invoices.issue(order, user_factory())
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    ("when", "kinds"), [("ordered", ["invoice"]), ("completed", ["deposit"]), ("staff", [])]
)
def test_the_portal_issues_when_the_shop_says_so(when, kinds):
    site = site_factory(invoicing=when)
    order = order_factory(items=1, site=site, deposit_percent=D(50))
    assert [row.kind for row in order.invoices.all()] == kinds
    publish(order)
    assert order.invoices.count() == len(kinds)


def test_a_completed_order_gets_its_invoice_once():
    site = site_factory(invoicing="completed")
    order = order_factory(items=1, site=site)
    staging.complete(order)
    staging.reopen(order)
    staging.complete(order)
    assert [row.kind for row in order.invoices.all()] == ["invoice"]


def test_a_completed_order_waits_for_staff_where_they_issue(site):
    order = order_factory(items=1, site=site)
    staging.complete(order)
    assert not order.invoices.exists()


def test_the_customer_gets_it_by_email_with_the_pdf(site, monkeypatch):
    monkeypatch.setattr(gateway, "render", lambda html, **options: b"%PDF" + html.encode())
    order = order_factory(items=1, site=site)
    link_factory(order)
    invoice = invoices.issue(order)
    email = OutgoingEmail.objects.get(kind="news_invoice")
    assert invoice.number in str(email.facts)
    assert mail_attachments.is_pending(email)
    pdfs.drain()
    assert not mail_attachments.is_pending(email)
    [attached] = mail_attachments.of(email)
    assert attached.name == f"Invoice {invoice.number}.pdf"


def test_what_has_an_invoice_is_kept(site):
    order = order_factory(items=1, site=site)
    invoices.issue(order)
    with pytest.raises(EvidenceIsKept):
        fresh(order).unpublish()


@pytest.mark.skipif(bool(gateway.what_is_missing()), reason=gateway.what_is_missing())
def test_its_pdf_is_made_for_archives(site):
    invoice = invoices.issue(order_factory(items=1, site=site))
    pdfs.drain()
    stored = pdf_of(invoice)
    root = pypdf.PdfReader(BytesIO(stored)).trailer["/Root"]
    said = root["/Metadata"].get_data()
    assert b"pdfaid:part>3<" in said or b'pdfaid:part="3"' in said
    assert "/StructTreeRoot" in root
    sheet = invoice_paper.sheet(invoice)
    again = gateway.render(
        sheet.html, files=sheet.files, identifier=sheet.input_hash, is_for_archives=True
    )
    assert again == stored


def test_an_order_is_overdue_by_the_day_on_its_invoice_and_not_before(site):
    order = order_factory(1, site=site, payment_days=14, pays_by="transfer")
    out = timezone.now() - timedelta(days=20)
    SalesDocument.objects.filter(pk=order.pk).update(first_published_at=out)
    listing.refresh(order)
    assert list(Order.objects.payment_overdue()) == [order]
    invoice = invoices.issue(order)
    assert fresh(order).listed_due_on == invoice.due_on == days.today() + timedelta(days=14)
    assert not Order.objects.payment_overdue()
    SalesDocument.objects.filter(pk=order.pk).update(payment_days=30)
    listing.refresh(order)
    assert fresh(order).listed_due_on == invoice.due_on
    SalesDocument.objects.filter(pk=order.pk).update(payment_days=14)
    invoices.credit(invoice, "Wrong address")
    assert list(Order.objects.payment_overdue()) == [order]


def test_in_german_too_it_names_the_order_and_tells_nobody_to_make_one(site):
    terms.add(site, "de", "order", "Wir drucken, was Sie freigeben.")
    order = order_factory(items=1, site=site, language="de")
    page = words(invoices.issue(order, user_factory()))
    assert "Auftrag</th>" in page
    assert "Auftrag anlegen" not in page


def test_it_is_written_in_the_language_of_the_order_whatever_staff_read(site):
    order = order_factory(1, site=site, language="en", deposit_percent=D(50))
    with translation.override("de"):
        deposit = invoices.issue_deposit(order)
        last = invoices.issue(fresh(order))
        note = invoices.credit(last, "Wrong address")
    [charged], [back] = (row.said["figures"]["rows"] for row in (deposit, note))
    assert charged["name"] == f"Deposit for order {order.number}"
    assert back["name"] == f"Credit for invoice {last.number}"
    assert f"Less deposit invoice {deposit.number}" in words(last)


def test_who_issued_it_and_its_paper_are_kept_from_the_start(site):
    user = user_factory()
    order = order_factory(1, site=site)
    invoice = invoices.issue(order, user)
    assert invoice.issued_by == order.activities.get(verb="invoice").staff == user
    assert invoice.pdf.state == WorkState.WAITING
    assert invoice.pdf.first_shown_at is not None
    kept = json.loads(order.activities.get(verb="invoice").data)
    assert (kept["number"], D(kept["total"])) == (invoice.number, invoice.total)
    assert (kept["digest"], kept["reason"], kept["key"]) == (invoice.digest, "", "")


@pytest.mark.parametrize(
    ("shop", "said"),
    [({}, ("", "A4")), ({"logo": "logos/a.png", "page_size": "Letter"}, ("logos/a.png", "Letter"))],
)
def test_its_paper_is_the_shops(site, shop, said):
    words = {"tax_number": "DE1", "footer": "Open daily", "bank_details": "IBAN DE02", "phone": "1"}
    PortalSettings.objects.filter(site=site).update(**shop, **words)
    found = invoices.issue(order_factory(items=1, site=site)).said
    drawn = found["view"]["shop"]
    assert (drawn["logo_file"], found["paper"]["page_size"]) == said
    assert {name: drawn[name] for name in words} == words


def test_what_the_customer_files_it_by_stands_on_it(site):
    values = {"purchase_order_number": "PO-7", "buyer_reference": "Desk 4"}
    customer = customer_factory(site, tax_number="ATU12345678")
    order = order_factory(1, site=site, customer=customer, delivery_on=date(2026, 12, 1), **values)
    deposit = order_factory(1, site=site, deposit_percent=D(50))
    facts = [
        {row["label"]: row["value"] for row in invoice.said["paper"]["facts"]}
        for invoice in (invoices.issue(order), invoices.issue_deposit(deposit))
    ]
    names = ("Order", "Your order number", "Your reference", "Delivery", "Your tax number")
    said = [order.number, "PO-7", "Desk 4", "Dec. 1, 2026", "ATU12345678"]
    assert [facts[0][name] for name in names] == said
    assert not {*names[1:], "Takes back", "Payable by"} & facts[1].keys()


def test_how_it_is_delivered_stands_on_the_invoice_alone(site):
    order = order_factory(1, site=site, deposit_percent=D(50), delivery_text="By courier")
    deposit, last = invoices.issue_deposit(order), invoices.issue(order)
    note = invoices.credit(last, "Wrong address")
    said = [row.said["view"]["document"]["delivery_text"] for row in (deposit, last, note)]
    assert said == ["", "By courier", ""]


def test_what_was_written_for_the_order_stands_on_no_invoice(site):
    terms.add(site, "en", "order", "We print what you approve.")
    texts = {"introduction": "Dear Kim,", "closing": "We are glad to make it."}
    order = pay(order_factory(1, site=site, **texts), "10.00")
    invoice = invoices.issue(order)
    page, paper = words(invoice), invoice.said["paper"]
    for text in (*texts.values(), "We print what you approve.", "Cash"):
        assert text not in page
    assert (paper["mark"], paper["has_long_terms"]) == ("", False)
    assert [row["left_out"] for row in paper["items"]] == [""]


def test_number_and_day_are_of_one_year_where_midnight_passes_at_the_counter(site, monkeypatch):
    order, today = order_factory(items=1, site=site), [date(2026, 12, 31)]
    lock_counter = numbering.locked_sequence

    def waited(*args):
        today[0] = date(2027, 1, 1)
        return lock_counter(*args)

    monkeypatch.setattr(days, "today", lambda: today[0])
    monkeypatch.setattr(numbering, "locked_sequence", waited)
    invoice = invoices.issue(order)
    assert (invoice.number, invoice.issued_on) == ("I-2026-0001", date(2026, 12, 31))
