"""Parts of a document's sums: a deposit of it, or what is taken back of it. Pure functions.

A part has the taxes of the whole, each by its share. The largest band takes what rounding leaves.
"""

from collections.abc import Iterable
from decimal import Decimal

from .money import ZERO, round_money
from .totals import TaxBand


def net_of(bands: Iterable[TaxBand]) -> Decimal:
    return sum((band.net for band in bands), ZERO)


def tax_of(bands: Iterable[TaxBand]) -> Decimal:
    return sum((band.tax for band in bands), ZERO)


def worth(bands: Iterable[TaxBand]) -> Decimal:
    """With tax."""
    return sum((band.net + band.tax for band in bands), ZERO)


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
