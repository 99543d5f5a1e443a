"""What changed around the items of a document, in sentences for its customer."""

from decimal import Decimal

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ...agreement import Change
from ...money import format_money


def sentences(change: Change | None, currency: str, language: str) -> list[str]:
    """In the active language; amounts as ``language`` writes them. Empty for ``None``."""
    if change is None:
        return []

    def show(pair: tuple[Decimal, Decimal]) -> dict[str, str]:
        old, new = (format_money(amount, currency, language) for amount in pair)
        return {"old": old, "new": new}

    found = []
    if change.raises or change.lowers:
        found.append(_("The total changed from %(old)s to %(new)s.") % show(change.total))
    if change.moves_deposit:
        found.append(_("The deposit changed from %(old)s to %(new)s.") % show(change.deposit))
    return found + [delivery_sentence(*each) for each in change.delivery]


def delivery_sentence(name: str, old: str, new: str) -> str:
    words = {"old": _readable(name, old), "new": _readable(name, new)}
    return _("The delivery changed: %(old)s → %(new)s.") % words


def _readable(name: str, value: str) -> str:
    day = parse_date(value) if name == "delivery_on" and value else None
    return date_format(day) if day else value or "–"
