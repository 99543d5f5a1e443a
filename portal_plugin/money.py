"""Amounts of one currency: rounding, digits and showing. The only place that rounds."""

import re
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import format_currency, format_decimal, get_currency_precision
from babel.numbers import format_percent as babel_percent

ZERO = Decimal(0)
#: Of per cent.
HUNDRED = Decimal(100)
#: What a shop has that has chosen no other.
USUAL_CURRENCY = "EUR"
#: More than that, in any currency, is a slip of the keyboard. The columns of amounts would not hold
#: the sums of it, and SQLite, which keeps numbers in 15 digits, could not read it again.
MOST = Decimal(999_999_999_999)

#: ``KWD 5.000``, not ``KWD5.000``: CLDR's currencySpacing, which Babel leaves to its callers.
_BETWEEN_CODE_AND_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
#: Babel keeps the minus of the pattern, which then stands behind the digits. Unicode's own sign for
#: Western digits in Arabic (CLDR: symbols of "latn") keeps it before them.
_SIGN_OF_ARABIC = ("\u200f-", "\u200f\u200e-")
#: ``د.ك`` and ``kr``, as shops write them: with the last dot of the abbreviation a sentence that
#: ends in an amount has two. A mark of direction may follow.
_LAST_DOT = re.compile(r"(?<=[^\W\d_])\.(?=\u200f?$)")


def digits(currency: str) -> int:
    """Decimal digits of an ISO 4217 currency: EUR 2, JPY 0, KWD 3 (CLDR, through Babel)."""
    return get_currency_precision(currency)


def priced_in(currency: str) -> str:
    """The currency to round and show in; the usual one where nobody has chosen any yet."""
    return currency or USUAL_CURRENCY


def is_currency(code: str) -> bool:
    """An ISO 4217 code that money can be shown in."""
    return code in babel_locale("en").currencies


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Half up to the currency's own digits: 0.005 EUR becomes 0.01, -0.005 EUR becomes -0.01."""
    rounded = amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP)
    return rounded + ZERO  # turns -0.00 into 0.00


def cash_unit(currency: str) -> Decimal:
    """The smallest amount that can be paid in coins: CHF 0.05, SEK 1, EUR 0.01 (CLDR's
    ``_cashDigits`` and ``_cashRounding``, through Babel)."""
    fractions = get_global("currency_fractions")
    _digits, _rounding, cash_digits, step = fractions.get(currency, fractions["DEFAULT"])
    return Decimal(step or 1).scaleb(-cash_digits)


def round_to(amount: Decimal, unit: Decimal) -> Decimal:
    """Half up to a multiple of ``unit``: 0.075 by 0.05 becomes 0.10."""
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit + ZERO


def round_up(amount: Decimal, unit: Decimal) -> Decimal:
    """To the next multiple of ``unit``: 5.001 by 0.010 becomes 5.010."""
    return (amount / unit).quantize(Decimal(1), rounding=ROUND_CEILING) * unit + ZERO


def babel_locale(language: str) -> Locale:
    """The Babel locale of a Django language code; English where Babel knows none.

    Amounts are compared, copied and typed into banking forms: the digits stay the ones that the
    PDF, the bank and the keyboard use.
    """
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en")


def format_money(amount: Decimal, currency: str, language: str) -> str:
    """``1.234,50 €`` for EUR in German. Rounds to the currency's digits first."""
    return format_price(round_money(amount, currency), currency, language)


def format_price(price: Decimal, currency: str, language: str) -> str:
    """Like ``format_money``, but a price finer than the currency's digits keeps its own.

    ``£0.0125`` for a sheet.
    """
    is_finer = round_money(price, currency) != price
    text = format_currency(
        price.normalize() if is_finer else price,
        currency,
        locale=babel_locale(language),
        currency_digits=not is_finer,
        decimal_quantization=not is_finer,
        numbering_system="latn",
    )
    text = _BETWEEN_CODE_AND_DIGIT.sub("\u00a0", _LAST_DOT.sub("", text))
    return text.replace(*_SIGN_OF_ARABIC)


def typed_money(amount: Decimal, currency: str) -> str:
    """``285.60``: rounded, with the currency's digits and a point, as a number field holds it."""
    return format(round_money(amount, currency), "f")


def format_number(value: Decimal, language: str) -> str:
    """A quantity or a rate without trailing zeros: ``2.5000`` is ``2,5`` in German."""
    normal = value.normalize() if value else ZERO
    return format_decimal(
        normal, locale=babel_locale(language), decimal_quantization=False, numbering_system="latn"
    )


def format_bare_price(price: Decimal, language: str) -> str:
    """A price whose currency nobody knows yet: ``18,90`` in German.

    ``119`` stays whole, and a price finer than cents keeps its digits.
    """
    if price == price.to_integral_value():
        return format_number(price, language)
    return format_decimal(
        price.normalize(),
        format="#,##0.00####",
        locale=babel_locale(language),
        numbering_system="latn",
    )


def format_percent(rate: Decimal, language: str) -> str:
    """A rate in per cent: ``19`` is ``19%`` in English, ``19 %`` in German."""
    return babel_percent(
        rate.normalize() / 100,
        locale=babel_locale(language),
        decimal_quantization=False,
        numbering_system="latn",
    )
