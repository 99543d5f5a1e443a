"""Amounts as Stripe writes them: whole minor units, each currency by its own rule."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_plugin.gateways import stripe
from portal_plugin.gateways.stripe import amounts
from portal_plugin.money import digits

CURRENCIES = ["EUR", "USD", "JPY", "KWD", "ISK", "UGX", "HUF", "TWD", "CLP", "BHD", "CHF", "GBP"]


class TestAmounts:
    @pytest.mark.parametrize(
        ("amount", "currency", "units"),
        [
            ("120.00", "EUR", 12000),
            ("120.0000", "EUR", 12000),
            ("0.50", "EUR", 50),
            ("999999.99", "EUR", 99999999),
            ("500", "JPY", 500),
            ("5.120", "KWD", 5120),
            ("5", "ISK", 500),
            ("5000", "UGX", 500000),
            ("175.50", "HUF", 17550),
            ("99.90", "TWD", 9990),
        ],
    )
    def test_are_written_as_stripe_wants_them(self, amount, currency, units):
        assert stripe.minor_units(Decimal(amount), currency) == units

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [
            ("5.124", "KWD"),
            ("5.125", "KWD"),
            ("5.50", "ISK"),
            ("5.01", "UGX"),
            ("1.5", "JPY"),
            ("0.005", "EUR"),
        ],
    )
    def test_that_stripe_cannot_write_are_refused_not_rounded(self, amount, currency):
        with pytest.raises(stripe.CannotCharge):
            stripe.minor_units(Decimal(amount), currency)

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [
            ("0", "EUR"),
            ("0", "KWD"),  # for which no smallest is known
            ("-5", "EUR"),
            ("0.49", "EUR"),
            ("0.29", "GBP"),
            ("49", "JPY"),
            ("174.99", "HUF"),
            ("1000000.00", "EUR"),
            ("100000000", "JPY"),
        ],
    )
    def test_below_the_smallest_or_above_the_largest_are_not_charged(self, amount, currency):
        assert not stripe.can_charge(Decimal(amount), currency)

    @pytest.mark.parametrize("currency", amounts.SMALLEST)
    def test_the_smallest_amount_itself_is_charged(self, currency):
        smallest = amounts.SMALLEST[currency]
        assert stripe.can_charge(smallest, currency)
        assert not stripe.can_charge(smallest - Decimal("0.01"), currency)

    def test_the_largest_amount_itself_is_charged(self):
        assert stripe.can_charge(Decimal("999999.99"), "EUR")

    @given(st.integers(1, amounts.LARGEST_MINOR), st.sampled_from(CURRENCIES))
    def test_come_back_as_they_went(self, units, currency):
        amount = stripe.whole_units(units, currency)
        try:
            assert stripe.minor_units(amount, currency) == units
        except stripe.CannotCharge:
            assert currency in amounts.THREE_DIGITS | amounts.WHOLE_UNITS_ONLY

    @given(st.integers(1, 99_999), st.sampled_from(CURRENCIES))
    def test_whole_amounts_can_always_be_written(self, whole, currency):
        assert stripe.whole_units(
            stripe.minor_units(Decimal(whole), currency), currency
        ) == Decimal(whole)

    @given(st.decimals(1, 99_999, places=4), st.sampled_from(CURRENCIES))
    def test_are_the_exact_amount_or_nothing(self, amount, currency):
        try:
            units = stripe.minor_units(amount, currency)
        except stripe.CannotCharge:
            return
        assert isinstance(units, int)
        assert stripe.whole_units(units, currency) == amount

    @pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", "CHF", "CLP", "USD"])
    def test_the_banks_digits_fit_into_stripes(self, currency):
        assert digits(currency) <= amounts.digits(currency)

    @pytest.mark.parametrize(
        ("currency", "step"), [("EUR", "0.01"), ("ISK", "1"), ("KWD", "0.01"), ("RSD", "1")]
    )
    def test_no_smaller_step_is_offered_than_is_shown_and_taken(self, currency, step):
        """Of RSD Stripe takes the hundredth, which nobody would see."""
        assert amounts.unit(currency) == Decimal(step)
