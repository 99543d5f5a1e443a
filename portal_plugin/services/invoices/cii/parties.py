"""Who sells and who buys: BG-4 and BG-7."""

import re
from typing import Any

from .tree import Tree

#: A country to what its VAT numbers begin with, where that is something else (BR-CO-9).
PREFIXES = {"GR": "EL"}
#: BT-35, BT-36 and BT-162.
LINES = ("ram:LineOne", "ram:LineTwo", "ram:LineThree")


def country_of(said: dict[str, Any], party: str) -> str:
    """The customer's is the shop's where nobody wrote one."""
    return said[party].get("country") or said["seller"]["country"]


def vat_number(said: dict[str, Any], party: str) -> str:
    """``DE123456789``; ``""`` where the tax number is one of another kind, or none."""
    number = re.sub(r"[^A-Z0-9+*]", "", said[party].get("tax_number", "").upper())
    country = country_of(said, party)
    is_vat = number.startswith(PREFIXES.get(country, country)) and re.search(r"\d", number)
    return number if is_vat else ""


def write_seller(tree: Tree, said: dict[str, Any]) -> None:
    seller, number = said["seller"], vat_number(said, "seller")
    is_outside = _is_outside(said)
    if is_outside or not number:
        # BR-CO-26 wants one number of the seller's beside that of a tax office.
        tree.add_filled("ram:ID", seller["tax_number"])
    tree.add("ram:Name", seller["name"])
    if seller["phone"] or seller["email"]:
        contact = tree.add("ram:DefinedTradeContact")
        contact.add("ram:PersonName", seller["name"])
        if seller["phone"]:
            phone = contact.add("ram:TelephoneUniversalCommunication")
            phone.add("ram:CompleteNumber", seller["phone"])
        if seller["email"]:
            contact.add("ram:EmailURIUniversalCommunication").add("ram:URIID", seller["email"])
    _write_address(tree, said, "seller")
    _write_email(tree, seller["email"])
    if number and not is_outside:
        _write_tax(tree, number, "VA")
    elif not number and seller["tax_number"]:
        _write_tax(tree, seller["tax_number"], "FC")


def write_buyer(tree: Tree, said: dict[str, Any]) -> None:
    buyer, number = said["buyer"], vat_number(said, "buyer")
    tree.add("ram:Name", buyer["company"] or buyer["name"])
    if buyer["company"]:
        tree.add("ram:DefinedTradeContact").add("ram:PersonName", buyer["name"])
    _write_address(tree, said, "buyer")
    _write_email(tree, buyer["email"])
    if number and not _is_outside(said):
        _write_tax(tree, number, "VA")


def write_delivery(tree: Tree, said: dict[str, Any]) -> None:
    """BG-13. Where it goes is said only where the tax hangs on it (BR-IC-12)."""
    if any(band["category"] == "K" for band in said["figures"]["bands"]):
        ship_to = tree.add("ram:ShipToTradeParty")
        ship_to.add("ram:Name", said["buyer"]["company"] or said["buyer"]["name"])
        _write_address(ship_to, said, "buyer")
    if said["delivery_on"]:
        event = tree.add("ram:ActualDeliverySupplyChainEvent")
        event.add_day("ram:OccurrenceDateTime", said["delivery_on"])


def _write_address(tree: Tree, said: dict[str, Any], party: str) -> None:
    """As it is written, line by line: nobody can tell the town from the street in every country."""
    address = tree.add("ram:PostalTradeAddress")
    lines = [line.strip() for line in said[party]["address"].splitlines() if line.strip()]
    lines[2:] = [", ".join(lines[2:])] if lines[2:] else []
    for name, line in zip(LINES, lines, strict=False):
        address.add(name, line)
    address.add("ram:CountryID", country_of(said, party))


def _write_email(tree: Tree, email: str) -> None:
    if email:
        tree.add("ram:URIUniversalCommunication").add("ram:URIID", email, schemeID="EM")


def _write_tax(tree: Tree, number: str, scheme: str) -> None:
    tree.add("ram:SpecifiedTaxRegistration").add("ram:ID", number, schemeID=scheme)


def _is_outside(said: dict[str, Any]) -> bool:
    """Where tax has no say, VAT numbers have no place (BR-O-2)."""
    return any(band["category"] == "O" for band in said["figures"]["bands"])
