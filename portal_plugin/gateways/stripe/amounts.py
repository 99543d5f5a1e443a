"""Decimal amounts to Stripe's integers and back: https://docs.stripe.com/currencies.

The rule for what Stripe cannot take: it is refused, never rounded. A rounded payment would leave a
rest on the order that nobody can ever pay; the customer is shown the bank details instead.
"""

from decimal import Decimal

from django.utils.translation import gettext_noop

from ...exceptions import PaymentUnavailable
from ...money import digits as shown_digits

#: "Zero-decimal currencies". ISK and UGX are not among them: Stripe keeps writing both with two
#: digits, which have to be 00 ("Special cases").
WITHOUT_MINOR_UNIT = frozenset(
    [
        *("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"),
        *("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"),
    ]
)
#: "Three-decimal currencies": the last digit has to be 0.
THREE_DIGITS = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
#: Written with two digits that have to be 00. HUF and TWD have this rule for payouts alone.
WHOLE_UNITS_ONLY = frozenset(["ISK", "UGX"])

#: "Minimum and maximum charge amounts", in whole units. Where a currency is not listed the smallest
#: depends on the account, and Stripe's own answer decides.
SMALLEST = {
    currency: Decimal(amount)
    for currency, amount in {
        "AED": "2.00",
        "AUD": "0.50",
        "BGN": "1.00",
        "BRL": "0.50",
        "CAD": "0.50",
        "CHF": "0.50",
        "CZK": "15.00",
        "DKK": "2.50",
        "EUR": "0.50",
        "GBP": "0.30",
        "HKD": "4.00",
        "HUF": "175.00",
        "INR": "0.50",
        "JPY": "50",
        "MXN": "10.00",
        "MYR": "2.00",
        "NOK": "3.00",
        "NZD": "0.50",
        "PLN": "2.00",
        "RON": "2.00",
        "SEK": "3.00",
        "SGD": "0.50",
        "THB": "10.00",
        "USD": "0.50",
    }.items()
}
#: Eight digits of minor units: what every kind of card takes in every currency. Some networks take
#: more in a few currencies; an order of that size is paid by transfer.
LARGEST_MINOR = 99_999_999


class CannotCharge(PaymentUnavailable):
    """This amount cannot be paid by card."""

    sentence = gettext_noop(
        "This amount cannot be paid by card. Please pay by bank transfer. "
        "You have not been charged."
    )
    status = 409


def digits(currency: str) -> int:
    """Digits behind the point in Stripe's integers; not always those that the bank shows."""
    if currency in WITHOUT_MINOR_UNIT:
        return 0
    return 3 if currency in THREE_DIGITS else 2


def minor_units(amount: Decimal, currency: str) -> int:
    """``Decimal("12.30")``, ``"EUR"`` is 1230. Raises ``CannotCharge`` where it is no such number.

    Looks at the form alone; ``check_amount`` also at the limits.
    """
    scaled = amount.scaleb(digits(currency))
    units = int(scaled)
    if units != scaled or units % _step(currency):
        raise CannotCharge
    return units


def whole_units(units: int, currency: str) -> Decimal:
    """1230, ``"EUR"`` is ``Decimal("12.30")``."""
    return Decimal(units).scaleb(-digits(currency))


def check_amount(amount: Decimal, currency: str) -> int:
    """The minor units of an amount that Stripe takes. Raises ``CannotCharge``."""
    units = minor_units(amount, currency)
    if amount < SMALLEST.get(currency, Decimal(0)) or not 0 < units <= LARGEST_MINOR:
        raise CannotCharge
    return units


def smallest(currency: str) -> Decimal:
    """The least that Stripe takes, as far as it says so for all accounts."""
    return SMALLEST.get(currency, whole_units(_step(currency), currency))


def unit(currency: str) -> Decimal:
    """The smallest step between two amounts that can be paid and shown: 0.01 EUR, 1 ISK."""
    shown = Decimal(1).scaleb(-shown_digits(currency))
    return max(shown, whole_units(_step(currency), currency))


def units_of_one(currency: str) -> int:
    """How many minor units are one: 100 for EUR."""
    return int(Decimal(1).scaleb(digits(currency)))


def can_charge(amount: Decimal, currency: str) -> bool:
    try:
        check_amount(amount, currency)
    except CannotCharge:
        return False
    return True


def _step(currency: str) -> int:
    if currency in THREE_DIGITS:
        return 10
    return 100 if currency in WHOLE_UNITS_ONLY else 1
