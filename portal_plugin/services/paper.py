"""A document as it goes on paper: the HTML of its PDF, what the HTML refers to, and their hash."""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.storage import Storage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import days
from ..gateways import logos
from ..gateways.facturx import EInvoice
from ..models import PortalSettings, SalesDocument
from ..models.shop import PageSize
from ..models.storage import troubles
from ..money import ZERO, format_money, format_percent
from ..statuses import DocumentState, ItemState, PaysBy
from . import qr_codes
from .presentation import DocumentView, document_view
from .presentation.document import is_its_invoice, kind_word
from .presentation.items import ItemView
from .presentation.shop import document_language

logger = logging.getLogger(__name__)

STATIC = Path(__file__).resolve().parent.parent / "static" / "portal_plugin"
#: What is linked, and what that imports.
STYLES = (
    "css/print.css",
    "css/print_fonts.css",
    "css/print_sheet.css",
    "css/print_items.css",
    "css/print_below.css",
    "css/print_screen.css",
)
LOGO = "logo.png"
QR_CLASS = "portal-paper-qr"

#: Terms longer than this start on a page of their own, in two columns.
LONG_TERMS = 900


@dataclass(frozen=True)
class Fact:
    """One line beside the address: ``Date`` and its value."""

    label: str
    value: str


@dataclass(frozen=True)
class TaxRow:
    rate: str
    net: str
    tax: str


@dataclass(frozen=True)
class PaperItem:
    """``left_out`` says why an item is not in the sums; empty for one that is."""

    view: ItemView
    tax: str
    left_out: str


@dataclass(frozen=True)
class Paper:
    """What the templates in ``portal_plugin/pdf/`` are given, beside ``view``."""

    heading: str
    mark: str
    mark_note: str
    facts: list[Fact]
    items: list[PaperItem]
    taxes: list[TaxRow]
    page_size: str
    has_long_terms: bool
    shows_bank_details: bool
    made_on: str
    qr: qr_codes.Code | None = None


@dataclass(frozen=True)
class Sheet:
    """One input of the renderer. ``input_hash`` is over everything that the PDF shows."""

    html: str
    files: Mapping[str, Path | bytes]
    input_hash: str
    einvoice: EInvoice | None = None


def sheet(document: SalesDocument, *, with_files: bool = True) -> Sheet:
    """The document's PDF of now, before it is drawn. Without files it can only be compared."""
    with days.shops_clock():
        view = document_view(document)
        html = page(view)
    logo = view.shop.logo_file
    styles = [style.read_bytes() for style in style_sheets().values()]
    shown = [html.encode(), *styles, (logo.name if logo else "").encode()]
    return Sheet(
        html=html,
        files=files(logo) if with_files else {},
        input_hash=hashlib.sha256(b"\0".join(shown)).hexdigest(),
    )


def page(view: DocumentView, template: str = "portal_plugin/pdf/document.html", **more: Any) -> str:
    """The document's HTML in its own language, for the PDF or, by another template, a browser."""
    with translation.override(view.language):
        said = paper(view)
        context = {"view": view, "paper": said, "qr_code": qr_codes.drawn(said.qr, QR_CLASS)}
        return render_to_string(template, {**context, **more})


def paper(view: DocumentView) -> Paper:
    """Call with the document's language active."""
    mark, note = _mark(view)
    return Paper(
        heading=view.kind_label,
        mark=mark,
        mark_note=note,
        facts=_facts(view),
        items=_items(view),
        taxes=_taxes(view),
        page_size=PageSize(view.shop.page_size).value,
        has_long_terms=view.terms is not None and len(view.terms.text) > LONG_TERMS,
        shows_bank_details=bool(
            view.shop.bank_details and view.has_balance and view.state != DocumentState.CANCELLED
        ),
        made_on=view.issued_on.isoformat() if view.issued_on else "",
        qr=_qr(view),
    )


def _qr(view: DocumentView) -> qr_codes.Code | None:
    """For what Pay Now would ask for, and only where it would."""
    document, shop = view.document, view.shop.settings
    is_payable = view.has_balance and view.state != DocumentState.CANCELLED
    if not is_payable or document.standing.is_raised:
        return None
    return qr_codes.of_payment(document, shop, document.amount_due, view.number)


def name(document: SalesDocument) -> str:
    """``Estimate E-2026-0012``, in the document's language."""
    with translation.override(document_language(document.language)):
        settings = PortalSettings.of(document.site)
        is_invoice = document.is_order and is_its_invoice(document, settings)
        kind = kind_word(document, is_invoice=is_invoice)
        if not document.number:
            return kind
        return _("%(kind)s %(number)s") % {"kind": kind, "number": document.number}


def file_name(document: SalesDocument) -> str:
    """``Estimate E-2026-0012.pdf``"""
    return as_file_name(name(document))


def as_file_name(words: str) -> str:
    """Without what file systems refuse."""
    kept = (c for c in words if c not in '\\/:*?"<>|' and c.isprintable())
    return "".join(kept) + ".pdf"


def style_sheets() -> dict[str, Path]:
    """Address in a PDF to the site's own ``portal_plugin/css/print….css`` where it has one, else to
    ours."""
    return {
        address: Path(finders.find(f"portal_plugin/{address}") or STATIC / address)
        for address in STYLES
    }


def files(logo: Any) -> dict[str, Path | bytes]:
    """What the HTML of a PDF refers to. ``logo`` is a stored file, or nothing."""
    found: dict[str, Path | bytes] = {**style_sheets()}
    found |= {f"fonts/{font.name}": font for font in (STATIC / "fonts").glob("*.woff2")}
    drawn = _logo(logo.storage, logo.name) if logo else None
    if drawn:
        found[LOGO] = drawn
    return found


def _logo(storage: Storage, address: str) -> bytes | None:
    try:
        return _drawn_logo(storage, address)
    except troubles():
        logger.exception("The logo %s cannot be read: a PDF is without it", address)
        return None


@lru_cache(maxsize=16)
def _drawn_logo(storage: Storage, address: str) -> bytes | None:
    """A new logo has a new name, so that a name stands for its bytes. Raises what a storage does
    that is away: its next answer is another."""
    with storage.open(address) as file:
        return logos.as_png(BytesIO(file.read()))


def _mark(view: DocumentView) -> tuple[str, str]:
    """The word across the page, and the sentence that explains it."""
    if view.state == DocumentState.CANCELLED:
        word = _("VOID") if view.document.is_order else _("CANCELLED")
        return word, view.why_cancelled
    if view.state == DocumentState.EXPIRED and view.valid_until:
        day = date_format(view.valid_until)
        return _("EXPIRED"), _("This estimate expired on %(date)s.") % {"date": day}
    if view.state == DocumentState.DECLINED and view.document.standing.ends_by_declining:
        return _("DECLINED"), ""
    return "", ""


def _facts(view: DocumentView) -> list[Fact]:
    document = view.document
    rows = [
        (_("Date"), _day(view.issued_on)),
        (_("Valid until"), _day(view.valid_until)),
        (_("Please answer by"), _approve_by(view)),
        (_("Your order number"), document.purchase_order_number),
        (_("Your reference"), document.buyer_reference),
        (_("Delivery"), _day(view.delivery_on)),
        (_("Payment"), _payment_days(view)),
        (_("Your tax number"), view.customer_tax_number),
    ]
    return [Fact(label, value) for label, value in rows if value]


def _approve_by(view: DocumentView) -> str:
    """Only while something waits: afterwards it is nobody's business any more."""
    return "" if view.is_over or not view.waiting_items else _day(view.document.approve_by)


def _day(day: date | None) -> str:
    return date_format(day) if day else ""


def _payment_days(view: DocumentView) -> str:
    """How long a customer who pays by transfer or on account has; nothing for whoever pays now."""
    document = view.document
    days = document.payment_days
    if days is None and document.customer:
        days = document.customer.payment_days
    if not days or document.effective_pays_by == PaysBy.ONLINE:
        return ""
    return ngettext("within %(count)d day", "within %(count)d days", days) % {"count": days}


def _items(view: DocumentView) -> list[PaperItem]:
    lines = {line.key: line for line in view.document.lines}
    items = []
    for item in view.items:
        line = lines[item.key]
        left_out = ""
        if line.key not in view.document.counted_keys:
            left_out = _("Alternative, not included")
            if not line.alternative_group:
                left_out = _("Optional, not included")
        elif view.document.is_order and item.state == ItemState.DECLINED:
            left_out = _("Declined, not included")
        tax = format_percent(line.tax_rate or ZERO, view.language)
        items.append(PaperItem(item, tax, left_out))
    return items


def _taxes(view: DocumentView) -> list[TaxRow]:
    """One row per rate; none for a document without any tax."""
    totals = view.document.totals
    if not totals.tax:
        return []
    return [
        TaxRow(
            rate=format_percent(band.rate, view.language),
            net=format_money(band.net, view.currency, view.language),
            tax=format_money(band.tax, view.currency, view.language),
        )
        for band in totals.bands
    ]
