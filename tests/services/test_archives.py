"""Formal invoices are files for archives: PDF/A-3b, whatever stands on them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from portal_plugin.gateways import pdf
from portal_plugin.models import PortalSettings
from portal_plugin.services import invoices, paper, pdfs
from tests.archiving import pdf_of, problems_of
from tests.einvoicing import SHOP
from tests.factories import customer_factory, line_item, order_factory, site_factory
from tests.samples import pdf_with_script, png

# What is drawn is the same on every database.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("sqlite"),
    pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing()),
]


@pytest.fixture
def site():
    site = site_factory(**SHOP, qr_code="page", footer="See https://northline.example/terms")
    PortalSettings.objects.get(site=site).logo.save("logo.png", ContentFile(png()))
    return site


def order(site, **values):
    values = {"items": [line_item(1), line_item(2, tax_rate=Decimal(7))], "site": site} | values
    plan = [{"percent": "30", "on": "", "days": None}, {"percent": "", "on": "", "days": 30}]
    return order_factory(instalments=plan, **values)


def stored(invoice):
    pdfs.drain()
    return pdf_of(invoice)


def test_an_einvoice_and_its_credit_note(site):
    invoice = invoices.issue(order(site))
    assert problems_of(stored(invoice)) == []
    assert problems_of(stored(invoices.credit(invoice, "Scratched"))) == []


def test_what_it_says_of_itself_is_found_without_a_reader(site):
    data = stored(invoices.issue(order(site)))
    assert b"<x:xmpmeta" in data
    assert b"factur-x.xml" in data


def test_a_plain_invoice(site):
    PortalSettings.objects.filter(site=site).update(sends_einvoices=False)
    assert problems_of(stored(invoices.issue(order(site)))) == []


def test_in_letters_of_other_scripts(site):
    customer = customer_factory(site, name="شركة الوادي", address="عمّان", country="JO")
    items = [line_item(name="لافتة вывеска", tax_rate=0, tax_category="G")]
    made = order(site, items=items, customer=customer, language="ar", delivery_on=date(2026, 12, 1))
    assert problems_of(stored(invoices.issue(made))) == []


def test_what_is_no_file_for_archives_is_told(site):
    """An order's own PDF is made for readers and not for archives."""
    sheet = paper.sheet(order(site))
    found = " ".join(problems_of(pdf.render(sheet.html, files=sheet.files)))
    assert "6.6.4: says its part" in found
    assert "6.2.3: one output intent" in found


def test_a_file_that_does_something_by_itself_is_told():
    found = " ".join(problems_of(pdf_with_script()))
    assert "6.5.1" in found
    assert "6.8" in found
