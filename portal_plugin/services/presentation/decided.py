"""What was decided on an item, and why an earlier decision does not count, in sentences."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from ... import days
from ...models.standing import ItemStanding, Standing
from ...statuses import ItemState, Verdict
from ..changes import why


def decision_sentence(decision: Any) -> str:
    """ "Approved on May 3 by Kim", also where staff wrote it down for them."""
    words = {"date": _day(decision), "name": decision.submission.name}
    if not words["name"]:
        text = _("Approved on %(date)s") if _is_yes(decision) else _("Declined on %(date)s")
    elif _is_yes(decision):
        text = _("Approved on %(date)s by %(name)s")
    else:
        text = _("Declined on %(date)s by %(name)s")
    said = text % words
    if decision.submission.staff_id:
        return _("%(decision)s, written down by the shop") % {"decision": said}
    return said


def first_sentence(decision: Any) -> str:
    """For whoever came second: who decided it, and when."""
    words = {
        "name": decision.submission.name or _("Somebody else"),
        "when": days.day_and_time(timezone.localtime(decision.created_at)),
    }
    if _is_yes(decision):
        return _("%(name)s approved this already (%(when)s).") % words
    return _("%(name)s declined this already (%(when)s).") % words


def agreement_sentence(standing: ItemStanding | None) -> str:
    """ "Approved by Kim; waits for Alex." Empty where one yes is enough or nobody has said it. Who
    was erased since has no name any more, and their yes still counts."""
    if standing is None or not standing.approvals:
        return ""
    said = [d.submission.name or str(d.submission.link.recipient) for d in standing.approvals]
    silent = [str(link.recipient) for link in standing.missing]
    words = {"names": together(list(filter(None, dict.fromkeys(said)))), "others": together(silent)}
    if not words["names"]:
        return _("Approved; waits for %(others)s.") % words
    return _("Approved by %(names)s; waits for %(others)s.") % words


def confirmed_sentence(standing: Standing) -> str:
    """The same of what changed around the items."""
    found = standing.since_agreed
    if found is None or not found.confirmed:
        return ""
    words = {
        "names": together(names_of(found.confirmed)),
        "others": together(names_of(found.missing)),
    }
    return _("Agreed to by %(names)s; waits for %(others)s.") % words


def names_of(found: Iterable[Any]) -> list[str]:
    """Of the people of links, each once. Who has no name is called by their address."""
    by_person = {link.recipient_id: str(link.recipient) for link in found}
    return [name for name in dict.fromkeys(by_person.values()) if name]


def together(names: list[str]) -> str:
    return get_text_list(names, _("and"))


def earlier_sentence(standing: ItemStanding | None) -> str:
    """Empty where no earlier decision was made on it."""
    decision: Any = standing.earlier if standing else None
    if standing is None or decision is None:
        return ""
    if decision.verdict == Verdict.UNDO:
        words = {"date": _day(decision), "reason": decision.reason}
        return _("The shop took the answer back on %(date)s: %(reason)s") % words
    words = {"date": _day(decision), "number": decision.version.number}
    if _is_yes(decision):
        said = _("Approved on %(date)s, as of version %(number)s.") % words
    else:
        said = _("Declined on %(date)s, as of version %(number)s.") % words
    return f"{said} {_since_then(standing, decision)}".strip()


def _since_then(standing: ItemStanding, decision: Any) -> str:
    if decision.since_id == standing.since_id:
        return _("A change was asked for after that.")
    fields = why(decision.canonical, standing.canonical)
    if not fields:
        return _("It was changed since, and changed back.")
    again = _("Changed since: %(fields)s.") % {"fields": fields}
    if standing.state == ItemState.WAITING:
        return f"{again} " + _("It waits for an answer again.")
    return again


def _is_yes(decision: Any) -> bool:
    return bool(decision.verdict == Verdict.APPROVE)


def _day(decision: Any) -> str:
    return date_format(timezone.localtime(decision.created_at), "DATE_FORMAT")
