"""A QR code beside what is to be paid, where the shop wants one.

Never a direct link: a PDF is passed on, to the bookkeeper, to a scanner, into an archive, and
whoever scans a link would be let in as the customer. So it is either a transfer, which lets nobody
in, or the address of the document's page without a token: it opens in a browser that the customer's
link opened before, and for everybody else it says how to come by a new link.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..banking import bic_in, iban_in
from ..gateways import qr as gateway
from ..models import PortalSettings, SalesDocument
from ..models.shop import QrCode
from ..money import format_money

#: EPC069-12, version 2.1: characters of the payee's name and of the text, the bytes that all of it
#: may have in UTF-8, and the largest amount.
LONGEST_NAME, LONGEST_TEXT = 70, 140
LONGEST_PAYLOAD = 331
LARGEST = Decimal("999999999.99")


@dataclass(frozen=True)
class Code:
    """``label`` says what the code is good for, ``payload`` is what stands in it."""

    label: str
    payload: str


def of_payment(
    document: SalesDocument, shop: PortalSettings, amount: Decimal, reference: str
) -> Code | None:
    """Call with the document's language active."""
    if amount <= 0 or gateway.what_is_missing():
        return None
    if shop.qr_code == QrCode.TRANSFER:
        return of_transfer(document, shop, amount, reference)
    if shop.qr_code == QrCode.PAGE:
        path = reverse("portal_plugin:document", kwargs={"public_id": document.public_id})
        return Code(_("Your order's page"), document.site.root_url + path)
    return None


def of_transfer(
    document: SalesDocument, shop: PortalSettings, amount: Decimal, reference: str
) -> Code | None:
    """``None`` where the shop wants none, and for what no banking app could send: SEPA transfers
    are in euro, to an account with an IBAN."""
    iban, currency = iban_in(shop.bank_details), document.totals.currency
    is_wanted = shop.qr_code == QrCode.TRANSFER and not gateway.what_is_missing()
    if not (is_wanted and iban and currency == "EUR" and 0 < amount <= LARGEST):
        return None
    shown = format_money(amount, currency, document.language)
    return Code(
        _("%(amount)s by banking app") % {"amount": shown},
        _transfer(shop.name, bic_in(shop.bank_details), iban, amount, reference),
    )


def _transfer(name: str, bic: str, iban: str, amount: Decimal, reference: str) -> str:
    """In letters of three or four bytes name and reference are too long together: the shop books
    by the reference, and its own name only has to be recognised, so it gives way."""
    text = _cut_to_bytes(_cut(reference, LONGEST_TEXT), LONGEST_TEXT)
    head, tail = ["BCD", "002", "1", "SCT", bic], [iban, f"EUR{amount:.2f}", "", "", text]
    room = LONGEST_PAYLOAD - len("\n".join([*head, "", *tail]).encode())
    return "\n".join([*head, _cut_to_bytes(_cut(name, LONGEST_NAME), room), *tail])


def drawn(code: Any, html_class: str) -> SafeString:
    """The ``<svg>`` of a ``Code``, or of a dict with the same; empty for none, and on a machine
    that lost the package."""
    if not code or gateway.what_is_missing():
        return mark_safe("")
    said = code if isinstance(code, dict) else vars(code)
    return mark_safe(gateway.drawn(said["payload"], said["label"], html_class))


def _cut(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest]


def _cut_to_bytes(text: str, longest: int) -> str:
    """Between two letters."""
    return text.encode()[:longest].decode(errors="ignore").rstrip()
