"""A thousand documents of any kind: page, PDF, email, export and Stripe say one total."""

import html
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
import stripe as package
from django.db import connection
from django.urls import reverse

from portal_plugin.admin import bookkeeping
from portal_plugin.gateways import pdf, stripe
from portal_plugin.models import Order, PortalSettings
from portal_plugin.money import format_money
from portal_plugin.services import invoices, mail_rendering, notifications, paper, payments
from tests.factories import link_factory, site_factory
from tests.inventing import some_document
from tests.paying import ask, standin, take_all

from . import length

__all__ = ["standin"]

pytestmark = [pytest.mark.django_db, length.shortly_on_sqlite]
DOCUMENTS = range(length.of(12, 1000))


def text_of(data):
    """Of a PDF, without the marks that isolate numbers, and with the spaces of money."""
    pages = pypdf.PdfReader(BytesIO(data)).pages
    return squeezed("\n".join(page.extract_text() for page in pages))


def squeezed(text):
    return "".join(letter for letter in text if not letter.isspace() and letter.isprintable())


@pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())
@pytest.mark.parametrize("seed", DOCUMENTS)
def test_everything_that_shows_a_document_shows_one_total(seed, client, enter, standin):
    site = site_factory(invoicing="staff" if seed % 2 else "")
    document = some_document(seed, site=site)
    total = document.totals.total
    shown = format_money(total, document.currency, "en")
    link = enter(document, link_factory(document))
    page = client.get(reverse("portal_plugin:document", args=[document.public_id]))
    assert f"{shown}</bdi>" in html.unescape(page.content.decode())
    sheet = paper.sheet(document)
    assert shown in html.unescape(sheet.html)
    if connection.vendor == "sqlite":  # what is drawn of it is the same on every database
        assert squeezed(shown) in text_of(pdf.render(sheet.html, files=sheet.files))
    email = notifications.shop_acted(document, "version")[0]
    letter = mail_rendering.render(email, url="https://shop.example/portal/l/secret/")
    assert shown in html.unescape(letter.text)
    assert document.current_version.total == total
    if document.is_order:
        of_an_order(document, link, standin)


def of_an_order(order, link, standin):
    total = order.totals.total
    exported = Order.objects.with_paid().get(pk=order.pk)
    assert bookkeeping.value_of(exported, "total") == total
    if order.planned:
        assert sum(part.amount for part in order.planned) == total
    if PortalSettings.of(order.site).has_formal_invoices:
        assert invoices.issue(order).total == total
    if not stripe.can_charge(order.amount_due, order.currency):
        return
    paid = Decimal(0)
    for _time in range(2):  # the deposit or first instalment, and the rest
        due = order.amount_due
        if not due or not stripe.can_charge(due, order.currency):
            return
        started = payments.begin(order, link=link)
        intent = ask(standin).v1.payment_intents.retrieve(started.attempt.payment_intent)
        assert stripe.whole_units(intent.amount, order.currency) == due
        pay(standin, intent.id)
        take_all(standin, "payment_intent.succeeded")
        order = Order.objects.get(pk=order.pk)
        paid += due
        assert order.paid == paid
    assert order.paid == total
    assert not order.balance_due


def pay(standin, intent):
    params = {"payment_method": "pm_card_visa", "return_url": "https://shop.example/"}
    try:
        ask(standin).v1.payment_intents.confirm(intent, params)
    except package.InvalidRequestError as refused:
        raise AssertionError(refused.user_message) from refused
