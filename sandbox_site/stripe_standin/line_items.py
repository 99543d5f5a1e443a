"""Line items of a Checkout Session, with prices given inline."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from . import currencies, errors
from .call import Call
from .ids import new_id


def items_of(call: Call, params: dict[str, Any]) -> list[dict[str, Any]]:
    """All in one currency. Amounts in minor units."""
    given = params.get("line_items")
    if not given:
        raise errors.missing_parameter("line_items")
    if len(given) > 100:
        raise errors.invalid("line_items", "You can have up to 100 line items.")
    items = [_item(call, each, f"line_items[{place}]") for place, each in enumerate(given)]
    wanted = currencies.check_currency(params.get("currency") or items[0]["currency"])
    for place, item in enumerate(items):
        if item["currency"] != wanted:
            raise errors.invalid(
                f"line_items[{place}]", "All line items must have the same currency."
            )
    return items


def _item(call: Call, given: dict[str, Any], path: str) -> dict[str, Any]:
    for name in ("adjustable_quantity", "tax_rates"):
        if given.get(name):
            raise errors.not_simulated(f"{path}[{name}]")
    if price := given.get("price"):
        raise errors.no_such("price", price, f"{path}[price]")
    data = given.get("price_data")
    if not data:
        raise errors.missing_parameter(f"{path}[price_data]")
    if "quantity" not in given:
        raise errors.missing_parameter(f"{path}[quantity]")
    if given["quantity"] < 1:
        raise errors.invalid(
            f"{path}[quantity]", "This value must be greater than or equal to 1.",
            "parameter_invalid_integer",
        )  # fmt: skip
    currency = currencies.check_currency(data["currency"], f"{path}[price_data][currency]")
    unit = _unit_amount(data, path)
    amount = int((unit * given["quantity"]).quantize(Decimal(1), ROUND_HALF_UP))
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": _product_name(data, path),
        "metadata": given.get("metadata") or {},
        "price": _price(call, currency, unit),
        "quantity": given["quantity"],
    }


def _unit_amount(data: dict[str, Any], path: str) -> Decimal:
    if "recurring" in data:
        raise errors.not_simulated(f"{path}[price_data][recurring]")
    exact, whole = data.get("unit_amount_decimal"), data.get("unit_amount")
    if exact is None and whole is None:
        raise errors.missing_parameter(f"{path}[price_data][unit_amount]")
    unit = Decimal(whole) if exact is None else exact
    if unit < 0:
        raise errors.invalid(
            f"{path}[price_data][unit_amount]",
            "This value must be greater than or equal to 0.",
            "parameter_invalid_integer",
        )
    return unit


def _product_name(data: dict[str, Any], path: str) -> str:
    if product := data.get("product"):
        raise errors.no_such("product", product, f"{path}[price_data][product]")
    if not data.get("product_data"):
        raise errors.missing_parameter(f"{path}[price_data][product_data]")
    return data["product_data"]["name"]


def _price(call: Call, currency: str, unit: Decimal) -> dict[str, Any]:
    return {
        "id": new_id("price_"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": call.now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("prod_", 14),
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": int(unit) if unit == int(unit) else None,
        "unit_amount_decimal": f"{unit.normalize():f}",
    }
