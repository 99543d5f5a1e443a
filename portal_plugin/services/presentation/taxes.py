"""Taxes in words: what is charged on what, and why on some of it nothing is."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ...models.items import TaxCategory
from ...totals import TaxBand

#: What the customer reads where no tax is charged: EN 16931, BT-120, by its category.
NOTES = {
    TaxCategory.EXEMPT: gettext_noop("Exempt from tax."),
    TaxCategory.REVERSE_CHARGE: gettext_noop("Reverse charge: the customer owes the tax."),
    TaxCategory.WITHIN_EU: gettext_noop("Tax-free delivery to another EU country."),
    TaxCategory.EXPORT: gettext_noop("Tax-free export."),
    TaxCategory.OUTSIDE: gettext_noop("Outside the scope of tax."),
}


#: Why no tax is charged, for machines: BT-121, the VATEX code list of the CEF. Exempt goods have a
#: code for each paragraph, which only the shop knows: for them the text stands alone.
CODES = {
    TaxCategory.REVERSE_CHARGE: "VATEX-EU-AE",
    TaxCategory.WITHIN_EU: "VATEX-EU-IC",
    TaxCategory.EXPORT: "VATEX-EU-G",
    TaxCategory.OUTSIDE: "VATEX-EU-O",
}


def notes_of(bands: Iterable[TaxBand]) -> list[str]:
    """One sentence for each kind of tax that is not charged, in the active language."""
    found = dict.fromkeys(band.category for band in bands)
    return [note_of_kind(code) for code in found if code in NOTES]


def note_of_kind(code: str) -> str:
    """In the active language; ``""`` for a kind that needs no reason."""
    return _(NOTES[TaxCategory(code)]) if code in NOTES else ""
