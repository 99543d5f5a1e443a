"""What stands on a document's PDF, read back from the finished file."""

import datetime
import hashlib
import re
from decimal import Decimal
from io import BytesIO

import pypdf
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from portal_plugin.gateways import pdf
from portal_plugin.models import Estimate, LedgerEntry, PortalSettings, SalesDocument
from portal_plugin.services import paper, terms
from portal_plugin.services.presentation import document_view
from tests.factories import (
    customer_factory,
    estimate_factory,
    fresh,
    line_item,
    order_factory,
    site_factory,
)

# What is drawn is the same on every database.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.only_on("sqlite"),
    pytest.mark.skipif(bool(pdf.what_is_missing()), reason=pdf.what_is_missing()),
]


def drawn(document):
    sheet = paper.sheet(document)
    return pypdf.PdfReader(BytesIO(pdf.render(sheet.html, files=sheet.files)))


def text_of(reader):
    text = "\n".join(page.extract_text() for page in reader.pages)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def plain(text):
    return text.replace("\xa0", " ").replace("\u202f", " ")


def pay(document, amount):
    LedgerEntry.objects.create(
        document=document,
        kind="payment",
        amount=Decimal(amount),
        currency=document.currency,
        method="Visa 4242",
        occurred_at=timezone.now(),
    )
    return fresh(document)


def set_shop(document, **values):
    PortalSettings.objects.filter(site=document.site).update(**values)
    return fresh(document)


# -- What it says -------------------------------------------------------------------------------


def test_an_estimate_is_headed_estimate_and_an_order_invoice():
    estimate, order = estimate_factory(items=1), order_factory(items=1)
    assert f"Estimate {estimate.number}" in text_of(drawn(estimate))
    assert f"Invoice {order.number}" in text_of(drawn(order))


def test_every_amount_is_the_one_on_the_page():
    order = pay(order_factory(items=3, deposit_percent=Decimal(30)), "100")
    text, view = text_of(drawn(order)), document_view(order)
    amounts = [row.amount for row in view.totals]
    amounts += [value for item in view.items for value in (item.unit_price, item.amount)]
    amounts += [row.amount for row in view.payments]
    assert [amount for amount in amounts if plain(amount) not in text] == []


def test_taxes_are_shown_per_rate():
    items = [line_item(1), line_item(2, tax_rate=Decimal("7"))]
    text = text_of(drawn(order_factory(items=items)))
    assert "7% €100.00 €7.00" in text
    assert "19% €100.00 €19.00" in text


def test_a_document_without_tax_has_no_tax_column():
    html = paper.sheet(order_factory(items=[line_item(tax_rate=Decimal(0))])).html
    assert "Taxable amount" not in html
    assert "portal-paper-column-tax" not in html


def test_a_payment_and_the_balance_follow():
    text = text_of(drawn(pay(order_factory(items=1), "19")))
    assert "Visa 4242 €19.00" in text
    assert "Balance due €100.00" in text


def test_bank_details_stand_there_while_something_is_due():
    order = order_factory(items=1)
    assert "IBAN" in paper.sheet(order).html
    assert "IBAN" not in paper.sheet(pay(order, "119")).html


def test_a_cancelled_order_is_marked_void_with_the_reason():
    order = order_factory(items=1)
    values = {"cancelled_at": timezone.now(), "cancel_reason": "Made twice by mistake"}
    SalesDocument.objects.filter(pk=order.pk).update(**values)
    text = text_of(drawn(fresh(order)))
    assert "VOID" in text
    assert "Made twice by mistake" in text


def test_an_expired_estimate_is_marked():
    text = text_of(drawn(estimate_factory(items=1, valid_until=datetime.date(2020, 1, 31))))
    assert "EXPIRED" in text
    assert "This estimate expired on Jan. 31, 2020." in text


def test_an_item_that_is_not_counted_says_so():
    items = [line_item(1), line_item(2, is_optional=True, is_selected=False)]
    assert "Optional, not included" in text_of(drawn(estimate_factory(items=items)))


def test_nothing_of_a_link_is_in_it():
    order = order_factory(items=1)
    data = paper.sheet(order).html
    assert "/l/" not in data
    assert order.public_id not in data


def test_what_a_person_wrote_is_text_and_never_markup():
    evil = '<img src="http://127.0.0.1/x"><script>1</script>'
    html = paper.sheet(order_factory(items=[line_item(name=evil, description=evil)])).html
    assert "<script>" not in html
    assert "<img src=" not in html


def test_a_draft_that_was_never_saved_can_be_looked_at():
    draft = Estimate(site=site_factory(), customer=customer_factory(), currency="EUR")
    draft.line_items = [line_item(1)]
    html = paper.page(document_view(draft), "portal_plugin/print.html")
    assert "€119.00" in html


# -- How it is laid out -------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "millimetres"), [("A4", (210, 297)), ("Letter", (216, 279))])
def test_the_paper_is_the_shops(size, millimetres):
    order = set_shop(order_factory(items=1), page_size=size)
    box = drawn(order).pages[0].mediabox
    assert (round(box.width / 72 * 25.4), round(box.height / 72 * 25.4)) == millimetres


def test_a_hundred_items_repeat_their_head_on_every_page():
    items = [line_item(n, name=f"Sign number {n}", description="") for n in range(1, 101)]
    reader = drawn(order_factory(items=items))
    pages = [page.extract_text() for page in reader.pages]
    with_items = [page for page in pages if "Sign number" in page]
    assert 4 <= len(pages) <= 7
    assert len(with_items) >= 4
    assert all("Unit price" in page for page in with_items)
    found = re.findall(r"Sign number (\d+) ", "\n".join(pages))
    assert [int(number) for number in found] == list(range(1, 101))


def test_pages_are_counted():
    items = [line_item(n) for n in range(1, 41)]
    reader = drawn(order_factory(items=items))
    for number, page in enumerate(reader.pages, 1):
        assert f"Page {number} of {len(reader.pages)}" in page.extract_text()


def test_long_terms_start_on_a_page_of_their_own():
    order = order_factory(items=1)
    terms.add(order.site, "en", "order", "All of this is agreed. " * 80)
    last = drawn(order).pages[-1].extract_text()
    assert "All of this is agreed." in last
    assert "Sum" not in last
    assert "Unit price" not in last


def test_short_terms_stay_together():
    order = order_factory(items=5)
    terms.add(order.site, order.language, "order", "First.\n" + "Agreed.\n" * 40 + "Last.")
    pages = [page.extract_text() for page in drawn(order).pages]
    (page,) = [text for text in pages if "First." in text]
    assert "Last." in page


# -- Languages ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "currency", "name", "amount"),
    [
        ("en", "USD", "Front sign, 3 × 2 m", "$100.00"),
        ("de", "EUR", "Außenschild für Bäckerei Müßig", "100,00 €"),
        ("de", "JPY", "Schild", "100 ¥"),
        ("en", "KWD", "Sign", "KWD 100.000"),
        ("en", "EUR", "Łódź, Čeština, Ünïcödé, Ελληνικά, Кириллица, Tiếng Việt", "€100.00"),
    ],
)
def test_text_and_amounts_can_be_copied_out(language, currency, name, amount):
    terms.add(site_factory(), language, "order", "Terms")
    items = [line_item(name=name)]
    text = text_of(drawn(order_factory(items=items, language=language, currency=currency)))
    assert " ".join(name.split()) in " ".join(text.split())
    assert amount in text


#: What a reader does not see: soft hyphens, joiners, and what turns the direction.
UNSEEN = re.compile(r"[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufffe\s]")


def looked_at(document):
    """The text as browsers read it, and the boxes of its letters with the width of their page."""
    pdfium = pytest.importorskip("pypdfium2")
    sheet = paper.sheet(document)
    text, boxes = "", []
    for page in pdfium.PdfDocument(pdf.render(sheet.html, files=sheet.files)):
        read = page.get_textpage()
        text += read.get_text_range()
        found = [read.get_charbox(number) for number in range(read.count_chars())]
        boxes += [(left, right, page.get_width()) for left, _bottom, right, _top in found]
    return text, boxes


@pytest.mark.parametrize(
    "name",
    [
        "Donau\xaddampf\xadschiff",
        "Big\u200bsign, no\u2060break",
        "Poster \U0001f600 and \U0001f469\u200d\U0001f4bb",
        "Cafe\u0301 Zoe\u0308",
        "Z\u0335\u0321\u034a\u0301\u0302\u0303algo",
        "\u770b\u677f \u5236\u4f5c",
        "Sign \u2067abc\u2069 end",
        "W" * 255,
        "Donaudampfschifffahrt" * 12,
        "\u5236" * 200,
    ],
)
def test_no_letter_is_lost_or_runs_off_the_page(name):
    text, boxes = looked_at(order_factory([line_item(name=name, description=name)]))
    assert UNSEEN.sub("", text).count(UNSEEN.sub("", name)) == 2
    assert "€119.00" in text
    assert not [(left, right) for left, right, width in boxes if left < 0 or right > width]


@pytest.mark.parametrize("turn", ["\u202e", "\u202d", "\u2067", "\u2068", "\u200f", "\u2066\u202e"])
def test_a_sign_that_turns_the_direction_turns_no_amount(turn):
    """It ends with the words that it was written into."""
    text, _boxes = looked_at(order_factory([line_item(name=f"Sign {turn}abc", description=turn)]))
    assert "€50.00 19% €100.00" in " ".join(text.split())
    assert "Total €119.00" in " ".join(text.split())


def test_arabic_runs_from_the_right_and_can_be_copied_out():
    site = site_factory()
    terms.add(site, "ar", "order", "شروط")
    customer = customer_factory(site, name="ليلى الحسن", phone="+973 1755 0123")
    order = order_factory(
        items=[line_item(name="لوحة محل")], language="ar", currency="BHD", customer=customer
    )
    assert 'dir="rtl"' in paper.sheet(order).html
    text = text_of(drawn(order))
    assert "لوحة" in text
    assert "ليلى" in text
    assert "100.000" in text


def test_digits_run_as_in_a_phone_number_inside_arabic():
    site = site_factory(phone="+49 30 1234567")
    terms.add(site, "ar", "order", "شروط")
    html = paper.sheet(order_factory(items=1, language="ar")).html
    assert '<bdi dir="ltr">+49 30 1234567</bdi>' in html


# -- Its hash -----------------------------------------------------------------------------------


def test_the_hash_stays_while_nothing_changes():
    order = order_factory(items=2)
    assert paper.sheet(order).input_hash == paper.sheet(fresh(order)).input_hash


def test_the_same_document_makes_the_same_file():
    order = order_factory(items=2)
    made = set()
    for _ in range(2):
        sheet = paper.sheet(fresh(order))
        data = pdf.render(sheet.html, files=sheet.files, identifier=sheet.input_hash)
        made.add(hashlib.sha256(data).hexdigest())
    assert len(made) == 1


def test_no_style_sheet_is_missing(caplog):
    """One that is not among the files is an error in the log, and a PDF without its rules."""
    drawn(order_factory(items=1))
    assert "Failed to load" not in caplog.text


def test_the_hash_follows_a_payment_the_shop_and_the_logo():
    order = order_factory(items=1)
    seen = {paper.sheet(order).input_hash}
    seen.add(paper.sheet(pay(order, "10")).input_hash)
    seen.add(paper.sheet(set_shop(order, brand_colour="#aa0000")).input_hash)
    give_logo(order.site, picture())
    seen.add(paper.sheet(fresh(order)).input_hash)
    give_logo(order.site, picture())
    seen.add(paper.sheet(fresh(order)).input_hash)
    assert len(seen) == 5


def test_a_comment_leaves_the_hash_alone():
    order = order_factory(items=1)
    before = paper.sheet(order).input_hash
    SalesDocument.objects.filter(pk=order.pk).update(waiting_for="us", listed_state="x")
    assert paper.sheet(fresh(order)).input_hash == before


# -- Logos --------------------------------------------------------------------------------------


def picture(size=(40, 20)):
    made = BytesIO()
    Image.new("RGB", size, "#0f766e").save(made, "PNG")
    return made.getvalue()


def give_logo(site, data, name="logo.png"):
    row = PortalSettings.of(site)
    row.logo.save(name, ContentFile(data))


def has_picture(order):
    return any(list(page.images) for page in drawn(fresh(order)).pages)


def test_the_logo_is_drawn():
    order = order_factory(items=1)
    give_logo(order.site, picture())
    assert has_picture(order)


def test_a_logo_that_is_no_picture_is_left_out():
    order = order_factory(items=1)
    give_logo(order.site, b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert not has_picture(order)


def test_a_logo_that_unpacks_to_far_too_much_is_left_out():
    order = order_factory(items=1)
    give_logo(order.site, picture((6000, 4000)))
    assert not has_picture(order)


def test_a_logo_that_is_gone_is_left_out():
    order = order_factory(items=1)
    give_logo(order.site, picture())
    row = PortalSettings.of(order.site)
    row.logo.storage.delete(row.logo.name)
    assert not has_picture(order)


def test_each_shop_has_its_own_logo():
    ours, theirs = site_factory(), site_factory("shop-b.localhost")
    give_logo(ours, picture())
    assert has_picture(order_factory(items=1, site=ours))
    assert not has_picture(order_factory(items=1, site=theirs))


def test_the_number_in_an_arabic_name_keeps_its_order():
    order = order_factory(language="ar", number="2026-0001")
    assert "\u200e2026-0001" in paper.name(order)
    assert "\u200e" not in paper.file_name(order)


def test_the_file_is_named_after_the_document():
    estimate = estimate_factory(items=1)
    assert paper.file_name(estimate) == f"Estimate {estimate.number}.pdf"
    estimate.number = 'E/20:26"1'
    assert paper.file_name(estimate) == "Estimate E20261.pdf"
