"""Messages and internal notes of one document, in one thread."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Value
from django.utils.translation import gettext as _

from ..models import Comment, InternalNote
from ..services import answering
from ..services.mail_receivers import staff_name


@dataclass(frozen=True)
class SaidRow:
    """``kind``: comment, note. ``id_to_take_back`` is a comment's, for two minutes."""

    kind: str
    author: str
    when: datetime
    text: str
    item_name: str
    is_from_customer: bool
    is_unanswered: bool = False
    id_to_take_back: int | None = None


def said_rows(document, names, skip, most) -> list[SaidRow]:
    """Messages and internal notes in one thread, oldest first, told apart by ``kind``: without the
    newest ``skip``, not more than ``most``."""
    comments = Comment.objects.of_thread(document).filter(removed_at=None)
    notes = InternalNote.objects.of_thread(document)
    if skip:
        comments, notes = _at(comments, notes, slice(skip, skip + most))
    newest = "-created_at", "-pk"
    rows = [
        _comment(row, names.get(row.item_key, ""))
        for row in comments.select_related("staff").order_by(*newest)[:most]
    ]
    rows += [
        _note(row, names.get(row.item_key, ""))
        for row in notes.select_related("staff").order_by(*newest)[:most]
    ]
    rows.reverse()  # of two at the same moment the older one stays first
    rows.sort(key=lambda row: row.when)
    return rows[-most:]


def _at(comments, notes, places: slice):
    """Of both those at ``places`` of the thread they make, counted from its newest end. Of two at
    the same moment the message is the newer one."""
    keyed = [
        rows.order_by()
        .annotate(kind=Value(kind, CharField()))
        .values_list("kind", "pk", "created_at")
        for kind, rows in (("comment", comments), ("note", notes))
    ]
    found = keyed[0].union(keyed[1], all=True).order_by("-created_at", "kind", "-id")[places]
    keys = defaultdict(list)
    for kind, pk, _when in found:
        keys[kind].append(pk)
    return comments.filter(pk__in=keys["comment"]), notes.filter(pk__in=keys["note"])


def _comment(row, item_name) -> SaidRow:
    return SaidRow(
        kind="comment",
        author=row.author_name or _author(row),
        when=row.created_at,
        text=row.text,
        item_name=item_name,
        is_from_customer=row.is_from_customer,
        is_unanswered=row.is_from_customer and row.answered_at is None,
        id_to_take_back=row.pk if answering.can_take_back(row) else None,
    )


def _note(row, item_name) -> SaidRow:
    return SaidRow(
        kind="note",
        author=_name_of(row.staff) or _("Staff"),
        when=row.created_at,
        text=row.text,
        item_name=item_name,
        is_from_customer=False,
    )


def last_said(document):
    """The customer's newest message that waits for an answer, or ``None``."""
    found = Comment.objects.of_thread(document).unanswered().filter(removed_at=None)
    return found.order_by("-created_at", "-pk").first()


def _author(row) -> str:
    if row.is_from_customer:
        return _("The customer")
    return _name_of(row.staff) or _("The shop")


def _name_of(staff) -> str:
    return staff_name(staff) if staff else ""
