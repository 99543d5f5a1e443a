"""The rows: BG-25."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ....money import ZERO
from .tree import Tree, sign_of
from .units import code_of

#: UNCL 5189: a discount.
DISCOUNT = "95"
#: A price that follows from its row may have no end.
FINEST = Decimal("0.000001")


def write(trade: Tree, said: dict[str, Any]) -> None:
    shown = said["paper"]["items"]
    for place, (row, item) in enumerate(zip(said["figures"]["rows"], shown, strict=True), start=1):
        tree = trade.add("ram:IncludedSupplyChainTradeLineItem")
        tree.add("ram:AssociatedDocumentLineDocument").add("ram:LineID", str(place))
        product = tree.add("ram:SpecifiedTradeProduct")
        product.add("ram:Name", row["name"])
        product.add_filled("ram:Description", item["view"]["description"])
        _write_amounts(tree, row, sign_of(said))


def _write_amounts(tree: Tree, row: dict[str, Any], sign: int) -> None:
    count, price, discount = _price_of(row, sign)
    agreed = tree.add("ram:SpecifiedLineTradeAgreement").add("ram:NetPriceProductTradePrice")
    agreed.add("ram:ChargeAmount", format(price, "f"))
    delivered = tree.add("ram:SpecifiedLineTradeDelivery")
    delivered.add("ram:BilledQuantity", format(count, "f"), unitCode=code_of(row["unit"]))
    settled = tree.add("ram:SpecifiedLineTradeSettlement")
    write_tax_kind(settled.add("ram:ApplicableTradeTax"), row)
    if discount > 0:
        write_adjustment(settled, -discount, code=DISCOUNT)
    elif discount < 0:
        # Of what is given back less is given back: a charge, for which that code is none (BR-44).
        write_adjustment(settled, -discount, label=_("Discount"))
    total = settled.add("ram:SpecifiedTradeSettlementLineMonetarySummation")
    total.add_amount("ram:LineTotalAmount", sign * Decimal(row["net"]))


def _price_of(row: dict[str, Any], sign: int) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, price of one and discount that make the row, without tax. No price is below zero
    (BR-27): what is given back has a quantity below zero."""
    count, net = Decimal(row["count"]), sign * Decimal(row["net"])
    if row["price"] is None:
        price, discount = (net / count).quantize(FINEST) if count else ZERO, ZERO
    else:
        price, discount = Decimal(row["price"]), Decimal(row["taken_off"])
    return (-count, -price, discount) if price < 0 else (count, price, discount)


def write_tax_kind(tree: Tree, row: dict[str, Any]) -> None:
    tree.add("ram:TypeCode", "VAT")
    tree.add("ram:CategoryCode", row["category"])
    write_rate(tree, row)


def write_rate(tree: Tree, row: dict[str, Any]) -> None:
    """Outside the scope of tax there is no rate, not even one of zero (BR-O-5)."""
    if row["category"] != "O":
        tree.add("ram:RateApplicablePercent", row["rate"])


def write_adjustment(
    tree: Tree, net: Decimal, *, code: str = "", label: str = "", band: dict[str, Any] | None = None
) -> None:
    """A charge, or below zero an allowance. ``band`` for one of the whole document."""
    each = tree.add("ram:SpecifiedTradeAllowanceCharge")
    each.add("ram:ChargeIndicator").add("udt:Indicator", "true" if net > 0 else "false")
    each.add_amount("ram:ActualAmount", abs(net))
    each.add_filled("ram:ReasonCode", code)
    each.add_filled("ram:Reason", label)
    if band is not None:
        write_tax_kind(each.add("ram:CategoryTradeTax"), band)
