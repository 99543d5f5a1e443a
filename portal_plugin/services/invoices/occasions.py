"""When the portal issues by itself: as the shop's settings say. In the caller's transaction, under
the order's lock, and never a reason for the caller to fail. What can have no invoice gets none:
``issuing`` knows."""

from contextlib import suppress
from typing import Any

from ...exceptions import NotAvailable
from ...models import PortalSettings, SalesDocument
from ...models.shop import Invoicing
from ...money import ZERO
from ...shares import worth
from ...statuses import MoneyAfterCancel
from . import crediting, issuing


def order_made(order: SalesDocument, user: Any = None) -> None:
    """Its first version is out: the invoice, or the one over the deposit where the invoice comes
    when the order is completed."""
    wanted = PortalSettings.of(order.site).invoicing
    if wanted == Invoicing.ORDERED:
        _if_possible(issuing.issue, order, user)
    elif wanted == Invoicing.COMPLETED:
        _if_possible(issuing.issue_deposit, order, user)


def order_completed(order: SalesDocument, user: Any = None) -> None:
    wanted = PortalSettings.of(order.site).invoicing
    if wanted == Invoicing.COMPLETED:
        _if_possible(issuing.issue, order, user)


def order_cancelled(order: SalesDocument, reason: str, user: Any = None) -> None:
    """What was charged is taken back, but for money that the shop keeps: that stays charged on the
    oldest invoices, which asked for it."""
    is_kept = order.money_after_cancel == MoneyAfterCancel.KEPT
    kept = order.paid if is_kept else ZERO
    for invoice in order.invoices.standing():
        left = invoice.left_total
        stays = min(kept, left)
        kept -= stays
        if left > stays or not left:
            # Less is kept than was rounded up: what the items are worth goes back, and no more.
            amount = min(left - stays, worth(invoice.left)) if stays else None
            if amount != 0:
                crediting.credit(invoice, reason, user, amount=amount)


def _if_possible(act: Any, order: SalesDocument, user: Any) -> None:
    with suppress(NotAvailable):  # staff may have issued it themselves
        act(order, user)
