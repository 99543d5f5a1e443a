"""An instalment plan in words and ready amounts. Call with the language active."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ... import days
from ...instalments import Instalment
from ...models import SalesDocument
from ...models.amounts import Planned
from ...version_changes import Plan

Show = Callable[[Decimal], str]


@dataclass(frozen=True)
class PlanRow:
    """``state``: ``paid``, ``overdue``, ``next`` or ``later``; on an estimate all are ``later``.
    ``day`` is empty where none is known yet, and ``when`` says the same as ``day`` for what is not
    ordered yet: ``30 days after the order``. ``left`` is what is still to be paid of ``amount``."""

    number: int
    label: str
    when: str
    day: str
    amount: str
    left: str
    state: str
    state_label: str

    @property
    def is_begun(self) -> bool:
        """Some of it is paid, and some is not."""
        return self.state != "paid" and self.left != self.amount


def plan_rows(document: SalesDocument, show: Show) -> list[PlanRow]:
    """None without a plan, where nothing is to be paid, and on what was cancelled."""
    if document.cancelled_at or document.totals.total <= 0:
        return []
    upcoming = document.next_instalment if document.is_order else None
    return [_row(part, len(document.planned), upcoming, show) for part in document.planned]


def plan_sentence(plan: Plan, show: Show) -> str:
    """``2 instalments: €30.00 (with the order), €70.00 (30 days after the order)``; empty
    without a plan."""
    pairs = zip(plan.terms, plan.amounts, strict=True)
    return _sentence([(show(amount), when(terms)) for terms, amount in pairs])


def left_sentence(planned: Sequence[Planned], show: Show) -> str:
    """The same of what is left of an order's instalments, with the day of each that has one."""
    return _sentence([(show(part.left), _due(part)) for part in planned])


def left_row(part: Planned, count: int, show: Show) -> dict[str, str]:
    """One of them as an invoice keeps it, with the names of a ``PlanRow``."""
    return {"label": _label(part, count), "when": _due(part), "amount": show(part.left)}


def _sentence(pairs: Sequence[tuple[str, str]]) -> str:
    if not pairs:
        return ""
    parts = [_("%(amount)s (%(when)s)") % {"amount": each, "when": day} for each, day in pairs]
    message = ngettext(
        "%(count)d instalment: %(parts)s", "%(count)d instalments: %(parts)s", len(parts)
    )
    return message % {"count": len(parts), "parts": ", ".join(parts)}


def when(terms: Instalment) -> str:
    if terms.on is not None:
        return _("by %(date)s") % {"date": date_format(terms.on)}
    if terms.is_due_with_order:
        return _("with the order")
    return ngettext(
        "%(count)d day after the order", "%(count)d days after the order", terms.days or 0
    ) % {"count": terms.days}


def next_label(document: SalesDocument) -> str:
    """``Instalment 2 of 3 · by May 3, 2027``; empty where none is left."""
    return " · ".join(filter(None, next_words(document)))


def next_words(document: SalesDocument) -> tuple[str, str]:
    """``Instalment 2 of 3`` and ``by May 3, 2027``, in the active language, which for staff is
    another than the document's; both empty where none is left."""
    part = document.next_instalment
    return (_label(part, len(document.planned)), _due(part)) if part else ("", "")


def _label(part: Planned, count: int) -> str:
    return _("Instalment %(number)s of %(count)s") % {"number": part.number, "count": count}


def _due(part: Planned) -> str:
    if part.on is None:
        return when(part.terms)
    return _("by %(date)s") % {"date": date_format(part.on)}


def _row(part: Planned, count: int, upcoming: Planned | None, show: Show) -> PlanRow:
    state = _state(part, upcoming)
    return PlanRow(
        number=part.number,
        label=_label(part, count),
        when=_due(part),
        day=date_format(part.on) if part.on else "",
        amount=show(part.amount),
        left=show(part.left),
        state=state,
        state_label=_state_label(state),
    )


def _state(part: Planned, upcoming: Planned | None) -> str:
    if not part.left:
        return "paid"
    if upcoming is None:
        return "later"
    if part.on is not None and part.on < days.today():
        return "overdue"
    return "next" if part == upcoming else "later"


def _state_label(state: str) -> str:
    if state == "paid":
        return _("Paid")
    if state == "overdue":
        return _("Overdue")
    return pgettext("instalment", "Next") if state == "next" else ""
