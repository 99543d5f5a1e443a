"""What was agreed and delivered: the parties and their references."""

from typing import Any

from . import parties
from .tree import Tree


def write(trade: Tree, said: dict[str, Any]) -> None:
    buyer = said["buyer"]
    tree = trade.add("ram:ApplicableHeaderTradeAgreement")
    tree.add_filled("ram:BuyerReference", buyer["reference"])  # BT-10
    parties.write_seller(tree.add("ram:SellerTradeParty"), said)
    parties.write_buyer(tree.add("ram:BuyerTradeParty"), said)
    _refer(tree, "ram:SellerOrderReferencedDocument", said["order"])  # BT-14
    _refer(tree, "ram:BuyerOrderReferencedDocument", buyer["order_number"])  # BT-13
    parties.write_delivery(trade.add("ram:ApplicableHeaderTradeDelivery"), said)


def _refer(tree: Tree, name: str, number: str) -> None:
    if number.strip():
        tree.add(name).add("ram:IssuerAssignedID", number.strip())
