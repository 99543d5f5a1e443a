"""Whether something can be paid now, just as the page showed it."""

from decimal import Decimal

from django.utils.translation import gettext_noop

from ...exceptions import NotAvailable, PaymentUnavailable, StaleDocument
from ...fees import in_one_line
from ...gateways import stripe as gateway
from ...models import PortalSettings, SalesDocument
from ...money import ZERO
from . import choosing
from .method_fees import Way, way_of
from .offers import takes_online


class PaymentPending(NotAvailable):
    """The bank has not answered yet."""

    sentence = gettext_noop(
        "A payment is under way. We will tell you as soon as your bank has confirmed it. "
        "Please do not pay again."
    )


class AmountChanged(StaleDocument):
    """What is due is not what the page showed."""

    sentence = gettext_noop(
        "The amount has changed since you opened this page. Please look at it again. "
        "You have not been charged."
    )


def check(
    document: SalesDocument,
    shown: Decimal | None = None,
    wanted: Decimal | None = None,
    *,
    way: str = "",
    fees: str | None = None,
) -> Way | None:
    """Raises where nothing can be paid online now, where ``shown`` is not what is due, or where
    the shop does not take what is ``wanted`` in its place. ``fees`` are those that the page showed
    (``Offer.fees``), and ``way`` is the name of the one that was chosen there. Returns that, where
    there is a choice."""
    if document.has_pending_payment:
        raise PaymentPending
    amount = document.amount_due
    if not document.is_order or not document.standing.is_out or amount <= 0:
        raise NotAvailable
    if shown is not None and shown != amount:
        raise AmountChanged
    shop = PortalSettings.of(document.site)
    if fees is not None and fees != in_one_line(shop.fees):
        raise AmountChanged
    if not takes_online(document):
        raise PaymentUnavailable
    if wanted is not None:
        choosing.check_amount(document, wanted)
    paid = amount if wanted is None else wanted
    chosen = way_of(document, paid, shop, way)
    gateway.check_amount(paid + (chosen.fee if chosen else ZERO), document.totals.currency)
    return chosen
