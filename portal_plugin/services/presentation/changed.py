"""What changed around the items of a document, in sentences for its customer."""

from decimal import Decimal

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ...money import format_money
from ...version_changes import Change, Plan
from .plan import plan_sentence


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
    if change.moves_plan:
        found.append(_plan_changed(change, currency, language))
    return found + [delivery_sentence(*each) for each in change.delivery]


def _plan_changed(change: Change, currency: str, language: str) -> str:
    def words(plan: Plan, deposit: Decimal) -> str:
        said = plan_sentence(plan, lambda amount: format_money(amount, currency, language))
        if said or not deposit:
            return said or _("no instalments")
        return _("a deposit of %(amount)s") % {"amount": format_money(deposit, currency, language)}

    old, new = (words(*pair) for pair in zip(change.plan, change.deposit, strict=True))
    return _("How it is paid changed: %(old)s → %(new)s.") % {"old": old, "new": new}


def delivery_sentence(name: str, old: str, new: str) -> str:
    words = {"old": _readable(name, old), "new": _readable(name, new)}
    return _("The delivery changed: %(old)s → %(new)s.") % words


def _readable(name: str, value: str) -> str:
    day = parse_date(value) if name == "delivery_on" and value else None
    return date_format(day) if day else value or "–"
