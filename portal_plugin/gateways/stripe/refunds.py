"""Refunds: https://docs.stripe.com/api/refunds."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...statuses import RefundState
from .accounts import Account
from .amounts import minor_units, whole_units
from .client import asking, client, understanding

if TYPE_CHECKING:
    from stripe import Refund as StripeRefund

_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
#: Why one waits of which nothing has left the shop's balance yet.
_NOT_TAKEN = ("charge_pending", "insufficient_funds")


@dataclass(frozen=True)
class RefundOrder:
    """What Stripe is asked to pay back. ``payment`` is the PaymentIntent's id, ``refund`` our
    row's."""

    amount: Decimal
    currency: str
    payment: str
    document: str
    refund: int
    key: UUID
    account: Account


@dataclass(frozen=True)
class Refund:
    """A refund as it is now. ``state`` is ``NEW`` while Stripe has not taken the money from the
    shop's balance, which is too low. ``payment`` is its PaymentIntent's id, empty for a charge that
    was made without one; ``refund`` is our row's id, where we asked for it. ``has_come_back``: the
    money had left the shop's balance, and is on it again. ``is_of_fraud``: whoever paid was not the
    card's owner, as the shop said in Stripe's dashboard."""

    id: str
    state: RefundState
    amount: Decimal
    currency: str
    payment: str = ""
    refund: int | None = None
    failure_code: str = ""
    has_come_back: bool = False
    is_of_fraud: bool = False
    created_at: datetime | None = None


def create_refund(order: RefundOrder) -> Refund:
    """The same key and words give the same refund again. Raises ``StripeTrouble``; ``CannotCharge``
    for an amount that Stripe has no integer for."""
    units = minor_units(order.amount, order.currency)
    with asking():
        refund = client(order.account).v1.refunds.create(
            {
                "payment_intent": order.payment,
                "amount": units,
                "metadata": {
                    "portal_document": order.document,
                    "portal_refund": str(order.refund),
                },
            },
            {"idempotency_key": str(order.key)},
        )
    return read(refund)


def find_refund(refund_id: str, account: Account) -> Refund:
    """Raises ``NotFound`` for what is not in this account."""
    with asking():
        return read(client(account).v1.refunds.retrieve(refund_id))


def refunds_of_charge(charge_id: str, account: Account) -> list[Refund]:
    """All of one charge, newest first."""
    with asking():
        found = client(account).v1.refunds.list({"charge": charge_id, "limit": 100})
        return [read(refund) for refund in found.auto_paging_iter()]


def refunds_of_payment(payment_id: str, account: Account) -> list[Refund]:
    """All of one PaymentIntent, newest first."""
    with asking():
        found = client(account).v1.refunds.list({"payment_intent": payment_id, "limit": 100})
        return [read(refund) for refund in found.auto_paging_iter()]


@understanding()
def read(refund: "StripeRefund") -> Refund:
    """A status that we do not know counts as under way: it is asked for again."""
    fields = refund.to_dict()
    currency = str(fields["currency"]).upper()
    ours = str((fields.get("metadata") or {}).get("portal_refund", ""))
    payment = fields.get("payment_intent") or ""
    return Refund(
        id=refund.id,
        state=_state(fields),
        amount=whole_units(fields["amount"], currency),
        currency=currency,
        payment=payment if isinstance(payment, str) else payment["id"],
        refund=int(ours) if ours.isascii() and ours.isdecimal() and len(ours) < 19 else None,
        failure_code=str(fields.get("failure_reason") or "")[:100],
        has_come_back=bool(fields.get("failure_balance_transaction")),
        is_of_fraud=fields.get("reason") == "fraudulent",
        created_at=datetime.fromtimestamp(fields["created"], UTC),
    )


def _state(fields: dict[str, Any]) -> RefundState:
    """https://docs.stripe.com/api/refunds/object#refund_object-pending_reason."""
    state = _STATES.get(str(fields.get("status")), RefundState.PENDING)
    waits = fields.get("pending_reason") in _NOT_TAKEN and not fields.get("balance_transaction")
    return RefundState.NEW if state == RefundState.PENDING and waits else state
