"""An invoice for machines: UN/CEFACT's Cross Industry Invoice in the profile EN 16931 of Factur-X.

Made of what the invoice says (``Invoice.said``), in its language. No amount is worked out that does
not stand there, but for the sums that EN 16931 asks for of rows and of what is added to them.
BT-1 and so on are the terms of EN 16931-1, BR-1 its rules.
"""

from typing import Any

from ....statuses import InvoiceKind
from . import agreement, lines, settlement
from .parties import vat_number
from .tree import Tree, as_bytes, root

__all__ = ["vat_number", "xml"]

GUIDELINE = "urn:cen.eu:en16931:2017"
#: UNCL 1001: commercial invoice, prepayment invoice, credit note.
CODES = {InvoiceKind.INVOICE: "380", InvoiceKind.DEPOSIT: "386", InvoiceKind.CREDIT_NOTE: "381"}


def xml(said: dict[str, Any]) -> bytes:
    """The same bytes for the same ``said``. Amounts of a credit note are above zero: its code says
    which way they go."""
    tree = root("rsm:CrossIndustryInvoice")
    context = tree.add("rsm:ExchangedDocumentContext")
    context.add("ram:GuidelineSpecifiedDocumentContextParameter").add("ram:ID", GUIDELINE)
    _document(tree.add("rsm:ExchangedDocument"), said)
    trade = tree.add("rsm:SupplyChainTradeTransaction")
    lines.write(trade, said)
    agreement.write(trade, said)
    settlement.write(trade.add("ram:ApplicableHeaderTradeSettlement"), said)
    return as_bytes(tree)


def _document(tree: Tree, said: dict[str, Any]) -> None:
    tree.add("ram:ID", said["number"])
    tree.add("ram:TypeCode", CODES[InvoiceKind(said["kind"])])
    tree.add_day("ram:IssueDateTime", said["issued_on"])
    if said["reason"]:
        tree.add("ram:IncludedNote").add("ram:Content", said["reason"])
