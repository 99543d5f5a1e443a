"""What would happen to each row of a file, and doing it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from wagtail.log_actions import log
from wagtail.models import Site

from ...exceptions import FileRefused, NotAvailable
from .files import Row, Table
from .kinds import Column, Kind, Part, heading

#: Each has to be in the file.
NEEDED = "name"


class Outcome(TextChoices):
    NEW = "new", pgettext_lazy("row of a file", "New")
    CHANGED = "changed", pgettext_lazy("row of a file", "Changed")
    SAME = "same", pgettext_lazy("row of a file", "The same")
    REFUSED = "refused", pgettext_lazy("row of a file", "Refused")


@dataclass
class Planned:
    """``changes`` maps a field to its values before and after; ``sentences`` say why it is refused,
    or which row of the file says the same."""

    number: int
    outcome: Outcome
    title: str
    row: Any = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """``unknown`` are the headings of columns that are left out."""

    kind: Kind
    rows: list[Planned]
    used: list[str]
    unknown: list[str]

    @cached_property
    def counts(self) -> Counter:
        return Counter(row.outcome for row in self.rows)

    @property
    def to_do(self) -> int:
        return self.counts[Outcome.NEW] + self.counts[Outcome.CHANGED]

    @cached_property
    def digest(self) -> str:
        """Equal for two plans that would do the same."""
        facts = [
            [row.number, row.outcome, row.row.pk if row.row else None, repr(row.changes)]
            for row in self.rows
        ]
        return sha256(json.dumps(facts).encode()).hexdigest()


def plan(kind_class: type[Kind], table: Table, site: Any, *, may_change: bool = True) -> Plan:
    """What would happen; nothing is written. Empty cells and absent columns leave a row as it is.

    Raises ``FileRefused`` where the headings are no use. Without ``may_change`` a row that would
    change what is there is refused.
    """
    columns, unknown = _columns(kind_class, table.header)
    kind = kind_class(site)
    read = [_values(kind, columns, row) for row in table.rows]
    kind.load([values for values, _errors in read])
    planner = _Planner(kind, may_change)
    rows = [
        planner.row(row, values, errors)
        for row, (values, errors) in zip(table.rows, read, strict=True)
    ]
    fields = dict.fromkeys(_field(column) for column in columns if column is not None)
    return Plan(kind, rows, [kind.label(name) for name in fields], unknown)


def apply(
    kind_class: type[Kind],
    table: Table,
    site: Any,
    *,
    digest: str,
    all_or_none: bool = False,
    may_change: bool = True,
    user: Any = None,
) -> Plan:
    """Do what the plan of that ``digest`` said, all of it or nothing.

    Raises ``NotAvailable`` where by now something else would happen. The same a second time is no
    error: there is nothing left to do.
    """
    with transaction.atomic():
        # One import of a site at a time: nothing else says that a name is there only once.
        Site.objects.select_for_update(no_key=True).values_list("pk").get(pk=site.pk)
        found = plan(kind_class, table, site, may_change=may_change)
        if found.digest != digest and found.to_do:
            raise NotAvailable(
                _("Something changed meanwhile, and nothing was imported. Look at the rows again.")
            )
        if all_or_none and found.counts[Outcome.REFUSED]:
            raise NotAvailable(_("A row is refused, and you asked to import all of them or none."))
        _save(found, user)
    return found


def _save(plan: Plan, user: Any) -> None:
    new = [row.row for row in plan.rows if row.outcome == Outcome.NEW]
    plan.kind.finish(new)
    for row in plan.kind.model._default_manager.bulk_create(new, batch_size=500):
        log(instance=row, action="wagtail.create", user=user)
    for planned in plan.rows:
        if planned.outcome == Outcome.CHANGED:
            planned.row.save(update_fields=list(planned.changes))
            log(instance=planned.row, action="wagtail.edit", user=user)
            plan.kind.saved(planned.row, planned.changes)


# -- columns ---------------------------------------------------------------------------------------


def _columns(kind: type[Kind], header: list[str]) -> tuple[list[Column | None], list[str]]:
    known, unknown = kind.headings(), []
    found = [known.get(heading(text)) for text in header]
    whole = {column.name for column in found if column and not isinstance(column, Part)}
    columns: list[Column | None] = []
    for text, column in zip(header, found, strict=True):
        if isinstance(column, Part) and column.of in whole:
            column = None
        if column is None and text:
            unknown.append(text)
        elif column in columns and column is not None:
            sentence = _("Two columns of this file are “%(column)s”. Take one of them out.")
            raise FileRefused(sentence % {"column": kind.label(_field(column))})
        columns.append(column)
    if not any(column and _field(column) == NEEDED for column in columns):
        sentence = _(
            "No column of this file is “%(column)s”. The first row has to hold the headings; "
            "it holds: %(header)s."
        )
        words = {"column": kind.label(NEEDED), "header": ", ".join(filter(None, header))[:300]}
        raise FileRefused(sentence % words)
    return columns, unknown


def _values(kind: Kind, columns: list[Column | None], row: Row) -> tuple[dict[str, Any], list[str]]:
    """What the cells say by field, and what is wrong with them."""
    values: dict[str, Any] = {}
    errors = [row.problem] if row.problem else []
    for column, cell in _joined(kind, columns, row):
        try:
            values[column.name] = _value(kind, column, cell)
        except ValidationError as error:
            label = kind.label(column.name)
            errors += [
                _("%(column)s: %(error)s") % {"column": label, "error": text}
                for text in error.messages
            ]
    if NEEDED not in values and not errors:
        errors.append(_("%(column)s is empty.") % {"column": kind.label(NEEDED)})
    return values, errors


def _joined(kind: Kind, columns: list[Column | None], row: Row) -> Iterator[tuple[Column, str]]:
    """The cells that say something; those that are pieces of one field as one."""
    cells = {
        column: cell for column, cell in zip(columns, row.cells, strict=True) if column and cell
    }
    whole: dict[str, str] = {}
    for part in kind.parts:
        if part in cells:
            before = whole.get(part.of)
            said = cells.pop(part)
            whole[part.of] = f"{before}{part.after}{said}" if before else said
    yield from cells.items()
    yield from ((Column(name), text) for name, text in whole.items())


def _field(column: Column) -> str:
    return column.of if isinstance(column, Part) else column.name


def _value(kind: Kind, column: Column, cell: str) -> Any:
    return kind.model._meta.get_field(column.name).clean(column.read(cell), None)


# -- rows ------------------------------------------------------------------------------------------


class _Planner:
    """Goes through the file in its order; what an earlier row would do is there for a later one."""

    def __init__(self, kind: Kind, may_change: bool):
        self.kind, self.may_change = kind, may_change
        #: Identity of a row to the number of the row of the file that is about it.
        self.taken: dict[int, int] = {}

    def row(self, row: Row, values: dict[str, Any], errors: list[str]) -> Planned:
        title = str(values.get(NEEDED) or next(filter(None, row.cells), ""))
        if errors:
            return Planned(row.number, Outcome.REFUSED, title, sentences=errors)
        try:
            found = self.kind.find(values)
            return self._planned(row.number, title, found, values)
        except ValidationError as error:
            return Planned(row.number, Outcome.REFUSED, title, sentences=error.messages)

    def _planned(self, number: int, title: str, found: Any, values: dict[str, Any]) -> Planned:
        target = found if found is not None else self.kind.blank()
        changes = dict(_differing(target, values))
        earlier = self.taken.setdefault(id(target), number)
        if earlier != number:
            return self._again(number, title, target, changes, earlier)
        if found is None:
            outcome = Outcome.NEW
        elif not changes:
            return Planned(number, Outcome.SAME, title, target)
        elif not self.may_change:
            raise ValidationError(_("It is there already, and you have no right to change it."))
        else:
            outcome = Outcome.CHANGED
        self.kind.change(target, {name: after for name, (_before, after) in changes.items()})
        return Planned(number, outcome, title, target, changes)

    def _again(
        self, number: int, title: str, target: Any, changes: dict[str, Any], earlier: int
    ) -> Planned:
        if changes:
            raise ValidationError(
                _("Row %(row)s of this file is about the same one and says something else.")
                % {"row": earlier}
            )
        says = _("Row %(row)s of this file says the same.") % {"row": earlier}
        return Planned(number, Outcome.SAME, title, target, sentences=[says])


def _differing(target: Any, values: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    for name, after in values.items():
        before = getattr(target, name)
        if _plain(before) != _plain(after):
            yield name, (before, after)


def _plain(value: Any) -> Any:
    """Forms keep the line ends of the browser, and blanks that nobody sees."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    return value
