"""What is charged or taken back, as plain rows and bands: of an order, its deposit, an invoice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ...models import Invoice, SalesDocument
from ...money import ZERO, format_money, format_number, format_price
from ...shares import charged, less, negative, net_of, share_of, tax_of, worth
from ...statuses import InvoiceKind
from ...totals import DocumentTotals, TaxBand
from ..presentation.money import sums_before_total
from .shapes import Adjustment, Draft, Row


def of_order(order: SalesDocument, deposits: Sequence[Invoice]) -> Draft:
    """All that is counted, less what ``deposits`` charge, and what was paid back and is not owed
    again: a credit note for that is needed only where an invoice is out already."""
    totals = order.totals
    sums = sums_before_total(totals)
    bands: tuple[TaxBand, ...] = totals.bands
    taken, adjustments = ZERO, _adjustments(totals)
    if deposits or order.taken_off:
        sums.append(("order", _("Order total"), totals.total))
    for deposit in deposits:
        left = deposit.left
        bands = less(bands, left)
        taken += worth(left)
        label = _("Less deposit invoice %(number)s") % {"number": deposit.number}
        sums.append(("deposit", label, -worth(left)))
        adjustments += [Adjustment("deposit", label, band) for band in negative(left)]
    off = share_of(bands, order.taken_off, totals.currency)
    if worth(off) > 0:
        label = _("Taken off the price")
        bands = less(bands, off)
        sums.append(("taken_off", label, -worth(off)))
        adjustments += [Adjustment("discount", label, band) for band in negative(off)]
    return Draft(
        kind=InvoiceKind.INVOICE,
        rows=_rows_of_items(order),
        bands=bands,
        rounding=totals.rounding,
        sums=sums,
        paid=max(ZERO, order.paid - taken),
        order_total=totals.total,
        adjustments=adjustments,
        deposits=deposits,
    )


def _adjustments(totals: DocumentTotals) -> list[Adjustment]:
    found = [Adjustment("discount", _("Discount"), band) for band in negative(totals.discounts)]
    if totals.shipping_band is not None:
        found.append(Adjustment("shipping", _("Shipping"), totals.shipping_band))
    return found


def of_deposit(order: SalesDocument) -> Draft:
    """Less what of it was paid back and is not owed again."""
    totals = order.totals
    amount = max(ZERO, totals.deposit - order.taken_off)
    bands = share_of(totals.bands, amount, totals.currency)
    name = _("Deposit for order %(number)s") % {"number": order.number}
    return Draft(
        kind=InvoiceKind.DEPOSIT,
        rows=_rows_of(bands, name),
        bands=bands,
        sums=_tax_of(bands),
        paid=min(order.paid, amount),
    )


def of_credit(
    invoice: Invoice,
    reason: str,
    bands: tuple[TaxBand, ...],
    rounding: Decimal,
    items: Sequence[dict[str, Any]] = (),
) -> Draft:
    """``bands`` and ``rounding`` are what is taken back, above zero; ``items`` are those of the
    invoice that are taken back by name."""
    names = ", ".join(item["name"] for item in items)
    taken = negative([band for band in bands if band.net or band.tax] or bands[:1])
    name = _("Credit for invoice %(number)s") % {"number": invoice.number}
    sums = _tax_of(taken)
    if rounding:
        sums.append(("rounding", _("Rounding"), -rounding))
    return Draft(
        kind=InvoiceKind.CREDIT_NOTE,
        rows=_rows_of(taken, name, names),
        bands=taken,
        rounding=-rounding,
        sums=sums,
        refers_to=invoice,
        reason=reason,
        keys=[item["key"] for item in items],
    )


def counted(order: SalesDocument) -> list[tuple[Any, Any]]:
    """The items that make the total, each with its sums: no option that nobody chose, and nothing
    that was only ever declined."""
    declined = set(order.standing.never_wanted_keys)
    return [
        (item, line)
        for item, line in zip(order.lines, order.totals.lines, strict=True)
        if item.key in order.counted_keys - declined
    ]


def _tax_of(bands: Sequence[TaxBand]) -> list[tuple[str, str, Decimal]]:
    tax = tax_of(bands)
    return [("subtotal", _("Subtotal"), net_of(bands)), ("tax", _("Tax"), tax)] if tax else []


def _rows_of(bands: Sequence[TaxBand], name: str, description: str = "") -> list[Row]:
    """One row for each tax, without it."""
    return [
        Row(
            name=name,
            description=description,
            quantity="1",
            amount=band.net,
            rate=band.rate,
            category=band.category,
            net=band.net,
            tax=band.tax,
        )
        for band in bands
    ]


def _rows_of_items(order: SalesDocument) -> list[Row]:
    items, totals = counted(order), order.totals
    own = [TaxBand(item.tax_rate, item.tax_category, sums.net, sums.tax) for item, sums in items]
    bands = charged(own, totals.discounts, totals.currency)
    return [_row_of(order, *item, band) for item, band in zip(items, bands, strict=True)]


def _row_of(order: SalesDocument, item: Any, sums: Any, band: TaxBand) -> Row:
    language, currency = order.language, order.totals.currency
    return Row(
        name=item.name,
        key=str(item.key),
        charged=band,
        description=item.description,
        quantity=format_number(item.quantity, language),
        unit=item.unit,
        unit_price=format_price(item.unit_price, currency, language),
        discount=format_money(-sums.discount, currency, language) if sums.discount else "",
        amount=sums.amount,
        rate=item.tax_rate,
        category=item.tax_category,
        net=sums.net,
        tax=sums.tax,
        count=item.quantity,
        price=None if item.price_includes_tax else item.unit_price,
        taken_off=sums.discount,
    )
