"""Stripe's own page for one payment: https://docs.stripe.com/api/checkout/sessions."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .accounts import Account
from .amounts import check_amount, minor_units
from .client import asking, client, understanding
from .errors import Refused
from .methods import limits
from .payments import Order

if TYPE_CHECKING:
    from stripe.checkout import Session


@dataclass(frozen=True)
class Page:
    """``payment`` is the PaymentIntent's id, empty until the customer has pressed Pay there."""

    id: str
    is_open: bool
    is_expired: bool
    payment: str = ""
    url: str = field(default="", repr=False)


def create_page(
    order: Order, *, name: str, return_url: str, back_url: str, fee_name: str = ""
) -> Page:
    """``name`` is what the page says is being paid, ``fee_name`` what it calls the fee on top.
    Raises ``StripeTrouble``."""
    check_amount(order.amount, order.currency)
    rows = [(name, order.amount - order.surcharge)]
    if order.surcharge:
        rows.append((fee_name, order.surcharge))
    with asking():
        session = client(order.account).v1.checkout.sessions.create(
            {
                "mode": "payment",
                "line_items": [_row(label, amount, order.currency) for label, amount in rows],
                **limits(order.methods),
                "payment_intent_data": {
                    "description": order.description,
                    "metadata": order.metadata,
                },
                "metadata": order.metadata,
                "client_reference_id": order.document,
                "success_url": return_url,
                "cancel_url": back_url,
            },
            {"idempotency_key": str(order.key)},
        )
    return _read(session)


def _row(name: str, amount: Decimal, currency: str) -> Any:
    return {
        "quantity": 1,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": minor_units(amount, currency),
            "product_data": {"name": name},
        },
    }


def find_page(page_id: str, account: Account) -> Page:
    """Raises ``NotFound`` for what is not in this account."""
    with asking():
        return _read(client(account).v1.checkout.sessions.retrieve(page_id))


def close_page(page_id: str, account: Account) -> Page:
    """Nobody can pay on it any more, unless somebody already did. Raises ``Refused`` where Stripe
    leaves it open."""
    try:
        with asking():
            return _read(client(account).v1.checkout.sessions.expire(page_id))
    except Refused:
        page = find_page(page_id, account)
        if page.is_open:
            raise
        return page


@understanding()
def _read(session: "Session") -> Page:
    payment = session.payment_intent
    return Page(
        id=session.id,
        is_open=session.status == "open",
        is_expired=session.status == "expired",
        payment=payment if isinstance(payment, str) else payment.id if payment else "",
        url=session.url or "",
    )
