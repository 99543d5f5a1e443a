"""QR codes beside what is to be paid: a transfer, or the page's address without its key."""

import re
import sys
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
import segno
from django.urls import reverse

from portal_plugin.gateways import pdf
from portal_plugin.models import LinkToken, Order, PortalSettings
from portal_plugin.services import invoice_paper, invoices, on_behalf, paper, qr_codes
from portal_plugin.services.presentation import document_view
from tests.factories import approve, line_item, order_factory, publish, site_factory, user_factory

from .test_invoices import pay

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]
D = Decimal
BANK = "Northline Signs\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001"


@pytest.fixture
def site():
    return site_factory(qr_code="transfer", bank_details=BANK)


def change(site, **values):
    PortalSettings.objects.filter(site=site).update(**values)


def page(order):
    return paper.page(document_view(order))


def code_of(order):
    return paper.paper(document_view(order)).qr


def test_no_shop_has_one_that_did_not_ask(site):
    change(site, qr_code="")
    assert "portal-paper-qr" not in page(order_factory(1, site=site))


def test_a_banking_app_reads_whom_how_much_and_what_for(site):
    order = order_factory(1, site=site)
    assert code_of(order).payload.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "BYLADEM1001",
        "Northline Signs",
        "DE02120300000000202051",
        "EUR119.00",
        "",
        "",
        order.number,
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Schilder " * 20, ("Schilder " * 20)[:70]),
        ("看板" * 35, "看板" * 35),
        ("𝕊" * 70, "𝕊" * 65),
        ("שלטים " * 12, ("שלטים " * 12)[:70]),
    ],
)
def test_names_in_any_letters_fit_the_norm(site, name, shown):
    """EPC069-12: 331 bytes in all, whatever the letters; none is cut apart."""
    change(site, shop_name=name.strip())
    payload = code_of(order_factory(1, site=site)).payload
    assert len(payload.encode()) <= 331
    assert payload.split("\n")[5] == shown.strip()
    assert segno.make_qr(payload, error="m", boost_error=False, encoding="utf-8").version <= 13


def test_a_name_gives_way_to_a_long_reference(site):
    change(site, shop_name="看板" * 35, order_pattern="看板订单" * 8 + "{number}")
    order = order_factory(1, site=site)
    payload = code_of(order).payload
    assert len(payload.encode()) <= 331
    assert payload.split("\n")[-1] == order.number
    assert payload.split("\n")[5] not in ("", "看板" * 35)


def test_a_reference_without_end_leaves_room_for_a_name(site):
    order, shop = order_factory(1, site=site), PortalSettings.objects.get(site=site)
    payload = qr_codes.of_transfer(order, shop, D(5), "看" * 200).payload
    assert len(payload.encode()) <= 331
    assert payload.split("\n")[5] == shop.name


def test_what_is_drawn_is_what_is_said(site):
    """Modules of the picture against those of the payload: no decoder is at hand."""
    order = order_factory(1, site=site)
    wanted = segno.make_qr(code_of(order).payload, error="m", boost_error=False, encoding="utf-8")
    assert wanted.version <= 13
    [drawn] = re.findall(r'<path stroke="#000" d="([^"]+)"', page(order))
    assert dark_modules(drawn) == [
        (x, y)
        for y, row in enumerate(wanted.matrix_iter())
        for x, module in enumerate(row)
        if module
    ]


def dark_modules(path):
    found, x, y = [], 0, Decimal(0)
    for letter, right, down, length in re.findall(r"([Mm])([-\d.]+) ([-\d.]+)h(\d+)", path):
        x, y = (x + int(right), y + D(down)) if letter == "m" else (int(right), D(down))
        found += [(x + step, int(y)) for step in range(int(length))]
        x += int(length)
    return sorted(found, key=lambda place: (place[1], place[0]))


def test_it_asks_for_the_deposit_while_one_is_due_and_then_for_the_rest(site):
    order = order_factory(1, site=site, deposit_percent=D(50))
    assert "EUR59.50" in code_of(order).payload
    assert "EUR59.50" in code_of(pay(order, "59.50")).payload
    assert code_of(pay(order, "59.50")) is None


@pytest.mark.parametrize(
    ("shop", "values"),
    [
        ({"bank_details": "Account 12345678, routing number 021000021"}, {}),
        ({}, {"currency": "CHF"}),
    ],
)
def test_what_no_sepa_transfer_can_pay_has_none(site, shop, values):
    change(site, **shop)
    assert "portal-paper-qr" not in page(order_factory(1, site=site, **values))


def test_it_asks_for_nothing_more_while_the_customer_has_not_agreed_to_it(site):
    order = approve(order_factory(1, site=site))
    assert code_of(order).payload.split("\n")[7] == "EUR119.00"
    order.shipping_amount, order.line_items = D(30), order.lines
    raised = publish(order)
    assert code_of(raised) is None
    on_behalf.confirm_change(raised, "On the phone", user_factory())
    assert code_of(Order.objects.get()).payload.split("\n")[7] == "EUR149.00"


def test_the_address_of_the_page_lets_nobody_in(site, client):
    change(site, qr_code="page")
    order = order_factory(1, site=site)
    payload = code_of(order).payload
    assert payload == f"{site.root_url}{reverse('portal_plugin:document', args=[order.public_id])}"
    assert not LinkToken.objects.exists()
    response = client.get(payload.removeprefix(site.root_url))
    assert response.status_code == 404
    assert order.number not in response.content.decode()


def test_an_invoice_keeps_its_own(site):
    change(site, invoicing="staff")
    order = pay(order_factory(1, site=site), 19)
    invoice = invoices.issue(order)
    payload = invoice.said["paper"]["qr"]["payload"]
    assert "EUR100.00" in payload
    assert payload.endswith(invoice.number)
    before = invoice_paper.page(invoice)
    assert "portal-paper-qr" in before
    change(site, qr_code="", bank_details="Elsewhere")
    assert invoice_paper.page(invoice) == before


def test_a_credit_note_asks_for_nothing(site):
    change(site, invoicing="staff")
    note = invoices.credit(invoices.issue(order_factory(1, site=site)), "Scratched")
    assert "portal-paper-qr" not in invoice_paper.page(note)


@pytest.mark.parametrize("kind", ["transfer", "page"])
def test_without_the_package_there_is_none_and_all_else_works(site, monkeypatch, kind):
    change(site, qr_code=kind)
    order = order_factory(1, site=site)
    code, shop = code_of(order), PortalSettings.objects.get(site=site)
    monkeypatch.setitem(sys.modules, "segno", None)
    html = page(order)
    assert "portal-paper-qr" not in html
    assert "IBAN DE02" in html
    assert code_of(order) is None
    assert qr_codes.of_transfer(order, shop, D(5), "") is None
    assert qr_codes.drawn(code, "portal-paper-qr") == ""


def test_where_nothing_is_to_be_paid_the_page_has_no_address_on_paper(site):
    change(site, qr_code="page")
    order = order_factory(1, site=site)
    assert code_of(order)
    assert code_of(pay(order, 119)) is None


@pytest.mark.parametrize(("amount", "is_drawn"), [("-1", False), ("0", False), ("0.01", True)])
def test_the_page_is_named_for_an_amount_and_for_nothing_else(site, amount, is_drawn):
    change(site, qr_code="page")
    shop, order = PortalSettings.objects.get(site=site), order_factory(1, site=site)
    assert bool(qr_codes.of_payment(order, shop, D(amount), "R1")) is is_drawn


@pytest.mark.parametrize(
    ("amount", "is_drawn"),
    [("0", False), ("0.01", True), ("999999999.99", True), ("1000000000", False)],
)
def test_a_transfer_is_of_an_amount_that_the_norm_knows(site, amount, is_drawn):
    shop, order = PortalSettings.objects.get(site=site), order_factory(1, site=site)
    assert bool(qr_codes.of_transfer(order, shop, D(amount), "R1")) is is_drawn


@pytest.mark.parametrize("kind", ["", "page"])
def test_beside_the_bank_details_it_is_a_transfer_or_nothing(site, kind):
    change(site, qr_code=kind)
    shop, order = PortalSettings.objects.get(site=site), order_factory(1, site=site)
    assert qr_codes.of_transfer(order, shop, D(5), "R1") is None


def test_its_words_cannot_break_out_of_the_picture():
    code = qr_codes.Code("</title><script>", "x")
    assert "<script>" not in qr_codes.drawn(code, "portal-paper-qr")


@pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing())
def test_the_pdf_says_what_the_picture_is(site):
    sheet = paper.sheet(order_factory([line_item()], site=site))
    reader = pypdf.PdfReader(BytesIO(pdf.render(sheet.html, files=sheet.files)))
    tags = [reader.get_object(number) for number in range(1, len(reader.xref_objStm) + 1)]
    figures = [tag for tag in tags if isinstance(tag, dict) and tag.get("/S") == "/Figure"]
    assert [figure["/Alt"] for figure in figures] == ["€119.00 by banking app"]
