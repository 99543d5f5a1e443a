"""XML as it is written here: elements by their prefixed names, texts without what XML forbids."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from ....letters import writable
from ....money import ZERO
from ....statuses import InvoiceKind

SPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
for _prefix, _space in SPACES.items():
    ElementTree.register_namespace(_prefix, _space)

#: A stroke that makes another letter of a bracket before it, where somebody writes the XML in NFC,
#: as ``canonical_bytes`` does: a text that begins with it would take the end of its tag away.
_STROKE = "\u0338"


class Tree:
    def __init__(self, element: ElementTree.Element):
        self.element = element

    def add(self, name: str, text: str = "", **attributes: str) -> "Tree":
        child = ElementTree.SubElement(self.element, _named(name), attributes)
        if text:
            child.text = writable(text)
        return Tree(child)

    def add_filled(self, name: str, text: str, **attributes: str) -> None:
        """Nothing where there is no text: an empty element is an error (BR-CL, PEPPOL R008)."""
        if text.strip():
            self.add(name, text.strip(), **attributes)

    def add_amount(self, name: str, value: Decimal, **attributes: str) -> None:
        """Of money. Two digits, which it has by now or fewer (BR-DEC). Nothing has no sign: what
        reads ``-0.00`` as a number need not take it for 0 (BR-Z-9 and its like)."""
        self.add(name, format(value + ZERO, ".2f"), **attributes)

    def add_day(self, name: str, day: str, space: str = "udt") -> None:
        """``day`` as ISO 8601 has it; 102 is the code of a day without its dashes."""
        holder = self.add(name)
        holder.add(f"{space}:DateTimeString", day.replace("-", ""), format="102")


def root(name: str) -> Tree:
    return Tree(ElementTree.Element(_named(name)))


def as_bytes(tree: Tree) -> bytes:
    ElementTree.indent(tree.element)
    written = bytes(ElementTree.tostring(tree.element, encoding="utf-8", xml_declaration=True))
    return written.replace(_STROKE.encode(), f"&#{ord(_STROKE)};".encode())


def sign_of(said: dict[str, Any]) -> int:
    """What the amounts of ``said`` are multiplied with."""
    return -1 if said["kind"] == InvoiceKind.CREDIT_NOTE else 1


def _named(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{SPACES[prefix]}}}{local}"
