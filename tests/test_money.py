from decimal import Decimal

import pytest

from portal_plugin.money import (
    format_bare_price,
    format_money,
    format_percent,
    format_price,
    priced_in,
    round_money,
    typed_money,
)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("0.005", "EUR", "0.01"), ("-0.005", "EUR", "-0.01"), ("0.5", "JPY", "1"), ("1", "KWD", "1")],
)
def test_half_is_rounded_away_from_zero(amount, currency, rounded):
    assert round_money(Decimal(amount), currency) == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("1234.5", "EUR", "de", "1.234,50\xa0€"),
        ("1234.5", "USD", "en", "$1,234.50"),
        ("5", "KWD", "en", "KWD\xa05.000"),
        ("-5", "KWD", "en", "-KWD\xa05.000"),
        ("500", "JPY", "en", "¥500"),
    ],
)
def test_money_reads_as_in_its_language(amount, currency, language, text):
    assert format_money(Decimal(amount), currency, language) == text


def test_a_price_finer_than_the_currency_keeps_its_digits():
    assert format_price(Decimal("0.012500"), "GBP", "en") == "£0.0125"
    assert format_price(Decimal("12.500000"), "GBP", "en") == "£12.50"


def test_a_rate_keeps_its_digits():
    assert format_percent(Decimal("19.000"), "de") == "19\xa0%"
    assert format_percent(Decimal("25.5"), "en") == "25.5%"


def test_less_than_nothing_has_its_sign_before_the_digits_in_arabic():
    assert format_money(Decimal("-720"), "EUR", "ar") == "\u200f\u200e-720.00\xa0€"


def test_a_sentence_that_ends_in_an_amount_ends_in_one_dot():
    """CLDR writes the signs of Arabic currencies, and of some others, with a dot at their end."""
    assert format_money(Decimal(5), "KWD", "ar") == "\u200f5.000\xa0\u062f.\u0643\u200f"
    assert format_price(Decimal("0.125"), "DKK", "da") == "0,125\xa0kr"


def test_a_price_without_its_currency_has_its_cents_or_none():
    shown = [format_bare_price(Decimal(text), "de") for text in ("18.900000", "119", "0.0475")]
    assert shown == ["18,90", "119", "0,0475"]
    assert format_bare_price(Decimal("1234.5"), "en") == "1,234.50"


def test_an_amount_in_a_field_has_all_its_digits():
    pairs = [("285.6", "EUR"), ("1.5", "KWD"), ("1200", "JPY"), ("0.005", "EUR")]
    shown = [typed_money(Decimal(text), currency) for text, currency in pairs]
    assert shown == ["285.60", "1.500", "1200", "0.01"]


def test_where_nobody_chose_a_currency_the_usual_one_is_priced_in():
    assert (priced_in(""), priced_in("JPY")) == ("EUR", "JPY")
