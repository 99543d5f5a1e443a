"""Take an invoice back, whole or in part: a credit note with a number of its own."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from ...exceptions import NotAvailable
from ...models import Invoice
from ...models.documents import lock
from ...money import ZERO, round_money
from ...shares import less, share_of, worth
from ...totals import TaxBand
from .. import activity
from ..presentation.shop import document_language
from . import drafts
from .issuing import write


def credit(
    invoice: Invoice,
    reason: str,
    user: Any = None,
    *,
    amount: Decimal | None = None,
    keys: Collection[UUID] = (),
    key: UUID | None = None,
) -> Invoice:
    """The credit note over ``amount`` (with tax), over the items with ``keys``, or over all that is
    left. ``key`` is that of one press of the button: the second arrival finds the first's.

    Raises ``NotAvailable`` without a reason, and for more than is left.
    """
    if not reason.strip():
        raise NotAvailable(_("Write the reason: it stands on the credit note."))
    with transaction.atomic():
        order = lock(invoice.document)
        fresh = Invoice.objects.get(pk=invoice.pk)
        key = key or uuid4()
        earlier = activity.facts_of(order, "credit_note", key)
        if earlier is not None:
            return Invoice.objects.get(pk=earlier["invoice"])
        bands, rounding = _taken(fresh, amount, keys)
        items = [item for item in fresh.items if UUID(item["key"]) in keys]
        with translation.override(document_language(order.language)):
            draft = drafts.of_credit(fresh, reason.strip(), bands, rounding, items)
        return write(order, draft, user, key=key)


def _taken(
    invoice: Invoice, amount: Decimal | None, keys: Collection[UUID]
) -> tuple[tuple[TaxBand, ...], Decimal]:
    """Bands and rounding that go back. Raises ``NotAvailable``."""
    if invoice.is_credit_note:
        raise NotAvailable(_("A credit note cannot be taken back. Issue a new invoice."))
    left, rounding = invoice.left, invoice.left_rounding
    if not Invoice.objects.filter(pk=invoice.pk).standing().exists():
        raise NotAvailable(_("All of this invoice was taken back already."))
    if keys:
        if invoice.credited_keys & {str(key) for key in keys}:
            raise NotAvailable(_("This item was taken back already."))
        if {str(key) for key in keys} - {item["key"] for item in invoice.items}:
            raise NotAvailable(_("This item has no row on the invoice. Write an amount."))
        bands = invoice.bands_of(keys)
        if _is_too_much(left, bands):
            raise NotAvailable(_("So much of this invoice is not left."))
        return bands, _coins_of(less(left, bands), rounding)
    if amount is None or amount == worth(left) + rounding:
        return left, rounding
    most = min(worth(left), worth(left) + rounding)
    if amount != round_money(amount, invoice.currency) or not 0 < amount <= most:
        raise NotAvailable(_("Write an amount of at most what is left of the invoice."))
    return share_of(left, amount, invoice.currency), ZERO


def _coins_of(rest: tuple[TaxBand, ...], rounding: Decimal) -> Decimal:
    """Rounding that goes back with items: it does not stay where they were all that was left, nor
    where it would take off more than is."""
    is_gone = not worth(rest) or worth(rest) + rounding < 0
    return rounding if is_gone else ZERO


def _is_too_much(left: tuple[TaxBand, ...], taken: tuple[TaxBand, ...]) -> bool:
    """A tax of which nothing is taken may be below zero from the start: something was given back
    on the invoice itself."""
    rest, touched = less(left, taken), {(band.rate, band.category) for band in taken}
    mine = [band for band in rest if (band.rate, band.category) in touched]
    return worth(rest) < 0 or any(band.net < 0 or band.tax < 0 for band in mine)
