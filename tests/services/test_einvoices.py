"""Formal invoices that carry themselves for machines: Factur-X in the profile EN 16931."""

from datetime import date
from decimal import Decimal

import pytest

from portal_plugin.services import invoice_paper, invoices
from portal_plugin.services.invoices import cii
from tests.einvoicing import Read, change, site
from tests.factories import customer_factory, line_item, order_factory

from .test_invoices import pay

__all__ = ["site"]
# What is drawn and stored is the same on every database.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
D = Decimal


def issued(site, items=1, **values):
    return Read(invoices.issue(order_factory(items, site=site, **values)))


def test_it_names_both_sides_their_references_and_the_account(site):
    change(site, bank_details="IBAN DE02 1203 0000 0000 2020 51, BIC BYLADEM1001")
    customer = customer_factory(
        site,
        name="Ana Roth",
        company="Roth & Söhne",
        address="Am Markt 1\n1010 Wien",
        country="AT",
        tax_number="ATU12345678",
        payment_days=14,
        pays_by="transfer",
    )
    order = order_factory(
        1,
        site=site,
        customer=customer,
        buyer_reference="04011000-12345-03",
        purchase_order_number="PO-77",
    )
    invoice = invoices.issue(order)
    read = Read(invoice)
    assert read.text("ExchangedDocument/ID") == invoice.number
    assert read.text("ExchangedDocument/TypeCode") == "380"
    assert read.text("GuidelineSpecifiedDocumentContextParameter/ID") == cii.GUIDELINE
    assert read.text("BuyerReference") == "04011000-12345-03"
    assert read.text("BuyerOrderReferencedDocument/IssuerAssignedID") == "PO-77"
    assert read.text("SellerTradeParty/Name") == "Northline Signs"
    assert read.text("SellerTradeParty/SpecifiedTaxRegistration/ID") == "DE123456789"
    assert read.text("SellerTradeParty/PostalTradeAddress/CountryID") == "DE"
    assert read.text("BuyerTradeParty/Name") == "Roth & Söhne"
    assert read.text("BuyerTradeParty/PostalTradeAddress/LineTwo") == "1010 Wien"
    assert read.text("BuyerTradeParty/PostalTradeAddress/CountryID") == "AT"
    assert read.text("BuyerTradeParty/SpecifiedTaxRegistration/ID") == "ATU12345678"
    assert read.text("SpecifiedTradeSettlementPaymentMeans/TypeCode") == "58"
    assert read.text("IBANID") == "DE02120300000000202051"
    assert read.text("BICID") == "BYLADEM1001"
    assert read.text("PaymentReference") == invoice.number
    due = date.fromordinal(invoice.issued_on.toordinal() + 14)
    assert read.text("DueDateDateTime/DateTimeString") == due.strftime("%Y%m%d")


def test_a_tax_number_that_is_none_for_vat_is_said_to_be_one(site):
    change(site, tax_number="12/345/67890")
    read = issued(site)
    registration = read.tree.find(".//SellerTradeParty/SpecifiedTaxRegistration/ID")
    assert (registration.get("schemeID"), registration.text) == ("FC", "12/345/67890")
    assert read.text("SellerTradeParty/ID") == "12/345/67890"


def test_a_customer_without_a_country_is_at_home(site):
    assert issued(site).text("BuyerTradeParty/PostalTradeAddress/CountryID") == "DE"


def test_prices_discounts_and_shipping_stand_as_they_are_charged(site):
    items = [line_item(1, discount_amount=D(5)), line_item(2, tax_rate=D(7), unit="m²")]
    read = issued(
        site,
        items,
        discount_percent=D(10),
        shipping_amount=D("9.90"),
        shipping_tax_rate=D(19),
    )
    line = "IncludedSupplyChainTradeLineItem//"
    assert read.amounts(line + "NetPriceProductTradePrice/ChargeAmount") == [50, 50]
    assert read.amounts(line + "LineTotalAmount") == [95, 100]
    assert read.amounts(line + "ActualAmount") == [5]
    units = [found.get("unitCode") for found in read.tree.findall(".//BilledQuantity")]
    assert units == ["C62", "MTK"]
    header = "ApplicableHeaderTradeSettlement/SpecifiedTradeAllowanceCharge/"
    assert sorted(read.amounts(header + "ActualAmount")) == [D("9.50"), D("9.90"), D("10.00")]
    assert set(read.all(header + "Reason")) == {"Discount", "Shipping"}
    assert read.amount("AllowanceTotalAmount") == D("19.50")
    assert read.amount("ChargeTotalAmount") == D("9.90")


def test_a_price_with_tax_is_said_without(site):
    items = [line_item(quantity=D(3), unit_price=D("11.90"), price_includes_tax=True)]
    read = issued(site, items)
    assert read.amount("NetPriceProductTradePrice/ChargeAmount") == 10
    assert read.amounts("TaxBasisTotalAmount") == [30]


def test_a_price_below_zero_is_a_quantity_below_zero(site):
    items = [line_item(1), line_item(2, quantity=1, unit_price=D(-20))]
    read = issued(site, items)
    assert read.amounts("ChargeAmount") == [50, 20]
    assert read.amounts("BilledQuantity") == [2, -1]


def test_a_discount_on_a_price_below_zero_is_a_charge_with_a_reason(site):
    """The code of a discount is none of a charge."""
    items = [line_item(1), line_item(2, quantity=1, unit_price=D(-20), discount_percent=D(10))]
    read = issued(site, items)
    charge = "SpecifiedLineTradeSettlement/SpecifiedTradeAllowanceCharge/"
    assert read.all(charge + "ChargeIndicator/Indicator") == ["true"]
    assert read.amounts(charge + "ActualAmount") == [2]
    assert (read.all(charge + "ReasonCode"), read.all(charge + "Reason")) == ([], ["Discount"])


def test_what_was_paid_and_rounded_leads_to_what_is_due(site):
    items = [line_item(unit_price=D("10.02"), quantity=1)]
    order = order_factory(items, site=site, currency="CHF", rounding_unit=D("0.05"))
    pay(order, 5)
    read = Read(invoices.issue(order))
    assert read.amount("GrandTotalAmount") == D("11.92")
    assert read.amount("RoundingAmount") == D("-0.02")
    assert read.amount("TotalPrepaidAmount") == 5
    assert read.amount("DuePayableAmount") == D("6.90")
    assert read.text("SpecifiedTradeSettlementPaymentMeans/TypeCode") == "30"


def test_a_deposit_is_an_invoice_of_its_own_that_the_last_one_names(site):
    items = [line_item(1), line_item(2, tax_rate=D(7))]
    order = order_factory(items, site=site, deposit_percent=D(50))
    deposit = invoices.issue_deposit(order)
    assert Read(deposit).text("ExchangedDocument/TypeCode") == "386"
    read = Read(invoices.issue(order))
    assert read.text("InvoiceReferencedDocument/IssuerAssignedID") == deposit.number
    assert read.amount("AllowanceTotalAmount") == 100
    assert f"Less deposit invoice {deposit.number}" in read.all("Reason")
    assert read.amount("DuePayableAmount") == 113


def test_a_credit_note_names_what_it_takes_back(site):
    invoice = invoices.issue(order_factory(items=2, site=site))
    read = Read(invoices.credit(invoice, "Scratched", amount=D("11.90")))
    assert read.text("ExchangedDocument/TypeCode") == "381"
    assert read.text("IncludedNote/Content") == "Scratched"
    assert read.text("InvoiceReferencedDocument/IssuerAssignedID") == invoice.number
    day = invoice.issued_on.strftime("%Y%m%d")
    assert read.text("InvoiceReferencedDocument//DateTimeString") == day
    assert (read.amount("GrandTotalAmount"), read.amount("DuePayableAmount")) == (
        D("11.90"),
        D("11.90"),
    )


def test_an_invoice_over_nothing_can_be_taken_back(site):
    invoice = invoices.issue(order_factory([line_item(unit_price=D(0))], site=site))
    assert Read(invoices.credit(invoice, "Wrong address")).amount("GrandTotalAmount") == 0


@pytest.mark.parametrize(
    ("kind", "code", "note"),
    [
        ("AE", "VATEX-EU-AE", "Reverse charge"),
        ("K", "VATEX-EU-IC", "another EU country"),
        ("G", "VATEX-EU-G", "export"),
        ("O", "VATEX-EU-O", "Outside the scope"),
        ("E", None, "Exempt"),
    ],
)
def test_why_there_is_no_tax_stands_in_it_and_on_paper(site, kind, code, note):
    customer = customer_factory(
        site, country="AT", tax_number="ATU12345678", address="Am Markt 1\n1010 Wien"
    )
    items = [line_item(tax_rate=0, tax_category=kind)]
    order = order_factory(items, site=site, customer=customer, delivery_on=date(2026, 12, 1))
    invoice = invoices.issue(order)
    read = Read(invoice)
    band = "ApplicableHeaderTradeSettlement/ApplicableTradeTax/"
    assert read.all(band + "ExemptionReasonCode") == ([code] if code else [])
    assert note in read.text(band + "ExemptionReason")
    assert note in invoice_paper.page(invoice)
    is_outside = kind == "O"
    assert bool(read.all("RateApplicablePercent")) is not is_outside
    vat = [found for found in read.tree.iter("ID") if found.get("schemeID") == "VA"]
    assert len(vat) == (0 if is_outside else 2)
    assert bool(read.all("ShipToTradeParty")) is (kind == "K")


def test_what_xml_cannot_write_is_left_out(site):
    read = issued(site, [line_item(name="Sign\x0b & <frame>")])
    assert read.text("SpecifiedTradeProduct/Name") == "Sign & <frame>"


@pytest.mark.parametrize("before", ["", "\x0b"])
def test_a_stroke_through_a_bracket_takes_no_tag_away(site, before):
    """U+0338 makes one letter of itself and of a ``>`` before it, once the XML is stored in NFC."""
    read = issued(site, [line_item(name=f"{before}\u0338Sign", description="\u0338")])
    assert read.text("SpecifiedTradeProduct/Name") == "\u0338Sign"
