"""What was booked, held against the history: each booking's amount, and the fee in it."""

from collections.abc import Iterator
from decimal import Decimal

from ...models import Activity, LedgerEntry, SalesDocument
from ...money import round_money
from ..activity import facts
from .fault import Fault


def faults(document: SalesDocument, entries: list[Activity]) -> Iterator[Fault]:
    found = [facts(entry) for entry in entries]
    told = {kept["entry"]: kept for kept in found if {"entry", "amount"} <= kept.keys()}
    for row in LedgerEntry.objects.filter(document=document.pk).order_by("pk"):
        if not _is_told(row, told.pop(row.pk, {})):
            yield Fault(f"booking {row.pk}", "it is not what the history has")
    for key in told:
        yield Fault(f"booking {key}", "the history has it, and its row is gone")


def _is_told(row: LedgerEntry, kept: dict[str, str]) -> bool:
    names = ("amount", "surcharge", "forgiven")
    money = [round_money(getattr(row, name), row.currency) for name in names]
    said = [Decimal(kept.get(name, 0)) for name in names]
    return (money, row.currency) == (said, kept.get("currency"))
