"""The rows of the bookkeeping exports: one of each payment, or one of each order. Numbers stay
numbers; what went back is negative."""

from collections import OrderedDict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .. import days
from ..models import LedgerEntry, Order
from ..money import ZERO, round_money
from ..shares import share_of, tax_of
from .money_rows import label_of

OF_PAYMENTS = {
    "day": _("Date"),
    "document": _("Document"),
    "customer": _("Customer"),
    "company": _("Company"),
    "kind": _("Kind"),
    "method": _("Method"),
    "reference": _("Reference"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "fee": _("Fee"),
    "net": _("Less the fee"),
    "tax": _("Tax in it"),
    "rates": _("Tax by rate"),
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
}


class Taxes:
    """Tax of orders by rate; the last order's are kept, because its payments follow each other."""

    def __init__(self) -> None:
        self._of: tuple[int, Any] | None = None

    def totals(self, document: Any) -> Any:
        if self._of is None or self._of[0] != document.pk:
            self._of = (document.pk, document.totals)
        return self._of[1]

    def of_order(self, document: Any) -> dict[str, Any]:
        totals = self.totals(document)
        return {"tax": totals.tax, "rates": _written([(b.rate, b.tax) for b in totals.bands])}

    def of_payment(self, entry: LedgerEntry) -> dict[str, Any]:
        """The payment's share of the order's taxes."""
        totals = self.totals(entry.document)
        if not totals.total:
            return {"tax": ZERO, "rates": ""}
        amount = round_money(entry.amount, entry.currency)
        bands = share_of(totals.bands, amount, entry.currency)
        return {"tax": tax_of(bands), "rates": _written([(b.rate, b.tax) for b in bands])}


def of_payment(entry: LedgerEntry, taxes: Taxes) -> OrderedDict[str, Any]:
    fee = None if entry.fee is None else round_money(entry.fee, entry.currency)
    amount = round_money(entry.amount, entry.currency)
    values = {
        "day": days.local(entry.occurred_at).date(),
        **_of_document(entry.document),
        "kind": str(label_of(entry, entry.about.kind if entry.about else None)),
        "method": entry.method,
        "reference": entry.reference,
        "amount": amount,
        "currency": entry.currency,
        "fee": "" if fee is None else fee,
        "net": amount if fee is None else amount - fee,
        **taxes.of_payment(entry),
    }
    return OrderedDict((name, values[name]) for name in OF_PAYMENTS)


def of_order(order: Order, taxes: Taxes) -> OrderedDict[str, Any]:
    currency = order.currency or "EUR"
    totals = taxes.totals(order)
    values = {
        "day": days.local(order.first_published_at).date(),
        **_of_document(order),
        "net": totals.total - totals.tax,
        "total": totals.total,
        **taxes.of_order(order),
        "paid": round_money(order.listed_paid, currency),
        "balance": round_money(order.listed_balance, currency),
        "currency": currency,
    }
    return OrderedDict((name, values[name]) for name in OF_ORDERS)


def _of_document(document: Any) -> dict[str, str]:
    customer = document.customer
    return {
        "document": document.number or "",
        "customer": customer.name if customer else "",
        "company": customer.company if customer else "",
    }


def _written(parts: list[tuple[Decimal, Decimal]]) -> str:
    """``19 %: 19.00; 7 %: 0.70``, the same in every language, for a program to read."""
    return "; ".join(f"{rate.normalize():f} %: {tax}" for rate, tax in parts)
