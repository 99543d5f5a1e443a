"""What a new document starts with: from the shop's settings, then from its customer."""

from datetime import timedelta

from .. import days
from ..languages import codes
from ..models import Estimate, PortalSettings
from ..models.shop import RoundsTotals
from ..money import ZERO, cash_unit
from ..statuses import PaysBy

FILLED = (
    "language",
    "currency",
    "deposit_percent",
    "deposit_least",
    "shipping_tax_rate",
    "shipping_includes_tax",
    "valid_until",
)


def fill_new(document):
    """Before the empty form is shown. ``document`` has its site."""
    shop = PortalSettings.of(document.site)
    document.language = shop.language or codes()[0]
    document.currency = shop.currency
    document.deposit_percent = shop.deposit_percent
    document.deposit_least = shop.least_deposit
    document.shipping_tax_rate = shop.tax_rate
    document.shipping_includes_tax = shop.prices_include_tax
    if isinstance(document, Estimate) and shop.validity_days:
        document.valid_until = days.today() + timedelta(days=shop.validity_days)
    return document


def fill_from_site(document, changed) -> list[str]:
    """Another site was chosen: its shop's defaults, where staff did not write others."""
    fresh = fill_new(type(document)(site=document.site))
    names = [name for name in FILLED if name not in changed]
    for name in names:
        setattr(document, name, getattr(fresh, name))
    return names


def fill_rounding(document) -> None:
    """As the shop wants it now. It is written with the document, so that no total that is out
    follows what the shop or the customer's row says later."""
    if not document.site_id:
        return
    wanted = PortalSettings.of(document.site).rounds_totals
    is_offline = document.effective_pays_by != PaysBy.ONLINE
    rounds = wanted == RoundsTotals.ALWAYS or (wanted == RoundsTotals.OFFLINE and is_offline)
    document.rounding_unit = cash_unit(document.priced_in) if rounds else ZERO


def item_defaults(shop) -> dict:
    """Column values of a new line item. ``shop`` are the settings of its site."""
    return {"tax_rate": shop.tax_rate, "price_includes_tax": shop.prices_include_tax}


def fill_from_customer(document, changed) -> list[str]:
    """The customer's own language and currency, where staff did not choose others themselves.

    ``changed`` are the names of the fields that were edited in this form. Returns those filled.
    """
    customer = document.customer
    if customer is None or document.current_version_id is not None or "customer" not in changed:
        return []
    wanted = ("language", "currency")
    names = [name for name in wanted if getattr(customer, name) and name not in changed]
    for name in names:
        setattr(document, name, getattr(customer, name))
    return names
