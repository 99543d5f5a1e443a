"""A plan of paying in parts: what each part is, and when it is due. Pure functions.

The last instalment takes what is left, so that the parts always sum to the whole. Stored, a plan is
a list of ``{"percent": "33.3", "on": "2027-03-01", "days": 14}``: ``percent`` is empty for the
rest, ``on`` for no date, ``days`` is ``None`` or counts from the day of the order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .money import HUNDRED, ZERO, round_money, round_to

#: More is nobody's plan, and would not fit a page.
MOST = 12


@dataclass(frozen=True)
class Instalment:
    """``percent`` is ``None`` for the rest. Without a day it is due with the order."""

    percent: Decimal | None = None
    on: date | None = None
    days: int | None = None

    @property
    def is_due_with_order(self) -> bool:
        return self.on is None and not self.days

    def day(self, ordered_on: date | None, lasting: int | None = None) -> date | None:
        """The last day to pay it. ``lasting`` are the usual days to pay, which one that is due with
        the order has; ``None`` where nobody said a day or there is no order yet."""
        if self.on is not None or ordered_on is None:
            return self.on
        after = self.days or lasting
        return None if after is None else ordered_on + timedelta(days=after)


class Problem(StrEnum):
    """Why a plan is none."""

    ONE = "one"
    REST = "rest"
    SUM = "sum"
    DAY = "day"
    BOTH_DAYS = "both_days"
    ORDER = "order"


def read(rows: Iterable[dict[str, Any]] | None) -> tuple[Instalment, ...]:
    """A stored plan, also one read back from a version."""
    return tuple(
        Instalment(
            Decimal(row["percent"]) if row["percent"] else None,
            date.fromisoformat(row["on"]) if row["on"] else None,
            row["days"],
        )
        for row in rows or ()
    )


def written(plan: Iterable[Instalment]) -> list[dict[str, Any]]:
    """As it is stored."""
    return [
        {
            "percent": "" if part.percent is None else f"{part.percent.normalize():f}",
            "on": part.on.isoformat() if part.on else "",
            "days": part.days,
        }
        for part in plan
    ]


def from_day(plan: Iterable[Instalment], day: date) -> tuple[Instalment, ...]:
    """Without the days before ``day``, for whoever writes it once more: each has to get another."""
    return tuple(replace(part, on=None) if part.on and part.on < day else part for part in plan)


def percents(plan: Sequence[Instalment]) -> tuple[Decimal, ...]:
    """Of each, also of the rest."""
    rest = HUNDRED - _said(plan)
    return tuple(rest if part.percent is None else part.percent for part in plan)


def amounts(
    total: Decimal, plan: Sequence[Instalment], currency: str, unit: Decimal = ZERO
) -> tuple[Decimal, ...]:
    """What each instalment comes to; none is below zero, and together they are ``total``.

    Each is rounded half up, to ``unit`` where the total is rounded to coins, and is never more than
    is left. Of a total that is not above zero every instalment is zero.
    """
    left, found = max(ZERO, total), []
    for part in plan[:-1]:
        wanted = round_money(max(ZERO, total) * (part.percent or ZERO) / HUNDRED, currency)
        if unit:
            wanted = round_money(round_to(wanted, unit), currency)
        found.append(min(wanted, left))
        left -= found[-1]
    return (*found, left) if plan else ()


def left(parts: Iterable[Decimal], paid: Decimal) -> tuple[Decimal, ...]:
    """What is left to pay of each: what was paid fills the first ones first."""
    found, rest = [], max(ZERO, paid)
    for part in parts:
        filled = min(part, rest)
        rest -= filled
        found.append(part - filled)
    return tuple(found)


def problems(plan: Sequence[Instalment]) -> list[tuple[int, Problem]]:
    """Place, from 0, of each row that is wrong, with what is."""
    found = [(0, Problem.ONE)] if len(plan) == 1 else []
    for place, part in enumerate(plan):
        is_last = place == len(plan) - 1
        if not part.percent and not (is_last and part.percent is None):
            found.append((place, Problem.REST))
        if part.on is not None and part.days is not None:
            found.append((place, Problem.BOTH_DAYS))
        elif place and part.is_due_with_order:
            found.append((place, Problem.DAY))
    found += [(place, Problem.ORDER) for place in _out_of_order(plan)]
    if plan and not _is_whole(plan):
        found.append((len(plan) - 1, Problem.SUM))
    return found


def _is_whole(plan: Sequence[Instalment]) -> bool:
    """The percentages leave something for the rest, or are the whole where there is none."""
    said = _said(plan)
    return said < HUNDRED if plan[-1].percent is None else said == HUNDRED


def _said(plan: Iterable[Instalment]) -> Decimal:
    return sum((part.percent or ZERO for part in plan), ZERO)


def _out_of_order(plan: Sequence[Instalment]) -> list[int]:
    """Days are compared with days and dates with dates: how they lie to each other only the order
    decides."""
    found, last_days, last_on = [], 0, date.min
    for place, part in enumerate(plan):
        if (part.on and part.on < last_on) or (part.days or last_days) < last_days:
            found.append(place)
        last_on, last_days = part.on or last_on, part.days or last_days
    return found
