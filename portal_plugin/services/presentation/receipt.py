"""The receipt of one submission with decisions: what was decided, word for word, by whom and when.

Everything is read from what was kept with the decisions, nothing from the document as it is now.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from ... import days, strokes
from ...addresses import short
from ...models import Activity, Decision, Preview, ProofVersion, Submission
from ...money import format_money, format_number, format_price
from ...statuses import Verdict, WorkState
from ...totals import Line, line_totals
from ..mail_receivers import staff_name
from .shop import ShopView, document_language, shop_view
from .total_then import total_then

#: CSS pixels: a tall picture leaves room for the words below it.
MOST_HEIGHT = 280


@dataclass(frozen=True)
class ReceiptProof:
    """``picture`` is the finished preview, ``public_id`` that of the version that it shows."""

    label: str
    wording: str
    description: str
    sha256: str
    public_id: UUID | None = None
    picture: Preview | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in CSS pixels, at most: the page keeps its room before it
        comes, and nothing below it moves."""
        assert self.picture
        width, height = self.picture.width, self.picture.height
        shown = min(height, MOST_HEIGHT)
        return max(round(width * shown / height), 1), shown


@dataclass(frozen=True)
class ReceiptItem:
    key: UUID
    name: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    discount: str
    amount: str
    is_taxed: bool
    is_approved: bool
    verdict: str
    reason: str
    item_hash: str
    proofs: list[ReceiptProof] = field(default_factory=list)


@dataclass(frozen=True)
class ReceiptView:
    """``who`` is a sentence, ``when`` has the time zone. The hashes are for the small print."""

    submission: Submission
    shop: ShopView
    language: str
    heading: str
    number: str
    version: int
    items: list[ReceiptItem]
    total: str
    who: str
    note: str
    when: str
    terms: str
    terms_hash: str
    withdrawal: str
    version_hash: str
    entry_hash: str
    signature: str = ""
    #: Of a drawn one: the ``d`` of a path in a box of 600 by 200.
    drawn: str = ""
    purchase_order_number: str = ""
    checklist: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What it is called in addresses."""
        return short(self.submission.client_key)

    @property
    def is_approved(self) -> bool:
        return any(item.is_approved for item in self.items)


def receipt_view(submission: Submission) -> ReceiptView:
    """In the document's language. The submission has at least one decision."""
    document = submission.document.specific
    language = document_language(document.language)
    decisions = list(submission.decisions.select_related("version"))
    with translation.override(language):
        version = decisions[0].version
        total = format_money(total_then(version, submission), document.currency, language)
        return ReceiptView(
            submission=submission,
            shop=shop_view(document.site),
            language=language,
            heading=_("Receipt"),
            number=document.number or "",
            version=version.number,
            items=_items(document, decisions, language),
            total=total,
            who=_who(submission),
            note=submission.note,
            when=moment(submission.created_at),
            terms=submission.terms_text,
            terms_hash=submission.terms_digest,
            withdrawal=submission.withdrawal_text,
            version_hash=version.digest,
            entry_hash=_entry_hash(submission),
            signature=submission.signature,
            drawn=strokes.path(submission.signature_strokes),
            purchase_order_number=submission.purchase_order_number,
            checklist=json.loads(submission.checklist or "[]"),
        )


def moment(when: datetime) -> str:
    """Date and time in the time zone of the site, with its name and distance from UTC."""
    local = days.local(when)
    zone, offset = local.strftime("%Z"), local.strftime("%z")
    return f"{days.day_and_time(local)} {zone} (UTC{offset[:3]}:{offset[3:5]})"


def _who(submission: Submission) -> str:
    name = submission.name or submission.email or _("The customer")
    if submission.staff_id:
        words = {"staff": staff_name(submission.staff) or _("the shop"), "name": name}
        return _("%(name)s, written down by %(staff)s") % words
    owner = submission.link.recipient.name if submission.link else ""
    if owner and owner != name:
        return _("%(name)s, by the direct link of %(owner)s") % {"name": name, "owner": owner}
    return name


def _items(document: Any, decisions: list[Decision], language: str) -> list[ReceiptItem]:
    contents = [json.loads(decision.canonical) for decision in decisions]
    proofs = _versions(document, contents)
    return [
        _item(decision, content, proofs, language)
        for decision, content in zip(decisions, contents, strict=True)
    ]


def _item(decision: Decision, content: dict, proofs: dict, language: str) -> ReceiptItem:
    currency = content["currency"]
    names = ("quantity", "unit_price", "discount_percent", "discount_amount", "tax_rate")
    amounts: dict[str, Any] = {name: Decimal(content[name]) for name in names}
    line = Line(
        **amounts,
        tax_category=content["tax_category"],
        price_includes_tax=content["price_includes_tax"],
    )
    sums = line_totals(line, currency)
    return ReceiptItem(
        key=decision.item_key,
        name=content["name"],
        description=content["description"],
        quantity=format_number(line.quantity, language),
        unit=content["unit"],
        unit_price=format_price(line.unit_price, currency, language),
        discount=format_money(-sums.discount, currency, language) if sums.discount else "",
        amount=format_money(sums.gross, currency, language),
        is_taxed=bool(line.tax_rate),
        is_approved=decision.verdict == Verdict.APPROVE,
        verdict=str(decision.get_verdict_display()),
        reason=decision.reason,
        item_hash=decision.item_hash,
        proofs=[
            ReceiptProof(**proof, **proofs.get(proof["sha256"], {})) for proof in content["proofs"]
        ],
    )


def _versions(document: Any, contents: list[dict]) -> dict[str, dict[str, Any]]:
    """Hash of a proof's file to the version that has it, and its picture. Two queries at most."""
    wanted = {proof["sha256"] for content in contents for proof in content["proofs"]}
    if not wanted:
        return {}
    drawn = Preview.objects.filter(digest__in=wanted, page=1, size="screen", state=WorkState.READY)
    pictures = {row.digest: row for row in drawn}
    rows = ProofVersion.objects.of_thread(document).released().filter(digest__in=wanted)
    return {
        row.digest: {"public_id": row.public_id, "picture": pictures.get(row.digest)}
        for row in rows.order_by("pk")
    }


def _entry_hash(submission: Submission) -> str:
    """Of the entry in the history that was written with the submission."""
    rows = Activity.objects.filter(
        document=submission.document_id, data__contains=f'"submission":{submission.pk}'
    )
    for row in rows.order_by("sequence"):
        if json.loads(row.data).get("submission") == submission.pk:
            return row.hash
    return ""
