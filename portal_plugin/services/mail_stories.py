"""What happened, in the words of those who did it: read from the rows when the email is rendered.

A row of mail keeps ids and a few plain words (``facts["happenings"]``). Each happening is a dict
with ``kind`` and any of: ``submission``, ``receipt`` (a submission of staff), ``comment``,
``change_request``, ``entry`` (ids of rows), ``refund``, ``dispute``, ``item`` and ``items`` (item
keys), and ready words ``by``, ``text``, ``reason``, ``reply``, ``files`` (names), ``amount``,
``reference``, ``stage``, ``headline``; ``points`` and ``points_done`` are counts.
``is_recorded`` says that staff (``by``) wrote down what the customer had said, on the phone for
example.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from ..models import Attachment, ChangeRequest, Comment, LedgerEntry, SalesDocument, Submission
from ..money import format_money
from ..statuses import LedgerKind
from .presentation.receipt import ReceiptView, receipt_view

#: Characters of a quoted text; the rest is read on the page.
QUOTE_LIMIT = 1000


@dataclass(frozen=True)
class Story:
    """One happening with its words. ``by`` did it or wrote it down, with ``owner``'s link."""

    kind: str
    by: str = ""
    owner: str = ""
    items: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    quote: str = ""
    reply: str = ""
    amount: str = ""
    amount_before: str = ""
    #: Of a payment: the fee of the way of paying that is in ``amount``.
    fee: str = ""
    #: Of a refund, and of what was said of one later: what is to be paid.
    due: str = ""
    #: Whether what was paid back is off the price.
    is_forgiven: bool = False
    #: Of a payment: whether the order was cancelled before it came.
    is_too_late: bool = False
    reference: str = ""
    method: str = ""
    stage: str = ""
    headline: str = ""
    message: str = ""
    is_recorded: bool = False
    count: int = 0
    points: int = 0
    points_done: int = 0
    receipt: ReceiptView | None = None

    @property
    def audience(self) -> str:
        """``receipt`` for what the customer did, ``news`` for what the shop did, ``staff``."""
        return self.kind.partition("_")[0]

    @property
    def verb(self) -> str:
        return self.kind.partition("_")[2]


def tell(document: SalesDocument, happening: dict[str, Any]) -> Story:
    submission = Submission.objects.filter(pk=happening.get("submission", 0)).first()
    decided = [decision.item_key for decision in submission.decisions.all()] if submission else []
    said = _said(document, happening, submission)
    keys = [str(key) for key in decided] or _keys(happening, said)
    files = happening.get("files") or _files(submission)
    entry = LedgerEntry.objects.filter(document=document, pk=happening.get("entry", 0)).first()
    return Story(
        kind=happening["kind"],
        by=_by(happening, said, submission),
        owner=_owner(submission),
        items=_names(document, keys),
        files=files,
        quote=_cut(
            str(happening.get("text") or happening.get("reason") or _text(said, submission))
        ),
        reply=_cut(str(happening.get("reply") or getattr(said, "reply", ""))),
        amount=_amount(document, happening, entry),
        amount_before=_amount_before(document, entry),
        fee=_fee(document, entry),
        **_owing(document, entry),
        is_too_late=entry is not None and document.is_too_late(entry),
        reference="" if entry else happening.get("reference", ""),
        method=entry.method if entry else "",
        stage=happening.get("stage", ""),
        headline=happening.get("headline", ""),
        message=submission.message if submission else "",
        is_recorded=bool(happening.get("is_recorded")),
        receipt=_receipt(happening, submission if decided else None),
        points=happening.get("points", 0),
        points_done=happening.get("points_done", 0),
        count=len(keys) or len(files) or happening.get("count", 0),
    )


def _receipt(happening: dict[str, Any], deciding: Any) -> ReceiptView | None:
    """For the customer, of what they decided, or staff for them."""
    if not happening["kind"].startswith("receipt_"):
        return None
    found = deciding or Submission.objects.filter(pk=happening.get("receipt", 0)).first()
    return receipt_view(found) if found is not None else None


def _said(document: SalesDocument, happening: dict[str, Any], submission: Any) -> Any:
    """The comment or the change request that it is about. One that was taken back says nothing."""
    comments = Comment.objects.of_thread(document).filter(removed_at=None)
    requests = ChangeRequest.objects.of_thread(document)
    if "comment" in happening:
        return comments.filter(pk=happening["comment"]).first()
    if "change_request" in happening:
        return requests.filter(number=happening["change_request"]).first()
    if submission is None:
        return None
    return (
        comments.filter(submission=submission).first()
        or requests.filter(submission=submission).first()
    )


def _by(happening: dict[str, Any], said: Any, submission: Any) -> str:
    """Who did it; of a message from the shop whoever wrote it, where they have a name."""
    wrote = said.author_name if isinstance(said, Comment) and said.staff_id else ""
    return (submission.name if submission else "") or happening.get("by", "") or wrote


def _text(said: Any, submission: Any) -> str:
    return said.text if said else (submission.note if submission else "")


def _keys(happening: dict[str, Any], said: Any) -> list[str]:
    if said is not None and said.item_key:
        return [str(said.item_key)]
    keys = happening.get("items") or [happening.get("item")]
    return [str(key) for key in keys if key]


def _names(document: SalesDocument, keys: list[str]) -> list[str]:
    """Keys in the document's order as names. A word that is no key of an item is a name already."""
    names = {str(line.key): line.name for line in document.lines}
    places = {key: place for place, key in enumerate(names)}
    ordered = sorted(keys, key=lambda key: places.get(key, len(places)))
    return [names.get(key, key) for key in ordered]


def _files(submission: Any) -> list[str]:
    if submission is None:
        return []
    found = Attachment.objects.filter(submission=submission, removed_at=None)
    return list(found.values_list("name", flat=True))


def _owner(submission: Any) -> str:
    if submission is None or submission.link is None:
        return ""
    return submission.link.recipient.name


def _amount(document: SalesDocument, happening: dict[str, Any], entry: Any) -> str:
    """Of money that went back, how much, without a sign: the headline says which way. Of a payment
    that was corrected, what it is by that; of what is owed or not, how much of it."""
    if _is_correction(entry):
        _before, right = document.specific.amounts_around(entry)
        return format_money(right, entry.currency, _language(document))
    if entry is not None and entry.kind == LedgerKind.FORGIVENESS:
        # Less is asked for than was forgiven, where part of it was paid again of their own accord.
        asked = Decimal(happening["asked"])
        return format_money(abs(asked), entry.currency, _language(document))
    told = entry or _other_money(document, happening)
    if told is not None:
        return format_money(abs(told.amount), told.currency, _language(document))
    return str(happening.get("amount", ""))


def _amount_before(document: SalesDocument, entry: Any) -> str:
    """What they were told of a payment before it was corrected."""
    if not _is_correction(entry):
        return ""
    before, _right = document.specific.amounts_around(entry)
    return format_money(before, entry.currency, _language(document))


def _language(document: SalesDocument) -> str:
    return get_language() or document.language


def _is_correction(entry: Any) -> bool:
    return entry is not None and entry.kind == LedgerKind.CORRECTION


def _fee(document: SalesDocument, entry: Any) -> str:
    if entry is None or not entry.surcharge:
        return ""
    return format_money(abs(entry.surcharge), entry.currency, _language(document))


def _owing(document: SalesDocument, entry: Any) -> dict[str, Any]:
    """Of a refund, as it is now: somebody may have paid since, or said otherwise."""
    if entry is None or entry.kind not in (LedgerKind.REFUND, LedgerKind.FORGIVENESS):
        return {}
    order = document.specific
    is_said_later = entry.kind == LedgerKind.FORGIVENESS
    is_forgiven = bool(order.forgiven_of(entry.about if is_said_later else entry))
    if is_forgiven and not is_said_later:
        return {"is_forgiven": True}
    if not (order.balance_due if is_said_later else order.forgivable_of(entry)):
        return {"is_forgiven": is_forgiven}
    due = format_money(order.balance_due, entry.currency, _language(document))
    return {"is_forgiven": is_forgiven, "due": due}


def _other_money(document: SalesDocument, happening: dict[str, Any]) -> Any:
    """The refund or the dispute that it is about, where no entry of the ledger says it."""
    if "refund" in happening:
        return document.refunds.filter(pk=happening["refund"]).first()
    if "dispute" in happening:
        return document.disputes.filter(pk=happening["dispute"]).first()
    return None


def _cut(text: str) -> str:
    return text if len(text) <= QUOTE_LIMIT else text[:QUOTE_LIMIT].rstrip() + " …"
