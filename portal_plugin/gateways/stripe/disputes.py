"""Disputes: https://docs.stripe.com/api/disputes. They are answered in Stripe's dashboard."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ...statuses import DisputeState
from .accounts import Account
from .amounts import whole_units
from .client import asking, client, understanding

if TYPE_CHECKING:
    from stripe import Dispute as StripeDispute

_STATES = {
    "warning_needs_response": DisputeState.INQUIRY,
    "warning_under_review": DisputeState.UNDER_REVIEW,
    "warning_closed": DisputeState.INQUIRY_CLOSED,
    "prevented": DisputeState.INQUIRY_CLOSED,
    "needs_response": DisputeState.NEEDS_RESPONSE,
    "under_review": DisputeState.UNDER_REVIEW,
    "appeal_needs_response": DisputeState.NEEDS_RESPONSE,
    "appeal_under_review": DisputeState.UNDER_REVIEW,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}


@dataclass(frozen=True)
class Movement:
    """Money that a dispute took or gave back. ``amount`` is below zero where it was taken."""

    id: str
    amount: Decimal
    at: datetime


@dataclass(frozen=True)
class Dispute:
    """A dispute as it is now. ``is_withdrawn``: the bank has taken the money; ``is_returned``: and
    has given it back, as its state says. ``is_appealed``: it was lost, and is decided once more.
    ``moved``: what Stripe has moved for it by now, oldest first."""

    id: str
    state: DisputeState
    amount: Decimal
    currency: str
    is_live: bool
    is_withdrawn: bool
    is_returned: bool
    opened_at: datetime
    is_appealed: bool = False
    payment: str = ""
    charge: str = ""
    reason: str = ""
    answer_by: datetime | None = None
    moved: tuple[Movement, ...] = ()

    @property
    def withdrawals(self) -> tuple[Movement, ...]:
        """One for each time that the bank took the money: what was won can be lost again."""
        return self._found([row for row in self.moved if row.amount < 0], -self.amount)

    @property
    def returns(self) -> tuple[Movement, ...]:
        return self._found([row for row in self.moved if row.amount > 0], self.amount)

    def _found(self, rows: list[Movement], amount: Decimal) -> tuple[Movement, ...]:
        """The first one is told by the state, too, which may be there before its row, and is known
        by the dispute itself."""
        if not rows:
            is_said = self.is_withdrawn if amount < 0 else self.is_returned
            at = self.opened_at if amount < 0 else datetime.now(UTC)
            return (Movement(self.id, amount, at),) if is_said else ()
        return (replace(rows[0], id=self.id), *rows[1:])


def find_dispute(dispute_id: str, account: Account) -> Dispute:
    """Raises ``NotFound`` for what is not in this account."""
    with asking():
        return read(client(account).v1.disputes.retrieve(dispute_id))


def dashboard_url(dispute_id: str, *, is_live: bool) -> str:
    """Where a person answers it."""
    mode = "" if is_live else "test/"
    return f"https://dashboard.stripe.com/{mode}disputes/{dispute_id}"


@understanding()
def read(dispute: "StripeDispute") -> Dispute:
    """A warning has moved no money: https://docs.stripe.com/disputes/how-disputes-work#inquiries."""
    fields = dispute.to_dict()
    status, currency = str(fields["status"]), str(fields["currency"]).upper()
    payment, charge = fields.get("payment_intent") or "", fields.get("charge") or ""
    due = (fields.get("evidence_details") or {}).get("due_by")
    state = _STATES.get(status, DisputeState.UNDER_REVIEW)
    is_warning = status.startswith("warning_") or status == "prevented" or status not in _STATES
    return Dispute(
        id=dispute.id,
        state=state,
        amount=whole_units(fields["amount"], currency),
        currency=currency,
        is_live=bool(fields.get("livemode")),
        is_withdrawn=not is_warning,
        is_returned=state == DisputeState.WON,
        is_appealed=status.startswith("appeal_"),
        payment=payment if isinstance(payment, str) else payment["id"],
        charge=charge if isinstance(charge, str) else charge["id"],
        reason=str(fields.get("reason") or "")[:100],
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
        opened_at=datetime.fromtimestamp(fields["created"], UTC),
        moved=_moved(fields),
    )


def _moved(fields: dict[str, Any]) -> tuple[Movement, ...]:
    """https://docs.stripe.com/api/disputes/object#dispute_object-balance_transactions. They are in
    the currency in which the account is paid out: in another one, what moved is all of the
    dispute."""
    currency, found = str(fields["currency"]).upper(), []
    for row in fields.get("balance_transactions") or []:
        units = row["amount"]
        if str(row["currency"]).upper() != currency:
            units = fields["amount"] * ((units > 0) - (units < 0))
        at = datetime.fromtimestamp(row["created"], UTC)
        found.append(Movement(row["id"], whole_units(units, currency), at))
    return tuple(sorted(found, key=lambda row: row.at))
