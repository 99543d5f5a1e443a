"""What went wrong with money, files and mails lately: seven kinds of rows, read in one query.

They are rare, and the home panel asks for them at every visit. So each kind names its rows and the
few words that its sentence needs, and the database puts them under each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateTimeField, DecimalField, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..models import (
    DirectLink,
    Discrepancy,
    Dispute,
    OutgoingEmail,
    PaymentAttempt,
    ProofVersion,
    Refund,
)
from ..models.listed import is_out
from ..money import format_money
from ..services.mail_phrases import Phrase
from ..statuses import DisputeState, WaitingFor
from .money_reports import RIGHT
from .words import language_of_admin


@dataclass(frozen=True)
class Trouble:
    """``place`` is the document (``pk``) and the part of its page where it is mended."""

    sentence: Phrase
    since: datetime | None
    action: Promise
    place: tuple[Any, str]


@dataclass(frozen=True)
class _Kind:
    """``since``, ``amount``, ``name`` and ``note`` are columns of the rows, or empty. ``right`` is
    what it takes to open the page where it is mended, where to see the document is not enough."""

    rows: Callable[[datetime], QuerySet]
    sentence: Promise
    action: Promise
    place: str
    since: str
    amount: str = ""
    currency: str = ""
    name: str = ""
    note: str = ""
    path: str = "document__"
    right: str = ""
    wanted: Q = field(default_factory=Q)


#: A page of its own, where it is closed.
TO_EXPLAIN = "to-explain"
_LOOK = pgettext_lazy("a button", "Look")
_KINDS = [
    _Kind(
        rows=lambda since: Dispute.objects.waiting(),
        sentence=gettext_lazy("A bank has taken %(amount)s of %(document)s back: answer it"),
        action=_LOOK,
        place="payments",
        since="opened_at",
        amount="amount",
        currency="currency",
        note="state",
    ),
    _Kind(
        rows=lambda since: Discrepancy.objects.open(),
        sentence=gettext_lazy("Stripe has %(amount)s for %(document)s that nobody can explain"),
        action=_LOOK,
        place=TO_EXPLAIN,
        right=RIGHT,
        since="found_at",
        amount="amount",
        currency="currency",
    ),
    _Kind(
        rows=lambda since: ProofVersion.objects.damaged(),
        sentence=gettext_lazy("The file of a proof on %(document)s has changed in the storage"),
        action=gettext_lazy("Upload it again"),
        place="item",
        since="damaged_at",
        note="proof__item_key",
        path="proof__document__",
    ),
    _Kind(
        rows=PaymentAttempt.objects.failed_last,
        sentence=gettext_lazy("A payment of %(amount)s on %(document)s failed"),
        action=_LOOK,
        place="",
        since="ended_at",
        amount="amount",
        currency="currency",
        wanted=Q(document__listed_balance__gt=0, document__cancelled_at=None),
    ),
    _Kind(
        rows=Refund.objects.failed_last,
        sentence=gettext_lazy("A refund of %(amount)s on %(document)s failed"),
        action=_LOOK,
        place="payments",
        since="ended_at",
        amount="amount",
        currency="currency",
    ),
    _Kind(
        rows=OutgoingEmail.objects.lost,
        sentence=gettext_lazy("An email to %(name)s about %(document)s was not delivered"),
        action=_LOOK,
        place="people",
        since="created_at",
        name="recipient",
        wanted=Q(document__cancelled_at=None),
    ),
    _Kind(
        rows=DirectLink.objects.expired_unused,
        sentence=gettext_lazy("%(name)s never opened %(document)s, and the link has expired"),
        action=gettext_lazy("Send again"),
        place="people",
        since="expires_at",
        name="recipient",
        wanted=Q(document__waiting_for=WaitingFor.CUSTOMER),
    ),
]
_INQUIRY = gettext_lazy("A bank asks about %(amount)s of %(document)s: answer it")
_COLUMNS = ("rank", "since", "amount", "currency", "name", "email", "note", "pk", "number", "title")
_MONEY = DecimalField(max_digits=19, decimal_places=4)


def of(theirs: Callable[..., Q], since: datetime, most: int) -> Iterator[Trouble]:
    """At most ``most`` of them, the gravest kind first and the newest of each. ``theirs(path)`` is
    the condition that the rows' documents are the asking person's to see, and with a right behind
    the path, that they are theirs to do it to."""
    parts = [_part(rank, kind, theirs, since) for rank, kind in enumerate(_KINDS)]
    found = parts[0].union(*parts[1:], all=True)
    for values in found.order_by("of_rank", "-of_since")[:most]:
        yield _told(dict(zip(_COLUMNS, values, strict=True)))


def name_of(document: Any) -> str:
    number = document.number or _("Draft")
    return f"{number} · {document.title}" if document.title else number


def _part(rank: int, kind: _Kind, theirs: Callable[..., Q], since: datetime) -> QuerySet:
    path = kind.path
    may = theirs(path, kind.right) if kind.right else theirs(path)
    rows = kind.rows(since).filter(kind.wanted, is_out(path), may, **{f"{path}is_sample": False})
    columns = {
        "rank": Value(rank),
        "since": Cast(kind.since, DateTimeField()),
        "amount": Cast(kind.amount or Value(None), _MONEY),
        "currency": _text(kind.currency),
        "name": _text(kind.name and f"{kind.name}__name"),
        "email": _text(kind.name and f"{kind.name}__email"),
        "note": _text(kind.note),
        "pk": F(f"{path}pk"),
        "number": _text(f"{path}number"),
        "title": _text(f"{path}title"),
    }
    named = {f"of_{name}": columns[name] for name in _COLUMNS}
    return rows.order_by().annotate(**named).values_list(*named)


def _text(column: str) -> Cast:
    return Cast(column or Value(""), CharField())


def _told(row: dict[str, Any]) -> Trouble:
    kind = _KINDS[row["rank"]]
    document = SimpleNamespace(pk=row["pk"], number=row["number"], title=row["title"])
    amount: Decimal | None = row["amount"]
    text = _INQUIRY if row["note"] == DisputeState.INQUIRY else kind.sentence
    sentence = Phrase(
        str(text),
        document=name_of(document),
        name=row["name"] or row["email"],
        amount="" if amount is None else format_money(amount, row["currency"], language_of_admin()),
    )
    place = f"item-{UUID(row['note'])}" if kind.place == "item" else kind.place
    return Trouble(sentence, row["since"], kind.action, (document, place))
