"""What the overview shows of an order's money: bookings, refunds under way, and disputes."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ..gateways import stripe as gateway
from ..models import Dispute, LedgerEntry
from ..money import format_money
from ..services import payments
from ..services.mail_receivers import staff_name
from ..statuses import DisputeState, LedgerKind, RefundState
from . import sites
from .words import language_of_admin

#: A booking and what it is about, in words for staff; ``None`` for what is about nothing.
LABELS = {
    (LedgerKind.REVERSAL, LedgerKind.REFUND): gettext_noop("Refund that came back"),
    (LedgerKind.REVERSAL, LedgerKind.CHARGEBACK): gettext_noop("Returned by the bank"),
    (LedgerKind.CHARGEBACK, LedgerKind.PAYMENT): gettext_noop("Taken back by the bank"),
}
#: What can be said of a refund later, as the address of its page has it.
OWE, FORGIVE = "owe", "forgive"


@dataclass(frozen=True)
class MoneyRow:
    """``left`` is what can still be paid back, empty where nothing can; ``fee`` is what of
    ``amount`` is the fee of the way of paying. ``forgiven`` is what is not owed any more because of
    a refund, ``owed`` what of it is; ``change`` says what can be said of it instead: that it is not
    (``FORGIVE``) or is (``OWE``)."""

    entry: LedgerEntry
    label: str
    amount: str
    by: str
    fee: str = ""
    left: str = ""
    forgiven: str = ""
    owed: str = ""
    change: str = ""
    can_refund: bool = False
    can_correct: bool = False


@dataclass(frozen=True)
class RefundRow:
    amount: str
    method: str
    sentence: str
    when: datetime
    is_wrong: bool


@dataclass(frozen=True)
class DisputeRow:
    """``url`` leads to Stripe, where it is answered."""

    dispute: Dispute
    sentence: str
    url: str
    waits: bool


def money_rows(document, user) -> list[MoneyRow]:
    """Newest first. However many there are, they cost the same queries."""
    kinds = {entry.pk: entry.kind for entry in document.bookings}
    may = {
        "refund": sites.may(user, "refund", document),
        "correct": sites.may(user, "record_payment", document),
    }
    people = get_user_model().objects.in_bulk(
        {entry.recorded_by_id for entry in document.bookings if entry.recorded_by_id}
    )
    names = {pk: staff_name(person) or "" for pk, person in people.items()}
    return [_money_row(document, entry, kinds, may, names) for entry in document.bookings]


def _money_row(document, entry, kinds, may, names):
    is_payment = entry.kind in payments.PAYMENTS
    left = document.left_of(entry) if is_payment else 0
    owing = _owing(document, entry) if entry.kind == LedgerKind.REFUND else {}
    return MoneyRow(
        entry=entry,
        label=label_of(entry, kinds.get(entry.about_id)),
        amount=show(entry.amount, entry.currency),
        by=names.get(entry.recorded_by_id, ""),
        fee=show(entry.surcharge, entry.currency) if entry.surcharge else "",
        left=show(left, entry.currency) if left and left != entry.amount else "",
        forgiven=owing.get("forgiven", ""),
        owed=owing.get("owed", ""),
        change=owing.get("change", "") if may["refund"] else "",
        can_refund=may["refund"] and left > 0,
        can_correct=may["correct"] and entry.kind == LedgerKind.OFFLINE,
    )


def _owing(document, entry):
    """Of a refund, while the order is to be paid at all."""
    if document.cancelled_at:
        return {}
    forgiven, owed = document.forgiven_of(entry), document.forgivable_of(entry)
    change = FORGIVE if owed else OWE if forgiven else ""
    said = {"forgiven": forgiven, "owed": owed}
    return {"change": change} | {name: show(of, entry.currency) for name, of in said.items() if of}


def label_of(entry, about_kind) -> str:
    text = LABELS.get((entry.kind, about_kind))
    return _(text) if text else str(LedgerKind(entry.kind).label)


def refund_rows(document) -> list[RefundRow]:
    """Those that are not simply done: under way, or failed."""
    found = document.refunds.exclude(state=RefundState.SUCCEEDED).select_related("payment")
    unanswered = _("Stripe has not answered yet. It is asked again by itself.")
    sentences = {
        RefundState.NEW: _("It waits at Stripe for your balance there. Nothing is paid back yet."),
        RefundState.PENDING: _("The customer's bank is still at it. It counts as paid back."),
        RefundState.FAILED: _("It did not go through. The money is still with you."),
    }
    return [
        RefundRow(
            amount=show(row.amount, row.currency),
            method=row.payment.method,
            sentence=unanswered if row.is_unanswered else sentences[row.state],
            when=row.ended_at or row.created_at,
            is_wrong=row.state == RefundState.FAILED,
        )
        for row in found
    ]


def dispute_rows(document) -> list[DisputeRow]:
    sentences = {
        DisputeState.INQUIRY: _("The customer's bank asks about %(amount)s. No money has moved."),
        DisputeState.INQUIRY_CLOSED: _("The bank's question about %(amount)s is closed."),
        DisputeState.NEEDS_RESPONSE: _("The customer's bank has taken %(amount)s back."),
        DisputeState.UNDER_REVIEW: _("The bank looks at your answer about %(amount)s."),
        DisputeState.WON: _("The bank decided for you: the %(amount)s are yours."),
        DisputeState.LOST: _("The bank decided for the customer: the %(amount)s are gone."),
    }
    return [
        DisputeRow(
            dispute=row,
            sentence=sentences[row.state] % {"amount": show(row.amount, row.currency)},
            url=gateway.dashboard_url(row.stripe_dispute, is_live=row.is_live),
            waits=row.state in DisputeState.waiting(),
        )
        for row in document.disputes.all()
    ]


def show(amount, currency) -> str:
    return format_money(amount, currency, language_of_admin())
