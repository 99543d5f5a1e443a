"""Parts of a document's sums: a deposit of it, or what is taken back of it. Pure functions.

A part has the taxes of the whole, each by its share. The largest band takes what rounding leaves.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from .money import HUNDRED, ZERO, round_money
from .totals import TaxBand


def net_of(bands: Iterable[TaxBand]) -> Decimal:
    return sum((band.net for band in bands), ZERO)


def tax_of(bands: Iterable[TaxBand]) -> Decimal:
    return sum((band.tax for band in bands), ZERO)


def worth(bands: Iterable[TaxBand]) -> Decimal:
    """With tax."""
    return sum((band.net + band.tax for band in bands), ZERO)


def strays(band: TaxBand) -> Decimal:
    """How far its tax, rounded line by line, is from that of its whole net amount."""
    return abs(band.tax - band.net * band.rate / HUNDRED)


def share_of(bands: Iterable[TaxBand], amount: Decimal, currency: str) -> tuple[TaxBand, ...]:
    """The bands of ``amount``, tax included, out of ``bands``. What is below zero, or more than
    they are worth, has its taxes in the same proportion."""
    whole = list(bands)
    total = worth(whole)
    if amount == total:
        return tuple(whole)
    left, parts = amount, {}
    ordered = sorted(whole, key=lambda band: (abs(band.net + band.tax), band.rate, band.category))
    for place, band in enumerate(ordered, start=1):
        gross = band.net + band.tax
        is_last = place == len(ordered)
        part = left if is_last or not total else round_money(amount * gross / total, currency)
        left -= part
        tax = round_money(part * band.tax / gross, currency) if gross else ZERO
        parts[band.rate, band.category] = TaxBand(band.rate, band.category, part - tax, tax)
    return tuple(parts[band.rate, band.category] for band in whole)


def share_between(
    bands: Iterable[TaxBand], before: Decimal, after: Decimal, currency: str
) -> tuple[TaxBand, ...]:
    """What of ``bands`` is in what took the amount paid from ``before`` to ``after``: together, in
    whatever parts it is paid and paid back, they are the bands of what is paid, to the cent."""
    whole = list(bands)
    return less(share_of(whole, after, currency), share_of(whole, before, currency))


def less(bands: Iterable[TaxBand], taken: Iterable[TaxBand]) -> tuple[TaxBand, ...]:
    """What is left of ``bands``; a band that is gone keeps its place with nothing in it."""
    gone: dict[tuple[Decimal, str], tuple[Decimal, Decimal]] = {}
    for band in taken:
        net, tax = gone.get((band.rate, band.category), (ZERO, ZERO))
        gone[band.rate, band.category] = net + band.net, tax + band.tax
    left = []
    for band in bands:
        net, tax = gone.pop((band.rate, band.category), (ZERO, ZERO))
        left.append(TaxBand(band.rate, band.category, band.net - net, band.tax - tax))
    left += [TaxBand(*key, -net, -tax) for key, (net, tax) in gone.items()]
    return tuple(left)


def negative(bands: Iterable[TaxBand]) -> tuple[TaxBand, ...]:
    return tuple(TaxBand(band.rate, band.category, -band.net, -band.tax) for band in bands)


def summed(bands: Iterable[TaxBand]) -> tuple[TaxBand, ...]:
    """One band for each rate and kind of tax."""
    sums: dict[tuple[Decimal, str], tuple[Decimal, Decimal]] = {}
    for band in bands:
        net, tax = sums.get((band.rate, band.category), (ZERO, ZERO))
        sums[band.rate, band.category] = net + band.net, tax + band.tax
    return tuple(TaxBand(*key, *sums[key]) for key in sorted(sums))


def charged(
    rows: Sequence[TaxBand], discounts: Iterable[TaxBand], currency: str
) -> tuple[TaxBand, ...]:
    """What each row is charged with when ``discounts`` are taken off the whole: its net and tax
    less their share. Together they are the rows less the discounts, to the cent."""
    left = list(rows)
    for taken in discounts:
        mine = [place for place, row in enumerate(rows) if _is_alike(row, taken)]
        [whole] = summed(rows[place] for place in mine)
        net, tax = taken.net, taken.tax
        ordered = sorted(mine, key=lambda place: abs(rows[place].net))
        for place in ordered:
            row, is_last = rows[place], place == ordered[-1]
            row_net = net if is_last else _part(taken.net, row.net, whole.net, currency)
            row_tax = tax if is_last else _part(taken.tax, row.tax, whole.tax, currency)
            net, tax = net - row_net, tax - row_tax
            left[place] = TaxBand(row.rate, row.category, row.net - row_net, row.tax - row_tax)
    return tuple(left)


def _is_alike(one: TaxBand, other: TaxBand) -> bool:
    return (one.rate, one.category) == (other.rate, other.category)


def _part(amount: Decimal, share: Decimal, whole: Decimal, currency: str) -> Decimal:
    return round_money(amount * share / whole, currency) if whole else ZERO
