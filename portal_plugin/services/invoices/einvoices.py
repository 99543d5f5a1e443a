"""Whether an invoice is an e-invoice (Factur-X, EN 16931), and what it needs to be one.

What it says for machines is made with it, from what it says to people, and frozen with it.
"""

import json
from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ...canonical import canonical_bytes
from ...exceptions import NotAvailable
from ...gateways import facturx
from ...models import PortalSettings
from ...money import digits
from ...shares import strays
from ...statuses import InvoiceKind
from . import cii
from .shapes import Draft

#: Tax that the customer pays, or nobody: both sides are named by their tax numbers (BR-AE-02,
#: BR-IC-02); for an export the shop is (BR-G-02).
NAMES_BUYER = {"AE", "K"}
NAMES_SELLER = {*NAMES_BUYER, "G"}
#: Settings of the shop: BR-CO-26, BR-8 and BR-9.
NEEDED = ("tax_number", "address", "country")
PARTIES = ("seller", "buyer")
#: Amounts of EN 16931 have two digits (BR-DEC).
DIGITS = 2
#: What BR-CO-17 lets the tax of a rate be off, as CEN's own rules check it. Only an invoice over
#: hundreds of items comes to it, or one in a currency without cents.
FURTHEST = 1


def carried(content: dict[str, Any], draft: Draft, shop: PortalSettings) -> dict[str, Any]:
    """``content``, with its ``einvoice`` where it is to be one. Raises ``NotAvailable`` where
    something is missing for that.

    A credit note is one if the invoice is that it takes back: it can never be refused, so what was
    emptied since stays as the invoice said it.
    """
    before = draft.refers_to
    if draft.kind != InvoiceKind.CREDIT_NOTE:
        if not shop.sends_einvoices:
            return content
        refuse_incomplete(shop)
    elif "einvoice" not in before.said:
        return content
    else:
        content = {**content, **{name: _filled(before.said, content, name) for name in PARTIES}}
        content["delivery_on"] = content["delivery_on"] or before.said["delivery_on"]
    said = json.loads(canonical_bytes(content))
    if before is None:
        _refuse_unsaid(said)
        if any(strays(band) >= FURTHEST for band in draft.bands):
            raise NotAvailable(
                _("Tax is rounded item by item, and that adds up to more than e-invoices allow.")
            )
    return {**content, "einvoice": _checked(cii.xml(said))}


def _filled(before: dict[str, Any], content: dict[str, Any], name: str) -> dict[str, str]:
    return before[name] | {key: value for key, value in content[name].items() if value}


def refuse_incomplete(shop: PortalSettings) -> None:
    if missing := facturx.what_is_missing():
        raise NotAvailable(_("E-invoices cannot be made: %(why)s") % {"why": missing})
    if names := missing_of(shop):
        raise NotAvailable(
            _("An e-invoice needs the shop's %(list)s. Write it in the settings of the portal.")
            % {"list": get_text_list(names, _("and"))}
        )


def missing_of(shop: PortalSettings) -> list[str]:
    """Names of the settings that an e-invoice needs and that are empty."""
    fields = [shop._meta.get_field(name) for name in NEEDED if not getattr(shop, name).strip()]
    return [str(field.verbose_name) for field in fields]


def _refuse_unsaid(said: dict[str, Any]) -> None:
    """What EN 16931 asks of an invoice beyond its schema, and the order may not have."""
    for sentence in _unsaid(said):
        raise NotAvailable(sentence)


def _unsaid(said: dict[str, Any]) -> Any:
    bands = said["figures"]["bands"]
    kinds = {band["category"] for band in bands}
    if not said["buyer"]:
        yield _("An e-invoice needs a customer.")
    if digits(said["currency"]) > DIGITS:
        yield _("E-invoices know no currency with three digits after the point.")
    if any((band["category"] == "S") != (Decimal(band["rate"]) > 0) for band in bands):
        yield _(
            "For an e-invoice an item without tax needs to say why: choose its kind of tax. Only "
            "the standard rate has a percentage."
        )
    if "O" in kinds and len(kinds) > 1:
        yield _("An e-invoice cannot have items outside the scope of tax beside others.")
    if kinds & NAMES_SELLER and not cii.vat_number(said, "seller"):
        yield _("An invoice without tax of this kind needs the shop's VAT number.")
    if kinds & NAMES_BUYER and not cii.vat_number(said, "buyer"):
        yield _("An invoice without tax of this kind needs the customer's VAT number and country.")
    if "K" in kinds and not said["delivery_on"]:
        yield _("A delivery to another EU country needs its day: write it in the order.")


def _checked(xml: bytes) -> str:
    """A machine that lost the package still takes back what was issued."""
    if not facturx.what_is_missing() and (problem := facturx.problem_of(xml)):
        sentence = _("The e-invoice is not as its schema wants it: %(why)s")
        raise NotAvailable(sentence % {"why": problem})
    return xml.decode()
