"""What a way of paying costs, where the shop takes fees: the customer chooses the way first.

The server says what it costs. Stripe is then asked for this way alone, so that nobody pays in a
dear way what was reckoned for a cheap one; what has no fee is one choice, without the ways that
have one.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ... import fees
from ...exceptions import PortalError
from ...gateways import stripe as gateway
from ...models import PortalSettings, SalesDocument
from ...money import ZERO, format_money, format_percent, round_to

#: All ways that have no fee.
OTHER = "other"


class WayRefused(PortalError):
    """No way of paying was chosen, or none that the shop has."""

    status = 400


@dataclass(frozen=True)
class Way:
    """``name`` is the type as Stripe names it, or ``OTHER``. ``fee`` is what comes on top of the
    amount that it was asked for, and ``rate`` says how it is reckoned: ``1.5% + €0.25``, empty
    without one. ``fixed`` is in the document's currency. ``methods`` is what Stripe is let take, as
    a ``PaymentAttempt`` keeps it."""

    name: str
    label: str
    methods: str
    fee: Decimal = ZERO
    percent: Decimal = ZERO
    fixed: Decimal = ZERO
    rate: str = ""


def ways(document: SalesDocument, amount: Decimal, shop: PortalSettings) -> tuple[Way, ...]:
    """What the customer chooses from to pay ``amount``; nothing where the shop takes no fees. Call
    with the document's language active."""
    if not shop.fees:
        return ()
    dear = [_way(document, amount, each, shop) for each in shop.fees]
    without = "-" + ",".join(each.method for each in shop.fees)
    return (*dear, Way(OTHER, _("Another way, without a fee"), without))


def way_of(document: SalesDocument, amount: Decimal, shop: PortalSettings, name: str) -> Way | None:
    """The one that was chosen; ``None`` where there is no choice. Raises ``WayRefused``."""
    found = ways(document, amount, shop)
    if not found:
        return None
    for way in found:
        if way.name == name:
            return way
    raise WayRefused(_("Choose how you want to pay."))


def highest_fee(document: SalesDocument, amount: Decimal) -> Decimal:
    """The most that a way of paying puts on top."""
    shop = PortalSettings.of(document.site)
    return max((way.fee for way in ways(document, amount, shop)), default=ZERO)


def fee_text(methods: str) -> str:
    """What the fee is called beside an amount, in the active language."""
    return _("Fee for paying by %(method)s") % {"method": gateway.method_name(methods)}


def _way(
    document: SalesDocument, amount: Decimal, each: fees.MethodFee, shop: PortalSettings
) -> Way:
    currency = document.totals.currency
    # A fixed amount of the shop's own money means nothing in another currency.
    unit = gateway.unit(currency)
    fixed = round_to(each.fixed, unit) if currency == shop.currency else ZERO
    language = document.language or "en"
    rates = [format_percent(each.percent, language)] if each.percent else []
    rates += [format_money(fixed, currency, language)] if fixed else []
    return Way(
        name=each.method,
        label=gateway.method_name(each.method),
        methods=each.method,
        fee=fees.fee_of(amount, each.percent, fixed, unit),
        percent=each.percent,
        fixed=fixed,
        rate=" + ".join(rates),
    )
