"""What changed since the customer opened the page: as it was beside as it is now."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import ProofVersion, VersionItem
from ..money import ZERO, format_money, format_number, format_percent, format_price
from ..services import previews
from ..services.presentation.plan import plan_sentence
from ..services.versions import (
    changes_between,
    delivery_changes,
    has_other_plan,
    plan_of,
    version_shown,
)

NOTHING = "–"


@dataclass(frozen=True)
class Side:
    """One of two. ``picture`` is the id of the proof whose thumbnail is shown, or ``None``."""

    text: str
    picture: UUID | None = None


@dataclass(frozen=True)
class Difference:
    label: str
    was: Side
    now: Side


@dataclass(frozen=True)
class Change:
    """``name`` is the item's, empty for the whole. ``sentence`` stands where nothing can be set
    side by side."""

    name: str = ""
    sentence: str = ""
    rows: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        rows = [f"{row.label}: {row.was.text} → {row.now.text}" for row in self.rows]
        return " · ".join(text for text in (self.name, self.sentence, *rows) if text)


def changes(document, seen, since=None) -> list[Change]:
    """One for each key in ``seen``, which holds the hashes that the page showed: several publishes
    may lie between. Then one about the whole since the version ``since``, if it differs."""
    return [*_of_items(document, seen), *_of_whole(document, since)]


def _of_whole(document, since) -> list[Change]:
    old = version_shown(document, since)
    if old is None:
        return []
    new = document.current_version
    sums = [(_("Total"), old.total, new.total)]
    plans = plan_of(old), plan_of(new)
    if not any(plan.terms for plan in plans):
        sums.append((_("Deposit"), old.deposit, new.deposit))
    rows = [
        _row(label, _money(document, before), _money(document, after))
        for label, before, after in sums
        if before != after
    ]
    if has_other_plan(old, new):
        was, now = (plan_sentence(plan, partial(_money, document)) for plan in plans)
        rows.append(_row(_("Payment plan"), was, now))
    rows += [
        _row(_("Delivery"), _readable(name, before), _readable(name, after))
        for name, before, after in delivery_changes(old, new)
    ]
    return [Change(rows=rows)] if rows else []


def _money(document, amount) -> str:
    return format_money(amount, document.currency, document.language)


def _readable(name, value) -> str:
    if name == "delivery_on" and value:
        return date_format(parse_date(value))
    return value


def _row(label, was, now) -> Difference:
    return Difference(str(label), Side(was or NOTHING), Side(now or NOTHING))


# -- of an item -----------------------------------------------------------------------------------


def _of_items(document, seen) -> list[Change]:
    if not seen:
        return []
    rows = VersionItem.objects.filter(version__document=document, key__in=seen)
    contents = {(row.key, row.item_hash): json.loads(row.canonical) for row in rows}
    standing = document.standing.items
    pairs = [
        (contents.get((key, shown)), contents[key, standing[key].item_hash])
        if key in standing
        else (contents.get((key, shown)), None)
        for key, shown in seen.items()
    ]
    pictures = _pictures(document, pairs)
    return [_of_item(document, old, new, pictures) for old, new in pairs]


def _of_item(document, old, new, pictures) -> Change:
    """``old`` is missing where the page showed something that never went out."""
    if new is None:
        name = old["name"] if old else ""
        return Change(name, _("This item was taken out of the document."))
    rows = list(_differences(document, old, new, pictures)) if old else []
    return Change(new["name"], "" if rows else _("This item changed."), rows)


def _differences(document, old, new, pictures) -> Iterator[Difference]:
    changed = set(changes_between(old, new))
    for name, (label, show) in _fields(document).items():
        if name in changed:
            yield _row(label, show(old[name]), show(new[name]))
    if "proofs" in changed:
        yield from _of_proofs(old["proofs"], new["proofs"], pictures)


def _fields(document) -> dict[str, tuple[Any, Any]]:
    """Column to what it is called and how it is shown, in the order of the page."""
    currency, language = document.currency, document.language

    def price(text):
        return format_price(Decimal(text), currency, language)

    def discount(text):
        return format_money(Decimal(text), currency, language) if Decimal(text) else ""

    def percent(text):
        return format_percent(Decimal(text), language) if Decimal(text) != ZERO else ""

    return {
        "name": (_("Name"), str),
        "description": (_("Details"), str),
        "quantity": (_("Quantity"), lambda text: format_number(Decimal(text), language)),
        "unit": (_("Unit"), str),
        "unit_price": (_("Unit price"), price),
        "discount_percent": (_("Discount"), percent),
        "discount_amount": (_("Discount"), discount),
        "tax_rate": (_("Tax"), percent),
        "price_includes_tax": (_("Price with tax"), lambda flag: _("Yes") if flag else _("No")),
    }


def _of_proofs(old, new, pictures) -> Iterator[Difference]:
    """Slot by slot: the picture with the text on it, before and now."""
    before = {proof["label"]: proof for proof in old}
    after = {proof["label"]: proof for proof in new}
    for label in dict.fromkeys([*after, *before]):
        was, now = before.get(label), after.get(label)
        if was != now:
            name = _("Proof: %(label)s") % {"label": label} if label else _("Proof")
            yield Difference(name, _side(was, pictures), _side(now, pictures))


def _side(proof, pictures) -> Side:
    if proof is None:
        return Side(NOTHING)
    text = proof["wording"] or proof["description"]
    picture = pictures.get(proof["sha256"])
    return Side(text or ("" if picture else _("A file without a picture")), picture)


def _pictures(document, pairs) -> dict[str, UUID]:
    """Hash of a proof's file to the id of a version that shows it. Asked only where one changed."""
    found = set()
    for old, new in pairs:
        if old and new and old["proofs"] != new["proofs"]:
            found |= {proof["sha256"] for proof in [*old["proofs"], *new["proofs"]]}
    if not found:
        return {}
    drawn = {name for name, state in previews.states(found).items() if state.is_ready}
    rows = ProofVersion.objects.of_thread(document).released().filter(digest__in=drawn)
    return dict(rows.values_list("digest", "public_id"))
