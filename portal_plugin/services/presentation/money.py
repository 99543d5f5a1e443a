"""What came and what went, in words and ready amounts for the customer."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ...models import LedgerEntry, SalesDocument
from ...money import round_money
from ...statuses import LedgerKind
from ...totals import DocumentTotals


@dataclass(frozen=True)
class TotalRow:
    """``kind``: subtotal, discount, shipping, tax, rounding, total, left (without what was
    declined), deposit, taken_off (paid back and not owed again), paid, refunded, taken_back, kept,
    balance or overpaid."""

    kind: str
    label: str
    amount: str


@dataclass(frozen=True)
class PaymentRow:
    when: datetime
    label: str
    amount: str


def sums_before_total(totals: DocumentTotals) -> list[tuple[str, str, Decimal]]:
    """Kind, label and amount of what stands between the items and the total."""
    rows = []
    if totals.discount or totals.shipping or (totals.tax and not totals.includes_tax):
        rows.append(("subtotal", _("Subtotal"), totals.subtotal))
    if totals.discount:
        rows.append(("discount", _("Discount"), -totals.discount))
    if totals.shipping:
        rows.append(("shipping", _("Shipping"), totals.shipping))
    if totals.tax and not totals.includes_tax:
        rows.append(("tax", _("Tax"), totals.tax))
    if totals.rounding:
        rows.append(("rounding", _("Rounding"), totals.rounding))
    return rows


def cancel_money(document: SalesDocument, show: Any) -> str:
    """What happens to what was paid on a cancelled order: what went back, and what the shop said of
    the rest."""
    if not document.cancelled_at or document.received <= 0:
        return ""
    said = []
    if document.refunded:
        text = _("Of the %(paid)s that you paid, %(amount)s was paid back to you.")
        amounts = {"paid": show(document.received), "amount": show(document.refunded)}
        said.append(text % amounts)
    back = document.refund_due
    if back:
        said.append(_("We pay %(amount)s back to you.") % {"amount": show(back)})
    kept = document.paid + document.surcharges - back if back else document.paid
    if kept > 0 and said:
        said.append(_("We keep %(amount)s.") % {"amount": show(kept)})
    elif kept > 0 and document.money_after_cancel:
        said.append(_("We keep the %(amount)s that you paid.") % {"amount": show(kept)})
    return " ".join(said)


def money_rows(document: SalesDocument, show: Any) -> list[TotalRow]:
    """What is off the total again, what came, what went, and where some went, on a cancelled order
    what the shop kept."""
    rows = []
    if document.taken_off and not document.cancelled_at:
        rows.append(TotalRow("taken_off", _("Taken off the price"), show(-document.taken_off)))
    rows.append(TotalRow("paid", _("Paid"), show(document.received)))
    if document.refunded:
        rows.append(TotalRow("refunded", _("Refunded"), show(-document.refunded)))
    if document.charged_back:
        taken = show(-document.charged_back)
        rows.append(TotalRow("taken_back", _("Taken back by your bank"), taken))
    if document.cancelled_at and document.refunded:
        rows.append(TotalRow("kept", _("Kept by us"), show(document.paid)))
    return rows


def payment_rows(document: SalesDocument, show: Any) -> list[PaymentRow]:
    """One of each booking that moved money, and below it one of the fee of a way of paying that is
    in it."""
    kinds = {entry.pk: entry.kind for entry in document.bookings}
    rows = []
    for entry in document.bookings:
        if entry.kind == LedgerKind.FORGIVENESS:
            continue
        label = _payment_label(entry, kinds.get(entry.about_id))
        rows.append(_payment_row(entry, label, entry.amount, show))
        if entry.surcharge:
            rows.append(_payment_row(entry, _("Fee included"), entry.surcharge, show))
    return rows


def _payment_row(entry: LedgerEntry, label: str, amount: Decimal, show: Any) -> PaymentRow:
    return PaymentRow(entry.occurred_at, label, show(round_money(amount, entry.currency)))


def _payment_label(entry: LedgerEntry, about: str | None) -> str:
    """``about`` is the kind of the entry that this one changes."""
    if entry.kind == LedgerKind.REFUND:
        paid_back = _("Refunded · %(method)s") % {"method": entry.method}
        return paid_back if entry.method else _("Refunded")
    if entry.kind == LedgerKind.CHARGEBACK:
        return _("Taken back by your bank")
    if entry.kind == LedgerKind.REVERSAL:
        is_of_bank = about == LedgerKind.CHARGEBACK
        return _("Returned by your bank") if is_of_bank else _("A refund came back to us")
    if entry.kind == LedgerKind.CORRECTION:
        return str(LedgerKind.CORRECTION.label)
    return entry.method or str(LedgerKind(entry.kind).label)
