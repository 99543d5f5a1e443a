"""Invoices on the order's page."""

import pytest
from django.urls import reverse

from portal_plugin.gateways import pdf as gateway
from portal_plugin.services import invoices, pdfs
from tests.factories import order_factory, site_factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return order_factory(items=1, site=site_factory(invoicing="staff"))


def page_of(client, document):
    url = reverse("portal_plugin:document", args=[document.public_id])
    return client.get(url).content.decode()


def url_of(invoice, document):
    return reverse("portal_plugin:invoice", args=[document.public_id, invoice.public_id])


def test_the_page_lists_it_as_soon_as_it_is_issued(client, enter, order):
    enter(order)
    before = page_of(client, order)
    assert "PDF Order confirmation" in before
    assert "PDF Invoice" not in before
    invoice = invoices.issue(order)
    assert invoice.number in page_of(client, order)


def test_it_can_be_read_before_its_pdf_is_made_and_is_the_pdf_then(
    client, enter, order, monkeypatch
):
    monkeypatch.setattr(gateway, "render", lambda html, **options: b"%PDF-1")
    enter(order)
    invoice = invoices.issue(order)
    url = url_of(invoice, order)
    assert invoice.number in client.get(url).content.decode()
    pdfs.drain()
    response = client.get(url, {"download": "1"})
    assert response["Content-Type"] == "application/pdf"
    assert f"{invoice.number}.pdf" in response["Content-Disposition"]
    assert b"".join(response.streaming_content) == b"%PDF-1"


def test_the_invoice_of_another_order_is_unknown(client, enter, order):
    enter(order)
    other = order_factory(items=1, site=order.site)
    invoice = invoices.issue(other)
    assert client.get(url_of(invoice, order)).status_code == 404
