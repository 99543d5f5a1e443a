"""Documents that nobody thought of, made by chance."""

import random
from decimal import Decimal

from portal_plugin.money import cash_unit

from .factories import estimate_factory, line_item, order_factory

CURRENCIES = ["EUR", "JPY", "KWD", "CHF", "ISK"]
PLAN = [
    {"percent": "33.3", "on": "", "days": None},
    {"percent": "", "on": "", "days": 30},
]


def some_items(chance):
    """Any prices, discounts, rates and kinds of tax."""

    def number(most, places):
        return Decimal(chance.randint(0, most * 10**places)).scaleb(-places)

    for position in range(chance.randint(1, 6)):
        category = chance.choice(["S", "S", "S", "AE", "Z"])
        yield line_item(
            position,
            quantity=number(50, 2),
            unit_price=number(400, 3),
            discount_percent=number(60, 1),
            discount_amount=number(5, 2),
            tax_category=category,
            tax_rate=Decimal(chance.choice(["7", "19", "8.875"])) if category == "S" else 0,
            price_includes_tax=chance.random() < 0.4,
        )


def some_document(seed, **values):
    """The same for the same seed; every third is an estimate with options and alternatives, some of
    them selected."""
    chance, currency = random.Random(seed), CURRENCIES[seed % len(CURRENCIES)]
    items, is_estimate = list(some_items(chance)), seed % 3 == 2
    for item in items if is_estimate else ():
        kind = chance.choice(["fixed", "fixed", "optional", "alternative"])
        item.is_optional = kind == "optional"
        item.alternative_group = "Material" if kind == "alternative" else ""
        item.is_selected = chance.random() < 0.5
    values |= {
        "currency": currency,
        "discount_percent": Decimal(chance.randint(0, 200)).scaleb(-1),
        "shipping_amount": Decimal(chance.randint(0, 3000)).scaleb(-2),
        "shipping_tax_rate": Decimal(19),
        "rounding_unit": cash_unit(currency) if chance.random() < 0.5 else 0,
    }
    if chance.random() < 0.3:
        values["instalments"] = PLAN
    else:
        values["deposit_percent"] = Decimal(chance.randint(0, 500)).scaleb(-1)
    make = estimate_factory if is_estimate else order_factory
    return make(items, **values)
