"""What a way of paying costs: plain numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin import fees
from portal_plugin.fees import MethodFee, Problem, fee_of
from portal_plugin.gateways.stripe import can_charge, unit
from portal_plugin.money import round_money

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "ISK", "HUF", "TWD", "CHF", "UGX"])
PERCENTS = st.decimals(0, 100, places=3)
FIXED = st.decimals(0, 1000, places=4)


@pytest.mark.parametrize(
    ("amount", "percent", "fixed", "currency", "fee"),
    [
        ("230", "1.5", "0", "EUR", "3.45"),
        ("35.70", "1.5", "0", "EUR", "0.54"),
        ("35.70", "2.9", "0.30", "USD", "1.34"),
        ("100", "0.005", "0", "EUR", "0.01"),
        ("100", "0.004", "0", "EUR", "0.00"),
        ("1050", "1.5", "0", "JPY", "16"),
        ("10.010", "1.5", "0", "KWD", "0.15"),
        ("1050", "1.5", "0", "ISK", "16"),
        ("0", "1.5", "0.25", "EUR", "0"),
        ("-5", "1.5", "0.25", "EUR", "0"),
    ],
)
def test_the_fee_is_rounded_to_what_can_be_paid(amount, percent, fixed, currency, fee):
    found = fee_of(Decimal(amount), Decimal(percent), Decimal(fixed), unit(currency))
    assert found == Decimal(fee)


@given(CURRENCIES, st.integers(1, 90_000_000), PERCENTS, FIXED)
def test_it_is_within_half_a_unit_of_the_exact_fee(currency, units, percent, fixed):
    step = unit(currency)
    amount = units * step
    fee = fee_of(amount, percent, fixed, step)
    exact = amount * percent / 100 + fixed
    assert fee >= 0
    assert abs(fee - exact) * 2 <= step
    assert fee % step == 0
    assert round_money(fee, currency) == fee


@given(CURRENCIES, st.integers(1000, 9_000), PERCENTS, FIXED)
def test_what_could_be_charged_can_be_charged_with_its_fee(currency, units, percent, fixed):
    step = unit(currency)
    amount = units * step * 100
    if can_charge(amount, currency) and can_charge(amount * 2 + 1000, currency):
        assert can_charge(amount + fee_of(amount, percent, fixed, step), currency)


@given(st.integers(1, 10**6), st.integers(0, 10**6), PERCENTS, FIXED)
def test_a_larger_amount_has_no_smaller_fee(units, more, percent, fixed):
    step = unit("EUR")
    lower, higher = units * step, (units + more) * step
    assert fee_of(lower, percent, fixed, step) <= fee_of(higher, percent, fixed, step)


def test_stored_rows_are_read_as_they_were_written():
    rows = (MethodFee("card", Decimal("1.50"), Decimal("0.25")), MethodFee("paypal", Decimal(20)))
    written = fees.written(rows)
    assert written == [
        {"method": "card", "percent": "1.5", "fixed": "0.25"},
        {"method": "paypal", "percent": "20", "fixed": "0"},
    ]
    assert fees.read(written) == rows
    assert fees.read(None) == ()


def test_one_line_tells_fees_apart():
    card = MethodFee("card", Decimal("1.5"), Decimal("0.25"))
    assert fees.in_one_line([card, MethodFee("paypal", Decimal(2))]) == "card:1.5:0.25;paypal:2:0"
    assert fees.in_one_line([]) == ""


def test_what_is_wrong_with_rows():
    card = MethodFee("card", Decimal(1))
    assert fees.problems([card, MethodFee("paypal", fixed=Decimal(1))]) == []
    assert fees.problems([card, MethodFee("paypal"), card]) == [
        (1, Problem.NOTHING),
        (2, Problem.TWICE),
    ]
