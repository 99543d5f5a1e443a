"""The bar above the edit page: whose document this is, where it stands, what the customer sees."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .. import days
from ..models import SalesDocument
from ..money import format_money
from ..services import publishing
from ..statuses import WaitingFor
from . import item_files, overview_rows
from .words import Tag, language_of_admin, state_tag


@dataclass(frozen=True)
class Bar:
    """``facts`` are pairs of label and value. ``hint`` is what is not out yet, if anything, or why
    nothing goes out any more."""

    tag: Tag
    facts: list[tuple[str, str]]
    seen: str
    hint: str = ""
    overview_url: str = ""
    item_files_url: str = ""


def bar(draft: SalesDocument) -> Bar:
    """``draft`` is the newest revision of a document as an instance, or a new one without id."""
    return Bar(
        tag=state_tag(draft),
        facts=_facts(draft),
        seen=_seen(draft),
        hint=_hint(draft),
        overview_url=reverse("portal_admin:overview", args=[draft.pk]) if draft.pk else "",
        item_files_url=item_files.url(draft),
    )


def _facts(draft) -> list[tuple[str, str]]:
    facts = [(pgettext("of a document", "Number"), draft.number or _("given when it is published"))]
    if draft.customer:
        facts.append((_("Customer"), str(draft.customer)))
    facts.append((_("Waiting for"), _waiting(draft)))
    if draft.is_order and draft.stage:
        facts.append((_("Production"), draft.stage.name))
    if draft.current_version:
        # With what the customer chose since that version went out.
        facts.append((_("Total"), _money(draft, draft.listed_total)))
        if draft.is_order:
            facts.append((_("Paid"), _money(draft, draft.paid)))
    return facts


def _waiting(draft) -> str:
    """A document that never went out has nothing in its row: it waits for whoever writes it."""
    if draft.current_version_id is None:
        return str(WaitingFor.US.label)
    label = str(WaitingFor(draft.waiting_for).label)
    if draft.waiting_for == WaitingFor.NOBODY or draft.waiting_since is None:
        return label
    return _("%(who)s, since %(when)s") % {"who": label, "when": moment(draft.waiting_since)}


def _seen(draft) -> str:
    version = draft.current_version
    if version is None:
        return _("nothing until it is published")
    if not draft.live:
        return _("that you are revising it")
    return _("version %(number)s, since %(when)s") % {
        "number": version.number,
        "when": moment(version.created_at),
    }


def _hint(draft) -> str:
    if over := publishing.end_of(draft):
        return over
    if (scheduled := _scheduled(draft)) is not None:
        when = moment(scheduled.approved_go_live_at)
        return _("a new version is to go out: %(when)s") % {"when": when}
    if overview_rows.is_scheduled(draft):
        return _("a day to go out is set, but nothing is scheduled for it")
    if draft.live and draft.has_unpublished_changes:
        return _("your changes are not out yet")
    return ""


def _scheduled(draft):
    """The revision that goes out later. The day that a draft has is none yet: it may be saved
    without a press of the button, and stays when the schedule is called off."""
    may_be = draft.pk and (draft.has_unpublished_changes or not draft.live)
    return draft.scheduled_revision if may_be else None


def _money(draft, amount) -> str:
    return format_money(amount, draft.priced_in, language_of_admin())


def moment(when) -> str:
    """The time alone where it was today."""
    local = timezone.localtime(when)
    is_today = local.date() == timezone.localdate()
    return (
        time_format(local, "TIME_FORMAT") if is_today else days.day_and_time(local, is_short=True)
    )
