"""What a plan says to the person who looks at it, row by row."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..money import format_number
from ..services.importing.planning import Outcome
from .words import Tag, language_of_admin

#: Characters of a value that its row shows.
SHORT = 80


@dataclass(frozen=True)
class ShownChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownRow:
    number: int
    tag: Tag
    title: str
    changes: list[ShownChange]
    sentences: list[str]
    is_refused: bool


@dataclass(frozen=True)
class Shown:
    rows: list[ShownRow]
    counts: list[tuple[str, int]]
    unknown: list[str]
    button: str


def shown(plan) -> Shown:
    labels = plan.kind.labels()
    label = ngettext("Import %(count)d row", "Import %(count)d rows", plan.to_do)
    return Shown(
        rows=[_row(row, labels) for row in plan.rows],
        counts=[(str(outcome.label), plan.counts[outcome]) for outcome in Outcome],
        unknown=plan.unknown,
        button=label % {"count": plan.to_do} if plan.to_do else "",
    )


def _row(planned, labels) -> ShownRow:
    is_refused = planned.outcome == Outcome.REFUSED
    changes = [
        ShownChange(labels[name], _word(planned.row, name, before), _word(planned.row, name, after))
        for name, (before, after) in planned.changes.items()
        if not (planned.outcome == Outcome.NEW and name == "name")
    ]
    return ShownRow(
        number=planned.number,
        tag=Tag(str(planned.outcome.label), is_primary=is_refused),
        title=_short(planned.title),
        changes=changes,
        sentences=planned.sentences,
        is_refused=is_refused,
    )


def _word(row, name, value) -> str:
    """As staff read it on the form."""
    choices = dict(type(row)._meta.get_field(name).flatchoices)
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return format_number(value, language_of_admin())
    return _short(str(choices.get(value, value)))


def _short(text) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
