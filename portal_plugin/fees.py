"""The fee that a shop takes for a way of paying. Pure functions.

Stored, the fees of a shop are a list of ``{"method": "card", "percent": "1.5", "fixed": "0.25"}``.
``method`` is the type as Stripe names it. What is in no row is without a fee.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .money import HUNDRED, ZERO, round_to

#: More ways with a fee are no choice any more.
MOST = 10


@dataclass(frozen=True)
class MethodFee:
    """``percent`` of what is paid, and ``fixed`` on top, in the shop's own currency."""

    method: str
    percent: Decimal = ZERO
    fixed: Decimal = ZERO


class Problem(StrEnum):
    """Why a row is none."""

    NOTHING = "nothing"
    TWICE = "twice"


def fee_of(amount: Decimal, percent: Decimal, fixed: Decimal, unit: Decimal) -> Decimal:
    """What comes on top of ``amount``, half up to a multiple of ``unit``; never below zero."""
    if amount <= 0:
        return ZERO
    return round_to(amount * percent / HUNDRED + fixed, unit)


def read(rows: Iterable[dict[str, Any]] | None) -> tuple[MethodFee, ...]:
    """The stored fees of a shop."""
    return tuple(
        MethodFee(row["method"], Decimal(row["percent"]), Decimal(row["fixed"]))
        for row in rows or ()
    )


def written(fees: Iterable[MethodFee]) -> list[dict[str, str]]:
    """As they are stored."""
    return [
        {"method": each.method, "percent": _plain(each.percent), "fixed": _plain(each.fixed)}
        for each in fees
    ]


def in_one_line(fees: Iterable[MethodFee]) -> str:
    """All of them without a space, to tell whether they are still those that somebody was shown:
    ``card:1.5:0.25;paypal:2:0``; empty for none."""
    rows = (f"{each.method}:{_plain(each.percent)}:{_plain(each.fixed)}" for each in fees)
    return ";".join(rows)


def problems(fees: Sequence[MethodFee]) -> list[tuple[int, Problem]]:
    """Place, from 0, of each row that is wrong, with what is."""
    found = [
        (place, Problem.NOTHING)
        for place, each in enumerate(fees)
        if not each.percent and not each.fixed
    ]
    names = [each.method for each in fees]
    return found + [
        (place, Problem.TWICE) for place, name in enumerate(names) if name in names[:place]
    ]


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"
