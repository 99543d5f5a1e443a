"""Another amount than is due, where the shop takes such: within limits that the server checks."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ...exceptions import PortalError
from ...gateways import stripe as gateway
from ...models import PortalSettings, SalesDocument
from ...money import format_money, round_up
from ...statuses import PaymentPurpose


@dataclass(frozen=True)
class Limits:
    """What the customer may choose from, both ends included: multiples of ``unit``, which cards
    take no part of."""

    least: Decimal
    most: Decimal
    unit: Decimal


class AmountRefused(PortalError):
    """The amount is not within the limits; the sentence says which."""

    status = 400


def limits(document: SalesDocument, shop: PortalSettings) -> Limits | None:
    """``None`` where the shop takes what is due and nothing else, and where there is no choice:
    whatever is paid by card of 10.005 KWD would leave what no card can pay."""
    if not shop.takes_other_amounts:
        return None
    currency, most = document.totals.currency, document.balance_due
    unit = gateway.unit(currency)
    least = max(round_up(shop.least_amount, unit), gateway.smallest(currency))
    return Limits(least, most, unit) if least < most and not most % unit else None


def check_amount(document: SalesDocument, wanted: Decimal) -> None:
    """Raises ``AmountRefused``. What is left after it has to be payable, too."""
    found = limits(document, PortalSettings.of(document.site))
    if wanted == document.amount_due:
        return
    if found is None:
        raise AmountRefused(_("This order is paid in the amount that is due."))
    currency = document.totals.currency
    if not found.least <= wanted <= found.most:
        raise AmountRefused(
            _("Choose an amount from %(least)s to %(most)s.")
            % {"least": _shown(document, found.least), "most": _shown(document, found.most)}
        )
    if wanted % found.unit:
        raise AmountRefused(
            _("By card you can pay in steps of %(step)s.") % {"step": _shown(document, found.unit)}
        )
    rest = found.most - wanted
    if rest and not gateway.can_charge(rest, currency):
        raise AmountRefused(
            _("This would leave %(rest)s, which is too little to be paid by card. Pay all of it.")
            % {"rest": _shown(document, rest)}
        )


@dataclass(frozen=True)
class Chosen:
    """What is paid now. ``instalment`` is the number of the one that it is, counted from 1."""

    purpose: PaymentPurpose
    amount: Decimal
    instalment: int | None = None


def chosen(document: SalesDocument, wanted: Decimal | None = None) -> Chosen:
    """What is due, or the part of the balance that is ``wanted`` in its place."""
    due = document.amount_due
    if wanted is None or wanted == due:
        part = document.next_instalment
        return Chosen(document.due_purpose, due, part.number if part else None)
    is_all = wanted == document.balance_due
    return Chosen(PaymentPurpose.BALANCE if is_all else PaymentPurpose.OTHER, wanted)


def is_payable(document: SalesDocument, amount: Decimal) -> bool:
    """Whether somebody may still pay just this: it is due, or the shop takes other amounts."""
    if amount == document.amount_due:
        return True
    found = limits(document, PortalSettings.of(document.site))
    return found is not None and found.least <= amount <= found.most


def _shown(document: SalesDocument, amount: Decimal) -> str:
    return format_money(amount, document.totals.currency, document.language or "en")
