"""Sums of a document as pure functions on plain line data.

They take no model, because a preview in the admin has rows that are in no database. Every line is
rounded once, to the currency's digits, half up; everything else is a sum of rounded parts, so that
the parts always add up to the whole.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from . import instalments
from .instalments import Instalment
from .money import HUNDRED, ZERO, round_money, round_to


@dataclass(frozen=True)
class Line:
    """One priced row as plain data. Rates and percentages are per cent: ``Decimal(19)`` is 19 %."""

    quantity: Decimal = Decimal(1)
    unit_price: Decimal = ZERO
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    tax_rate: Decimal = ZERO
    tax_category: str = "S"
    price_includes_tax: bool = False
    is_counted: bool = True


@dataclass(frozen=True)
class LineTotals:
    """``amount`` is what the row shows, net or gross as its price; ``gross`` always has the tax."""

    amount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    discount: Decimal


@dataclass(frozen=True)
class TaxBand:
    """One row of the tax breakdown: a rate and category with its taxable amount and its tax."""

    rate: Decimal
    category: str
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Terms:
    """What holds for the whole document, beside its lines. ``rounding_unit`` is the smallest coin
    that the total is rounded to; 0 rounds nothing. Where there is a ``plan``, it says what is paid
    first, and no deposit does. A deposit is
    ``deposit_least`` or more; where none is asked for, that asks for none."""

    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    shipping: Line | None = None
    deposit_percent: Decimal = ZERO
    deposit_amount: Decimal = ZERO
    deposit_least: Decimal = ZERO
    rounding_unit: Decimal = ZERO
    plan: tuple[Instalment, ...] = ()


@dataclass(frozen=True)
class DocumentTotals:
    """``subtotal``, ``discount`` and ``shipping`` are on one footing: what is shown adds up.

    Where ``includes_tax`` (one of the prices does) they are with tax and make ``total``; else they
    are without, and make ``total`` together with ``tax``. ``rounding`` is what the total has more
    (or less) than ``net`` and ``tax`` so that it can be paid in coins. ``discounts`` is what the
    discount takes off each rate, ``shipping_band`` what the shipping adds to one. ``deposit`` is
    what is payable first: the deposit, or the instalment that is due with the order.
    ``instalments`` are the parts of the total; none without a plan.
    """

    currency: str
    lines: tuple[LineTotals, ...]
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    deposit: Decimal
    includes_tax: bool = False
    bands: tuple[TaxBand, ...] = field(default=())
    rounding: Decimal = ZERO
    instalments: tuple[Decimal, ...] = ()
    discounts: tuple[TaxBand, ...] = ()
    shipping_band: TaxBand | None = None

    @property
    def of_all_lines(self) -> Decimal:
        """With tax, also of those that do not count, before anything is taken off the whole."""
        return sum((line.gross for line in self.lines), ZERO)


def line_totals(line: Line, currency: str) -> LineTotals:
    """Sums of one row. A discount never turns a row negative; a negative price stays negative."""
    listed = round_money(line.quantity * line.unit_price, currency)
    discount = round_money(
        listed * line.discount_percent / HUNDRED + line.discount_amount, currency
    )
    if listed >= 0:
        discount = min(discount, listed)
    amount = listed - discount
    if line.price_includes_tax:
        tax = round_money(amount - amount / (1 + line.tax_rate / HUNDRED), currency)
        return LineTotals(amount, amount - tax, tax, amount, discount)
    tax = round_money(amount * line.tax_rate / HUNDRED, currency)
    return LineTotals(amount, amount, tax, amount + tax, discount)


def document_totals(lines: Iterable[Line], currency: str, terms: Terms = Terms()) -> DocumentTotals:
    """Sums of a document. Its discount is taken off the goods as they are priced, with or without
    tax, and is spread over the tax rates by their share of them."""
    lines = list(lines)
    per_line = tuple(line_totals(line, currency) for line in lines)
    counted = [(line, sums) for line, sums in zip(lines, per_line, strict=True) if line.is_counted]
    includes_tax = any(line.price_includes_tax for line, _ in counted)

    def priced(net: Decimal, tax: Decimal) -> Decimal:
        return net + tax if includes_tax else net

    bands = _bands(counted)
    subtotal = sum((priced(net, tax) for net, tax in bands.values()), ZERO)
    discount = _discount(subtotal, terms, currency)
    goods, bands = bands, _discounted(bands, discount, currency, priced)
    discounts = _taken_off(goods, bands)
    shipping, shipping_band = ZERO, None
    if terms.shipping is not None:
        sums = line_totals(terms.shipping, currency)
        shipping = priced(sums.net, sums.tax)
        key = (terms.shipping.tax_rate, terms.shipping.tax_category)
        net, tax = bands.get(key, (ZERO, ZERO))
        bands[key] = (net + sums.net, tax + sums.tax)
        shipping_band = TaxBand(*key, sums.net, sums.tax)
    net = sum((net for net, _ in bands.values()), ZERO)
    tax = sum((tax for _, tax in bands.values()), ZERO)
    rounding = _rounding(net + tax, terms, currency)
    total = net + tax + rounding
    parts = instalments.amounts(total, terms.plan, currency, terms.rounding_unit)
    return DocumentTotals(
        currency=currency,
        lines=per_line,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        net=net,
        tax=tax,
        total=total,
        deposit=_payable_first(total, terms, parts, currency),
        includes_tax=includes_tax,
        bands=tuple(
            TaxBand(rate, category, net, tax)
            for (rate, category), (net, tax) in sorted(bands.items())
        ),
        rounding=rounding,
        instalments=parts,
        discounts=discounts,
        shipping_band=shipping_band,
    )


def worth_in_total(line: LineTotals, terms: Terms, currency: str) -> Decimal:
    """By how much a row that counts raises the total: to the cent where ``adds_up_by_row``, else
    about, because what is taken off or rounded is a matter of all rows together."""
    return round_money(line.gross * (HUNDRED - terms.discount_percent) / HUNDRED, currency)


def adds_up_by_row(terms: Terms) -> bool:
    return not (terms.discount_percent or terms.discount_amount or terms.rounding_unit)


def _bands(counted):
    bands = defaultdict(lambda: (ZERO, ZERO))
    for line, sums in counted:
        key = (line.tax_rate, line.tax_category)
        net, tax = bands[key]
        bands[key] = (net + sums.net, tax + sums.tax)
    return dict(bands)


def _discount(goods, terms, currency):
    wanted = round_money(goods * terms.discount_percent / HUNDRED + terms.discount_amount, currency)
    return max(ZERO, min(wanted, goods))


def _discounted(bands, discount, currency, priced):
    """Take ``discount`` off the bands by their share; the largest takes what rounding leaves."""
    goods = sum((priced(net, tax) for net, tax in bands.values()), ZERO)
    if not discount or not goods:
        return bands
    left, result = discount, {}
    ordered = sorted(bands.items(), key=lambda band: (priced(*band[1]), band[0]))
    for index, (key, (net, tax)) in enumerate(ordered):
        price = priced(net, tax)
        is_last = index == len(ordered) - 1
        share = left if is_last else round_money(discount * price / goods, currency)
        left -= share
        tax_share = round_money(share * tax / price, currency) if price else ZERO
        net_share = share - priced(ZERO, tax_share)
        result[key] = (net - net_share, tax - tax_share)
    return result


def _taken_off(before, after):
    """Only the bands that became less."""
    return tuple(
        TaxBand(*key, net - after[key][0], tax - after[key][1])
        for key, (net, tax) in sorted(before.items())
        if after[key] != (net, tax)
    )


def _rounding(amount, terms, currency):
    if not terms.rounding_unit:
        return ZERO
    return round_money(round_to(amount, terms.rounding_unit) - amount, currency)


def _payable_first(total, terms, parts, currency):
    if terms.plan:
        return parts[0] if terms.plan[0].is_due_with_order else ZERO
    wanted = total * terms.deposit_percent / HUNDRED + terms.deposit_amount
    if wanted > 0:
        wanted = max(wanted, terms.deposit_least)
    wanted = round_money(wanted, currency)
    if terms.rounding_unit:
        wanted = round_money(round_to(wanted, terms.rounding_unit), currency)
    return max(ZERO, min(wanted, total))
