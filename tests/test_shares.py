"""A part of a document has its share of each tax."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin.money import round_money
from portal_plugin.shares import charged, less, negative, share_between, share_of, summed, worth
from portal_plugin.totals import Line, TaxBand, Terms, document_totals

D = Decimal
lines = st.builds(
    Line,
    quantity=st.decimals("1", "50", places=2),
    unit_price=st.decimals("0.01", "999", places=2),
    tax_rate=st.sampled_from([D(0), D(7), D(19), D("8.875")]),
    tax_category=st.sampled_from(["S", "Z"]),
)


@given(
    st.lists(lines, min_size=1, max_size=8),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.decimals("0", "1", places=3),
)
def test_a_part_and_the_rest_are_the_whole(items, currency, share):
    totals = document_totals(items, currency)
    amount = round_money(totals.total * share, currency)
    part = share_of(totals.bands, amount, currency)
    assert worth(part) == amount
    rest = less(totals.bands, part)
    assert worth(rest) == totals.total - amount
    assert less(rest, negative(part)) == totals.bands
    assert all(round_money(band.net, currency) == band.net for band in part)


def test_the_tax_is_split_by_what_it_is_charged_on():
    bands = (TaxBand(D(7), "S", D(100), D(7)), TaxBand(D(19), "S", D(100), D(19)))
    part = share_of(bands, D(113), "EUR")
    assert part == (TaxBand(D(7), "S", D(50), D("3.50")), TaxBand(D(19), "S", D("50"), D("9.50")))


def test_of_what_is_worth_nothing_there_is_a_part_too():
    """What is sold at one rate and given back at another, as dear."""
    bands = (TaxBand(D(0), "Z", D(10), D(0)), TaxBand(D(0), "E", D(-10), D(0)))
    assert share_of(bands, D(0), "EUR") == bands
    assert worth(share_of(bands, D(5), "EUR")) == 5


@pytest.mark.parametrize("steps", [["39.67", "39.67", "39.66"], ["119", "-40", "40"], ["0.01"] * 3])
def test_what_is_paid_in_parts_has_the_taxes_of_what_is_paid(steps):
    bands, paid, found = (TaxBand(D(19), "S", D(100), D(19)),), D(0), []
    for step in map(D, steps):
        found += share_between(bands, paid, paid + step, "EUR")
        assert worth(found[-1:]) == step
        paid += step
    assert summed(found) == share_of(bands, paid, "EUR")


def test_what_was_taken_of_a_band_that_is_not_there_is_missing():
    assert less((), (TaxBand(D(7), "S", D(10), D("0.70")),)) == (
        TaxBand(D(7), "S", D(-10), D("-0.70")),
    )


@given(
    st.lists(lines, min_size=1, max_size=8),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.decimals("0", "100", places=2),
    st.booleans(),
)
def test_what_the_items_are_charged_with_is_the_whole(items, currency, percent, with_tax):
    items = [replace(item, price_includes_tax=with_tax) for item in items]
    totals = document_totals(items, currency, Terms(discount_percent=percent))
    rows = [
        TaxBand(item.tax_rate, item.tax_category, sums.net, sums.tax)
        for item, sums in zip(items, totals.lines, strict=True)
    ]
    parts = charged(rows, totals.discounts, currency)
    assert summed(parts) == totals.bands
    assert less(summed(rows), totals.discounts) == totals.bands
    assert all(round_money(part.net, currency) == part.net for part in parts)
