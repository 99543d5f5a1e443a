"""What an invoice says: all of its words and amounts as plain data, in the document's language.

``view`` and ``paper`` are what the templates of PDFs are given; ``figures``, ``seller`` and
``buyer`` are the same for machines.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ...models import SalesDocument
from ...models.shop import PageSize
from ...money import ZERO, format_money, format_percent
from ...shares import net_of, tax_of, worth
from ...statuses import InvoiceKind
from ...totals import TaxBand
from ..presentation import DocumentView
from ..presentation.taxes import notes_of


@dataclass(frozen=True)
class Row:
    """One line of an invoice. ``amount`` is on the footing of the document's prices. An item of the
    order has its ``key``, and is ``charged`` with its part of the invoice: net and tax less their
    share of the discount on the whole."""

    name: str
    amount: Decimal
    rate: Decimal
    category: str
    net: Decimal
    tax: Decimal
    description: str = ""
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    discount: str = ""
    key: str = ""
    charged: TaxBand | None = None


@dataclass(frozen=True)
class Draft:
    """An invoice before it has a number. ``sums`` are the labelled amounts between the rows and the
    total; ``bands`` and ``rounding`` make the total. ``paid`` is shown where there is any. ``keys``
    are of the items that a credit note takes back."""

    kind: InvoiceKind
    rows: Sequence[Row]
    bands: Sequence[TaxBand]
    rounding: Decimal = ZERO
    sums: Sequence[tuple[str, str, Decimal]] = ()
    paid: Decimal = ZERO
    order_total: Decimal = ZERO
    refers_to: Any = None
    reason: str = ""
    keys: Collection[str] = ()
    facts: list[tuple[str, str]] = field(default_factory=list)

    @property
    def net(self) -> Decimal:
        return net_of(self.bands)

    @property
    def tax(self) -> Decimal:
        return tax_of(self.bands)

    @property
    def total(self) -> Decimal:
        return worth(self.bands) + self.rounding


def content_of(draft: Draft, view: DocumentView, number: str, day: date) -> dict[str, Any]:
    """Call with the document's language active."""
    document, shop = view.document, view.shop
    return {
        "kind": str(draft.kind),
        "number": number,
        "issued_on": day.isoformat(),
        "order": document.number or "",
        "currency": view.currency,
        "refers_to": draft.refers_to.number if draft.refers_to else "",
        "reason": draft.reason,
        "figures": _figures(draft),
        "seller": {"name": shop.name, "address": shop.address, "tax_number": shop.tax_number},
        "buyer": _buyer(document),
        "view": _view(draft, view, number),
        "paper": _paper(draft, view, day),
    }


def _figures(draft: Draft) -> dict[str, Any]:
    return {
        "net": draft.net,
        "tax": draft.tax,
        "rounding": draft.rounding,
        "total": draft.total,
        "paid": draft.paid,
        "order_total": draft.order_total,
        **({"keys": sorted(draft.keys)} if draft.keys else {}),
        "bands": [
            {"rate": band.rate, "category": band.category, "net": band.net, "tax": band.tax}
            for band in draft.bands
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
    }
    if row.charged is not None:
        figures |= {"key": row.key, "charged": {"net": row.charged.net, "tax": row.charged.tax}}
    return figures


def _buyer(document: SalesDocument) -> dict[str, str]:
    customer = document.customer
    if customer is None:
        return {}
    names = ("name", "company", "address", "tax_number", "email")
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


def _sums(draft: Draft) -> list[tuple[str, str, Decimal]]:
    """On a paper with rows of several taxes the tax stands between the rows and the total."""
    rows = list(draft.sums)
    rows.append(("total", _("Total"), draft.total))
    if draft.paid:
        rows.append(("paid", _("Paid"), draft.paid))
        rows.append(("balance", _("Balance due"), max(ZERO, draft.total - draft.paid)))
    return rows


def _paper(draft: Draft, view: DocumentView, day: date) -> dict[str, Any]:
    is_due = draft.total > draft.paid
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
        "shows_bank_details": bool(view.shop.bank_details and is_due),
        "made_on": day.isoformat(),
    }


def _facts(draft: Draft, view: DocumentView, day: date) -> list[tuple[str, str]]:
    document = view.document
    refers_to = draft.refers_to
    rows = [
        (_("Date"), date_format(day)),
        (_("Takes back"), refers_to.number if refers_to else ""),
        (_("Order"), document.number or ""),
        (_("Your order number"), document.purchase_order_number),
        (_("Your reference"), document.buyer_reference),
        (_("Delivery"), date_format(view.delivery_on) if view.delivery_on else ""),
        *draft.facts,
        (_("Your tax number"), view.customer_tax_number),
    ]
    return [(label, value) for label, value in rows if value]


def _money(amount: Decimal, view: DocumentView) -> str:
    return format_money(amount, view.currency, view.language)
