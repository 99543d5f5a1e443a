"""How an order can be paid now, and how far a payment has come."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ...conf import conf
from ...fees import in_one_line
from ...gateways import stripe as gateway
from ...models import PaymentAttempt, PortalSettings, SalesDocument
from ...money import format_money
from ...statuses import AttemptState, PaymentPurpose, PaysBy
from . import reasons
from .choosing import Limits, chosen, limits
from .method_fees import Way, ways


@dataclass(frozen=True)
class Offer:
    """``reference`` is what the customer writes on a transfer. ``prefers_bank``: the bank details
    stand first, and cards, where they are taken at all, below them. ``minor_units`` is the amount
    as Stripe's card form wants it, 0 where no card is taken. ``other``: what the customer may pay
    in its place, where the shop takes other amounts. ``instalment`` is the number of the one that
    is paid. ``ways`` are what the customer chooses from where the shop takes fees for some;
    ``fees`` is all of those in one line, to see at Pay whether they are still the same."""

    amount: Decimal
    currency: str
    purpose: PaymentPurpose
    reference: str
    bank_details: str
    takes_cards: bool
    prefers_bank: bool
    is_hosted: bool
    minor_units: int = 0
    other: Limits | None = None
    instalment: int | None = None
    ways: tuple[Way, ...] = ()
    fees: str = ""


@dataclass(frozen=True)
class Progress:
    """``state``: ``none``, ``open``, ``pending``, ``paid`` or ``failed``; ``message`` is a sentence
    for the customer, empty while there is nothing to say."""

    state: str
    message: str = ""


def offer(document: SalesDocument) -> Offer:
    due, currency = chosen(document), document.totals.currency
    amount = due.amount
    takes_cards = takes_online(document) and gateway.can_charge(amount, currency)
    shop = PortalSettings.of(document.site)
    return Offer(
        amount=amount,
        currency=currency,
        purpose=due.purpose,
        instalment=due.instalment,
        reference=document.number or "",
        bank_details=shop.bank_details.strip(),
        takes_cards=takes_cards,
        prefers_bank=not takes_cards or document.effective_pays_by != PaysBy.ONLINE,
        is_hosted=conf.stripe_prefers_checkout,
        minor_units=gateway.minor_units(amount, currency) if takes_cards else 0,
        other=limits(document, shop) if takes_cards else None,
        ways=ways(document, amount, shop) if takes_cards else (),
        fees=in_one_line(shop.fees),
    )


def can_be_paid(document: SalesDocument) -> bool:
    """Whether there is any way to pay what is due: online, or to the shop's bank. No query where
    the document was read for a page."""
    currency = document.totals.currency
    if takes_online(document) and gateway.can_charge(document.amount_due, currency):
        return True
    shop = getattr(document, "shop_settings", None) or PortalSettings.of(document.site)
    return bool(shop.bank_details.strip())


def takes_online(document: SalesDocument) -> bool:
    """Whether Stripe is there for it; staff's samples never move real money."""
    account = gateway.of_site(document.site)
    return account.is_configured and not (document.is_sample and account.is_live)


def progress(document: SalesDocument) -> Progress:
    """Of the newest payment that was tried, from our rows alone."""
    attempt = document.payment_attempts.order_by("-pk").first()
    if attempt is None or attempt.state == AttemptState.CANCELLED:
        return Progress("none")
    if attempt.state == AttemptState.SUCCEEDED:
        return Progress("paid", thanks(attempt, document.language))
    if attempt.state == AttemptState.PROCESSING:
        return Progress(
            "pending", _("Your payment is under way. We will write to you when it has arrived.")
        )
    if attempt.state == AttemptState.FAILED:
        return Progress("failed", reasons.sentence(attempt.failure_code))
    return Progress("open")


def thanks(attempt: PaymentAttempt, language: str) -> str:
    said = _thanks(attempt, format_money(attempt.amount, attempt.currency, language))
    if not attempt.surcharge:
        return said
    money = {
        "fee": format_money(attempt.surcharge, attempt.currency, language),
        "total": format_money(attempt.charged, attempt.currency, language),
    }
    return said + " " + _("With the fee of %(fee)s you paid %(total)s.") % money


def _thanks(attempt: PaymentAttempt, amount: str) -> str:
    if attempt.purpose == PaymentPurpose.DEPOSIT:
        return _("Thank you. The deposit of %(amount)s is paid.") % {"amount": amount}
    if attempt.purpose == PaymentPurpose.INSTALMENT:
        words = {"amount": amount, "number": attempt.instalment}
        return _("Thank you. Instalment %(number)s of %(amount)s is paid.") % words
    return _("Thank you. %(amount)s is paid.") % {"amount": amount}


def purpose_text(purpose: str, number: str, instalment: int | None = None) -> str:
    """What is being paid, in the active language: ``Deposit for order 2026-0012``."""
    if purpose == PaymentPurpose.INSTALMENT:
        words = {"instalment": instalment, "number": number}
        return _("Instalment %(instalment)s for order %(number)s") % words
    if purpose == PaymentPurpose.DEPOSIT:
        return _("Deposit for order %(number)s") % {"number": number}
    return _("Order %(number)s") % {"number": number}
