"""What is to be paid, until when and how: BG-16 to BG-23."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ....money import ZERO
from ....statuses import InvoiceKind
from ...presentation.taxes import CODES, note_of_kind
from .lines import DISCOUNT, write_adjustment, write_rate
from .tree import Tree, sign_of

#: UNCL 4461: a SEPA transfer, a transfer.
SEPA, TRANSFER = "58", "30"
#: UNCL 5189 and 7161, with the direction that each is a reason for.
REASONS = {("discount", False): DISCOUNT, ("shipping", True): "FC"}


def write(tree: Tree, said: dict[str, Any]) -> None:
    is_credit = said["kind"] == InvoiceKind.CREDIT_NOTE
    if not is_credit:
        tree.add("ram:PaymentReference", said["number"])  # BT-83
    tree.add("ram:InvoiceCurrencyCode", said["currency"])
    if said["payment"].get("iban"):
        _write_account(tree.add("ram:SpecifiedTradeSettlementPaymentMeans"), said)
    for band in said["figures"]["bands"]:
        _write_band(tree.add("ram:ApplicableTradeTax"), band, sign_of(said))
    for each in _adjustments(said):
        net = Decimal(each["net"])
        code = REASONS.get((each["kind"], net > 0), "")
        write_adjustment(tree, net, code=code, label=each["label"], band=each)
    sums = _sums(said)
    _write_terms(tree, said, sums["ram:DuePayableAmount"])
    _write_sums(tree.add("ram:SpecifiedTradeSettlementHeaderMonetarySummation"), said, sums)
    for before in said["figures"]["references"]:
        earlier = tree.add("ram:InvoiceReferencedDocument")  # BT-25, BT-26
        earlier.add("ram:IssuerAssignedID", before["number"])
        earlier.add_day("ram:FormattedIssueDateTime", before["issued_on"], "qdt")


def _write_account(tree: Tree, said: dict[str, Any]) -> None:
    payment = said["payment"]
    tree.add("ram:TypeCode", SEPA if said["currency"] == "EUR" else TRANSFER)
    account = tree.add("ram:PayeePartyCreditorFinancialAccount")
    account.add("ram:IBANID", payment["iban"])
    account.add("ram:AccountName", said["seller"]["name"])
    if payment["bic"]:
        bank = tree.add("ram:PayeeSpecifiedCreditorFinancialInstitution")
        bank.add("ram:BICID", payment["bic"])


def _write_band(tree: Tree, band: dict[str, Any], sign: int) -> None:
    tree.add_amount("ram:CalculatedAmount", sign * Decimal(band["tax"]))
    tree.add("ram:TypeCode", "VAT")
    tree.add_filled("ram:ExemptionReason", note_of_kind(band["category"]))  # BT-120
    tree.add_amount("ram:BasisAmount", sign * Decimal(band["net"]))
    tree.add("ram:CategoryCode", band["category"])
    tree.add_filled("ram:ExemptionReasonCode", CODES.get(band["category"], ""))  # BT-121
    write_rate(tree, band)


def _write_terms(tree: Tree, said: dict[str, Any], due: Decimal) -> None:
    """Whoever has something to pay is told until when: BT-9, or BT-20 in words (BR-CO-25)."""
    if due <= 0:
        return
    terms, payment = tree.add("ram:SpecifiedTradePaymentTerms"), said["payment"]
    if payment.get("due_on"):
        terms.add_day("ram:DueDateDateTime", payment["due_on"])
    elif payment.get("terms"):
        terms.add("ram:Description", payment["terms"])
    elif said["kind"] == InvoiceKind.CREDIT_NOTE:
        terms.add("ram:Description", _("Set off or paid back."))
    else:
        terms.add("ram:Description", _("Payable at once."))


def _adjustments(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in said["figures"]["adjustments"] if Decimal(each["net"])]


def _sums(said: dict[str, Any]) -> dict[str, Decimal]:
    """BG-22. Net, tax and total are the invoice's own."""
    figures, sign = said["figures"], sign_of(said)
    added = [Decimal(each["net"]) for each in _adjustments(said)]
    net, tax, rounding = (sign * Decimal(figures[name]) for name in ("net", "tax", "rounding"))
    paid = Decimal(figures["paid"])
    return {
        "ram:LineTotalAmount": sign * sum((Decimal(row["net"]) for row in figures["rows"]), ZERO),
        "ram:ChargeTotalAmount": sum((each for each in added if each > 0), ZERO),
        "ram:AllowanceTotalAmount": -sum((each for each in added if each < 0), ZERO),
        "ram:TaxBasisTotalAmount": net,
        "ram:TaxTotalAmount": tax,
        "ram:RoundingAmount": rounding,
        "ram:GrandTotalAmount": net + tax,
        "ram:TotalPrepaidAmount": paid,
        "ram:DuePayableAmount": sign * Decimal(figures["total"]) - paid,
    }


#: May be left out, and say nothing where they are zero.
OPTIONAL = {
    "ram:ChargeTotalAmount",
    "ram:AllowanceTotalAmount",
    "ram:RoundingAmount",
    "ram:TotalPrepaidAmount",
}


def _write_sums(tree: Tree, said: dict[str, Any], sums: dict[str, Decimal]) -> None:
    for name, value in sums.items():
        if value or name not in OPTIONAL:
            is_tax = name == "ram:TaxTotalAmount"
            attributes = {"currencyID": said["currency"]} if is_tax else {}
            tree.add_amount(name, value, **attributes)
