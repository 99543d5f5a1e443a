"""What an invoice says: all of its words and amounts as plain data, in the document's language.

``view`` and ``paper`` are what the templates of PDFs are given; ``figures``, ``seller`` and
``buyer`` are the same for machines.
"""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ...banking import bic_in, iban_in
from ...models import SalesDocument
from ...models.amounts import Planned
from ...models.shop import PageSize
from ...money import ZERO, format_money, format_percent
from ...statuses import InvoiceKind, PaysBy
from .. import qr_codes
from ..presentation import DocumentView
from ..presentation.plan import left_row, left_sentence
from ..presentation.taxes import notes_of
from .shapes import Draft, Row


def content_of(draft: Draft, view: DocumentView, number: str, day: date) -> dict[str, Any]:
    """Call with the document's language active."""
    document = view.document
    return {
        "kind": str(draft.kind),
        "number": number,
        "issued_on": day.isoformat(),
        "order": document.number or "",
        "currency": view.currency,
        "refers_to": draft.refers_to.number if draft.refers_to else "",
        "reason": draft.reason,
        "figures": _figures(draft),
        "seller": _seller(view),
        "buyer": _buyer(document),
        "payment": _payment(draft, view, day),
        "delivery_on": view.delivery_on.isoformat() if view.delivery_on else "",
        "view": _view(draft, view, number),
        "paper": _paper(draft, view, day) | _qr(draft, view, number),
    }


def _qr(draft: Draft, view: DocumentView, number: str) -> dict[str, Any]:
    """For all that is left, or for the instalment that is next."""
    parts = _instalments(draft, view.document)
    amount = parts[0].left if parts else draft.left
    code = qr_codes.of_payment(view.document, view.shop.settings, amount, number)
    return {"qr": asdict(code)} if code else {}


def _figures(draft: Draft) -> dict[str, Any]:
    return {
        "net": draft.net,
        "tax": draft.tax,
        "rounding": draft.rounding,
        "total": draft.total,
        "paid": draft.paid,
        "order_total": draft.order_total,
        **({"keys": list(draft.keys)} if draft.keys else {}),
        "bands": [
            {"rate": band.rate, "category": band.category, "net": band.net, "tax": band.tax}
            for band in draft.bands
        ],
        "adjustments": [
            {
                "kind": each.kind,
                "label": each.label,
                "rate": each.band.rate,
                "category": each.band.category,
                "net": each.band.net,
            }
            for each in draft.adjustments
        ],
        "references": [
            {"number": each.number, "issued_on": each.issued_on.isoformat()}
            for each in ([draft.refers_to] if draft.refers_to else draft.deposits)
        ],
        "rows": [_row_figures(row) for row in draft.rows],
    }


def _row_figures(row: Row) -> dict[str, Any]:
    figures = {
        "name": row.name,
        "quantity": row.quantity,
        "unit": row.unit,
        "rate": row.rate,
        "category": row.category,
        "net": row.net,
        "tax": row.tax,
        "count": row.count,
        "taken_off": row.taken_off,
        "price": row.price,
    }
    if row.charged is not None:
        figures |= {"key": row.key, "charged": {"net": row.charged.net, "tax": row.charged.tax}}
    return figures


def _seller(view: DocumentView) -> dict[str, str]:
    shop = view.shop
    return {
        "name": shop.name,
        "address": shop.address,
        "tax_number": shop.tax_number,
        "country": shop.settings.country,
        "phone": shop.phone,
        "email": shop.email,
    }


def _payment(draft: Draft, view: DocumentView, day: date) -> dict[str, str]:
    """Until when and to which account; nothing for a credit note. ``terms`` where there is more
    than one day."""
    if draft.kind == InvoiceKind.CREDIT_NOTE:
        return {}
    due, parts = _due_on(draft, view, day), _instalments(draft, view.document)
    bank = view.shop.bank_details
    return {
        "due_on": due.isoformat() if due else "",
        **({"terms": left_sentence(parts, partial(_money, view=view))} if len(parts) > 1 else {}),
        "iban": iban_in(bank),
        "bic": bic_in(bank),
    }


def _instalments(draft: Draft, document: SalesDocument) -> list[Planned]:
    """In which the invoice is to be paid; none without a plan, and where all of it is paid."""
    if draft.kind != InvoiceKind.INVOICE:
        return []
    return [part for part in document.planned_after(draft.covered) if part.left]


def _due_on(draft: Draft, view: DocumentView, day: date) -> date | None:
    """That of the instalment, where it is the last. Else counted from the invoice; ``None`` for
    whoever pays at once, or in several parts."""
    document = view.document
    if parts := _instalments(draft, document):
        return parts[0].on if len(parts) == 1 else None
    lasting = document.effective_payment_days
    if not lasting or draft.left <= 0 or document.effective_pays_by == PaysBy.ONLINE:
        return None
    return day + timedelta(days=lasting)


def _buyer(document: SalesDocument) -> dict[str, str]:
    customer = document.customer
    if customer is None:
        return {}
    names = ("name", "company", "address", "tax_number", "country", "email")
    buyer = {name: getattr(customer, name) for name in names}
    return buyer | {
        "order_number": document.purchase_order_number,
        "reference": document.buyer_reference,
    }


def _view(draft: Draft, view: DocumentView, number: str) -> dict[str, Any]:
    shop, document = view.shop, view.document
    is_invoice = draft.kind == InvoiceKind.INVOICE
    return {
        "language": view.language,
        "direction": view.direction,
        "number": number,
        "title": view.title,
        "customer_lines": view.customer_lines,
        "totals": [
            {"kind": kind, "label": label, "amount": _money(amount, view)}
            for kind, label, amount in _sums(draft)
        ],
        **_plan(draft, view),
        "tax_notes": notes_of(draft.bands),
        "payments": [],
        "terms": None,
        "document": {
            "introduction": "",
            "closing": "",
            "delivery_text": document.delivery_text if is_invoice else "",
        },
        "shop": {
            "name": shop.name,
            "logo_file": shop.logo_file.name if shop.logo_file else "",
            "logo_url": shop.logo_url,
            "brand_colour": shop.brand_colour,
            "address_lines": shop.address_lines,
            "phone": shop.phone,
            "email": shop.email,
            "tax_number": shop.tax_number,
            "footer": shop.footer,
            "bank_details": shop.bank_details,
        },
    }


def _plan(draft: Draft, view: DocumentView) -> dict[str, Any]:
    """Rows for ``pdf/plan.html``, where it is paid in several parts."""
    parts = _instalments(draft, view.document)
    if len(parts) < 2:
        return {}
    count, show = len(view.document.plan), partial(_money, view=view)
    return {"plan": [left_row(part, count, show) for part in parts]}


def _sums(draft: Draft) -> list[tuple[str, str, Decimal]]:
    """On a paper with rows of several taxes the tax stands between the rows and the total."""
    rows = list(draft.sums)
    rows.append(("total", _("Total"), draft.total))
    if draft.paid:
        rows.append(("paid", _("Paid"), draft.paid))
        rows.append(("balance", _("Balance due"), max(ZERO, draft.left)))
    return rows


def _paper(draft: Draft, view: DocumentView, day: date) -> dict[str, Any]:
    return {
        "heading": str(draft.kind.label),
        "mark": "",
        "mark_note": draft.reason,
        "facts": [{"label": label, "value": value} for label, value in _facts(draft, view, day)],
        "items": [
            {
                "view": {
                    "name": row.name,
                    "description": row.description,
                    "quantity": row.quantity,
                    "unit": row.unit,
                    "unit_price": row.unit_price,
                    "discount": row.discount,
                    "amount": _money(row.amount, view),
                    "proofs": [],
                },
                "tax": format_percent(row.rate, view.language),
                "left_out": "",
            }
            for row in draft.rows
        ],
        "taxes": [
            {
                "rate": format_percent(band.rate, view.language),
                "net": _money(band.net, view),
                "tax": _money(band.tax, view),
            }
            for band in draft.bands
            if draft.tax
        ],
        "page_size": PageSize(view.shop.page_size).value,
        "has_long_terms": False,
        "shows_bank_details": bool(view.shop.bank_details and draft.left > 0),
        "made_on": day.isoformat(),
    }


def _facts(draft: Draft, view: DocumentView, day: date) -> list[tuple[str, str]]:
    document = view.document
    refers_to, due = draft.refers_to, _due_on(draft, view, day)
    rows = [
        (_("Date"), date_format(day)),
        (_("Takes back"), refers_to.number if refers_to else ""),
        (pgettext("document", "Order"), document.number or ""),
        (_("Your order number"), document.purchase_order_number),
        (_("Your reference"), document.buyer_reference),
        (_("Delivery"), date_format(view.delivery_on) if view.delivery_on else ""),
        (_("Payable by"), date_format(due) if due else ""),
        (_("Your tax number"), view.customer_tax_number),
    ]
    return [(label, value) for label, value in rows if value]


def _money(amount: Decimal, view: DocumentView) -> str:
    return format_money(amount, view.currency, view.language)
