"""The rows of the bookkeeping exports: one of each payment, each order, or each formal invoice.
Numbers stay numbers; what went back is negative."""

from collections import OrderedDict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .. import days
from ..models import Invoice, LedgerEntry, Order, reading_ahead
from ..models.items import TaxCategory
from ..money import ZERO, round_money
from ..shares import share_between, tax_of, worth
from ..totals import DocumentTotals
from .money_rows import label_of

OF_PAYMENTS = {
    "day": _("Date"),
    "document": _("Document"),
    "customer": _("Customer"),
    "company": _("Company"),
    "kind": _("Kind"),
    "method": pgettext_lazy("of a payment", "Method"),
    "reference": _("Reference"),
    "amount": _("Amount"),
    "surcharge": _("Of it, fee paid by the customer"),
    "currency": _("Currency"),
    "fee": _("Fee"),
    "net": _("Less the fee"),
    "tax": _("Tax in it"),
    "rates": _("Tax by rate"),
    "forgiven": _("Not owed any more"),
}
OF_ORDERS = {
    "day": _("Date"),
    "document": _("Document"),
    "customer": _("Customer"),
    "company": _("Company"),
    "net": _("Without tax"),
    "tax": _("Tax"),
    "total": _("Total"),
    "rates": _("Tax by rate"),
    "paid": _("Paid"),
    "balance": _("Balance"),
    "currency": _("Currency"),
    "taken_off": _("Taken off the price"),
    "cancelled": pgettext_lazy("document", "Cancelled"),
}
OF_INVOICES = {
    "day": _("Date"),
    "number": pgettext_lazy("of a document", "Number"),
    "kind": _("Kind"),
    "document": _("Document"),
    "customer": _("Customer"),
    "company": _("Company"),
    "country": _("Country"),
    "tax_number": _("Tax number"),
    "net": _("Without tax"),
    "tax": _("Tax"),
    "rounding": _("Rounding"),
    "total": _("Total"),
    "nets": _("Without tax by rate"),
    "rates": _("Tax by rate"),
    "due": _("Payable by"),
    "takes_back": _("Takes back"),
    "currency": _("Currency"),
}


def read_ahead(rows: list[Any]) -> None:
    """What the totals of a few rows need, of one at least. Payments of one order then share it, and
    its totals."""
    if isinstance(rows[0], Invoice):
        return
    if not isinstance(rows[0], LedgerEntry):
        reading_ahead.for_totals(rows)
        return
    documents = {entry.document_id: entry.document for entry in rows}
    for entry in rows:
        entry.document = documents[entry.document_id]
    reading_ahead.for_totals(list(documents.values()))
    before = LedgerEntry.objects.filter(document__in=documents).paid_before()
    for entry in rows:
        entry.__dict__["before"] = before[entry.pk]


def of_payment(entry: LedgerEntry) -> OrderedDict[str, Any]:
    fee = None if entry.fee is None else round_money(entry.fee, entry.currency)
    amount = round_money(entry.amount, entry.currency)
    values = {
        "day": days.local(entry.occurred_at).date(),
        **_of_document(entry.document),
        "kind": str(label_of(entry, entry.about.kind if entry.about else None)),
        "method": entry.method,
        "reference": entry.reference,
        "amount": amount,
        "surcharge": round_money(entry.surcharge, entry.currency) if entry.surcharge else "",
        "currency": entry.currency,
        "fee": "" if fee is None else fee,
        "net": amount if fee is None else amount - fee,
        **_taxes_of_payment(entry),
        "forgiven": round_money(entry.forgiven, entry.currency) if entry.forgiven else "",
    }
    return OrderedDict((name, values[name]) for name in OF_PAYMENTS)


def of_order(order: Order) -> OrderedDict[str, Any]:
    """What was cancelled is there with what it would have come to, and the day of that: its number
    is given, and its invoice void."""
    currency = order.priced_in
    totals = order.totals
    values = {
        "day": days.local(order.first_published_at).date(),
        **_of_document(order),
        "net": totals.total - totals.tax,
        "total": totals.total,
        "tax": totals.tax,
        "rates": _written(totals.bands, currency),
        "paid": round_money(order.listed_paid, currency),
        "balance": round_money(order.listed_balance, currency),
        "currency": currency,
        "taken_off": round_money(order.listed_taken_off, currency) or "",
        "cancelled": days.local(order.cancelled_at).date() if order.cancelled_at else "",
    }
    return OrderedDict((name, values[name]) for name in OF_ORDERS)


def of_invoice(invoice: Invoice) -> OrderedDict[str, Any]:
    """As it was issued: the customer, too, is who it was written to."""
    buyer = invoice.said["buyer"]
    values = {
        "day": invoice.issued_on,
        "number": invoice.number,
        "kind": str(invoice.get_kind_display()),
        "document": invoice.said["order"],
        **{name: buyer.get(name, "") for name in ("company", "country", "tax_number")},
        "customer": buyer.get("name", ""),
        **{
            name: round_money(getattr(invoice, name), invoice.currency)
            for name in ("net", "tax", "rounding", "total")
        },
        "nets": _written(invoice.bands, invoice.currency, "net"),
        "rates": _written(invoice.bands, invoice.currency),
        "due": invoice.due_on or "",
        "takes_back": invoice.refers_to.number if invoice.refers_to else "",
        "currency": invoice.currency,
    }
    return OrderedDict((name, values[name]) for name in OF_INVOICES)


def _of_document(document: Any) -> dict[str, str]:
    customer = document.customer
    return {
        "document": document.number or "",
        "customer": customer.name if customer else "",
        "company": customer.company if customer else "",
    }


def _taxes_of_payment(entry: LedgerEntry) -> dict[str, Any]:
    """The payment's share of the order's taxes; the fee of a way of paying has none here. Those of
    an order that is paid are together the order's, in however many parts it was paid."""
    totals = entry.document.totals
    if not totals.total:
        return {"tax": ZERO, "rates": ""}
    before = _taxed(entry.__dict__["before"], totals)
    after = _taxed(entry.__dict__["before"] + entry.for_order, totals)
    bands = share_between(totals.bands, before, after, entry.currency)
    return {"tax": tax_of(bands), "rates": _written(bands, entry.currency)}


def _taxed(paid: Decimal, totals: DocumentTotals) -> Decimal:
    """What of it is net and tax: in the whole total there may be coins that are neither."""
    paid = round_money(paid, totals.currency)
    return worth(totals.bands) if paid == totals.total else paid


def _written(bands: Iterable[Any], currency: str, name: str = "tax") -> str:
    """``19 %: 19.00; 7 %: 0.70``, the same in every language, for a program to read. What is not
    taxed has the code of why: ``0 % AE: 50.00``."""
    amounts = ((band, round_money(getattr(band, name), currency)) for band in bands)
    return "; ".join(f"{_rate_of(band)}: {amount}" for band, amount in amounts)


def _rate_of(band: Any) -> str:
    code = "" if band.category == TaxCategory.STANDARD else f" {band.category}"
    return f"{band.rate.normalize():f} %{code}"
