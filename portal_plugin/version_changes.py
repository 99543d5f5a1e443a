"""What changed around the items between two versions, and whether that has to be agreed to anew.

Pure functions on the canonical content of versions (``services.versions.document_content``, read
back from JSON). What changed in an item is asked by its own approval and counts for nothing here:
both sides are added up with the items of now, under the terms of then and of now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import instalments
from .instalments import Instalment
from .money import ZERO, priced_in
from .totals import DocumentTotals, Line, Terms, document_totals

#: What of a version an approval is also about, beside its items.
DELIVERY = ("delivery_on", "delivery_text")
DEPOSIT = ("deposit_percent", "deposit_amount", "deposit_least")


@dataclass(frozen=True)
class Plan:
    """Instalments with their amounts; none of either without a plan."""

    terms: tuple[Instalment, ...] = ()
    amounts: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Change:
    """``total`` and ``deposit`` are what was agreed to and what holds now; ``delivery`` has the
    name of each column that differs, with what it held and holds (a day as ``YYYY-MM-DD``).
    ``plan`` is how it was to be paid and is now: what of it moves is told by the plan as a whole,
    and not by the deposit that one of the two may have."""

    total: tuple[Decimal, Decimal]
    deposit: tuple[Decimal, Decimal]
    delivery: tuple[tuple[str, str, str], ...]
    raises: bool
    lowers: bool
    moves_deposit: bool
    plan: tuple["Plan", "Plan"]

    @property
    def moves_plan(self) -> bool:
        old, new = self.plan
        return old.terms != new.terms

    @property
    def moves_money(self) -> bool:
        """Whether something would be paid that was not agreed to: more, or earlier."""
        return self.raises or self.moves_deposit or self.moves_plan

    @property
    def asks(self) -> bool:
        """Whether the customer has to say yes to it. A lower total is only good news."""
        return self.moves_money or bool(self.delivery)

    @property
    def is_any(self) -> bool:
        return self.asks or self.lowers


def change(
    old: dict[str, Any],
    new: dict[str, Any],
    *,
    approved: Collection[str] = (),
    chosen: Collection[str] = (),
    left_out: Collection[str] = (),
) -> Change:
    """From the content that was agreed to, to that of now.

    ``approved`` are the keys of items whose approval holds: ticking such an optional item on or off
    is no new question about the item, so it is one about the whole. ``chosen`` are the keys that
    count on both sides, because the customer ticked them, and ``left_out`` those that count on
    neither.
    """
    picks = (chosen, left_out)
    then = _totals(old, old["items"], *picks)
    now = _totals(new, new["items"], *picks)
    under_old = _totals(old, _rows_under(old, new, approved), *picks)
    raises, lowers = now.total > under_old.total, now.total < under_old.total
    plans = Plan(_plan(old), then.instalments), Plan(_plan(new), now.instalments)
    has_plan = any(plan.terms for plan in plans)
    has_other_terms = any(old.get(name) != new.get(name) for name in DEPOSIT)
    return Change(
        total=(_before(then.total, under_old.total, now.total), now.total),
        deposit=(_before(then.deposit, under_old.deposit, now.deposit), now.deposit),
        delivery=delivery_changes(old, new),
        raises=raises,
        lowers=lowers,
        moves_deposit=not has_plan
        and (
            now.deposit > under_old.deposit
            or (has_other_terms and now.deposit != under_old.deposit)
        ),
        plan=plans,
    )


def _plan(content: dict[str, Any]) -> tuple[Instalment, ...]:
    return instalments.read(content.get("instalments"))


def delivery_changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name, old[name] or "", new[name] or "")
        for name in DELIVERY
        if (old[name] or "") != (new[name] or "")
    )


def _before(then: Decimal, under_old: Decimal, now: Decimal) -> Decimal:
    """The figure that the customer remembers, where it moved the way that this is about; else what
    it would be without the change around the items."""
    is_same_way = (then < now) == (under_old < now) and then != now
    return then if is_same_way else under_old


def _rows_under(old: Any, new: Any, approved: Collection[str]) -> list[dict[str, Any]]:
    """The items of now, with the ticks of then where no approval asks; and a credit that is gone,
    because nobody is asked about an item that is not there."""
    before = {item["key"]: item for item in old["items"]}
    known = {item["key"] for item in new["items"]}
    rows = [
        {**item, **_ticks(before[item["key"]])}
        if item["key"] in approved and item["key"] in before
        else item
        for item in new["items"]
    ]
    gone = [item for key, item in before.items() if key not in known]
    return rows + [item for item in gone if Decimal(item["unit_price"]) < 0]


def _ticks(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("is_optional", "is_selected")}


def _totals(
    content: Any, rows: list[dict[str, Any]], chosen: Collection[str], left_out: Collection[str]
) -> DocumentTotals:
    lines = [_line(row, chosen) for row in rows if row["key"] not in left_out]
    return document_totals(lines, priced_in(content["currency"]), _terms(content))


def _line(row: dict[str, Any], chosen: Collection[str]) -> Line:
    return Line(
        quantity=_number(row, "quantity"),
        unit_price=_number(row, "unit_price"),
        discount_percent=_number(row, "discount_percent"),
        discount_amount=_number(row, "discount_amount"),
        tax_rate=_number(row, "tax_rate"),
        tax_category=row["tax_category"],
        price_includes_tax=row["price_includes_tax"],
        is_counted=row["key"] in chosen or row["is_selected"] or not row["is_optional"],
    )


def _terms(content: dict[str, Any]) -> Terms:
    shipping = None
    if _number(content, "shipping_amount"):
        shipping = Line(
            unit_price=_number(content, "shipping_amount"),
            tax_rate=_number(content, "shipping_tax_rate"),
            price_includes_tax=content["shipping_includes_tax"],
        )
    return Terms(
        discount_percent=_number(content, "discount_percent"),
        discount_amount=_number(content, "discount_amount"),
        shipping=shipping,
        deposit_percent=_number(content, "deposit_percent"),
        deposit_amount=_number(content, "deposit_amount"),
        deposit_least=Decimal(content.get("deposit_least", 0)),
        rounding_unit=Decimal(content.get("rounding_unit", 0)),
        plan=_plan(content),
    )


def _number(row: dict[str, Any], name: str) -> Decimal:
    return Decimal(row[name]) if row[name] else ZERO
