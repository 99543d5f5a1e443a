"""Line items in words and ready amounts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from ...addresses import short
from ...models import Preview, ProofVersion, SalesDocument
from ...money import format_number, format_price
from ...statuses import ItemState, WorkState
from .decided import agreement_sentence, decision_sentence, earlier_sentence
from .rows import Rows

Show = Callable[[Decimal], str]


@dataclass(frozen=True)
class ProofView:
    """The version of a proof that is to be decided, and how many came before it.

    What is asked of its preview is read from ``rows`` at the first question: paper asks none.
    """

    version: ProofVersion
    label: str
    wording: str
    description: str
    earlier: list[ProofVersion]
    rows: Rows

    @property
    def preview(self) -> Preview | None:
        """Of its first page; ``None`` where none can be made or none is ready."""
        found = self._preview
        return found if found is not None and found.state == WorkState.READY else None

    @property
    def pages(self) -> int:
        """0 while the preview is being made or where none can be made."""
        return self.preview.pages if self.preview else 0

    @property
    def width(self) -> int:
        return self.preview.width if self.preview else 0

    @property
    def height(self) -> int:
        return self.preview.height if self.preview else 0

    @property
    def is_pending(self) -> bool:
        found = self._preview
        return found is not None and found.state in (WorkState.WAITING, WorkState.RUNNING)

    @property
    def _preview(self) -> Preview | None:
        return self.rows.previews.get((self.version.digest, "screen"))

    @property
    def public_id(self) -> UUID:
        return self.version.public_id

    @property
    def short_id(self) -> str:
        """Its id as it stands in addresses."""
        return short(self.version.public_id)

    @property
    def page_numbers(self) -> range:
        return range(1, self.pages + 1)

    @property
    def alternative(self) -> str:
        """What stands for the picture for whoever cannot see it."""
        return " — ".join(text for text in (self.label, self.description, self.wording) if text)


@dataclass(frozen=True)
class ItemView:
    key: UUID
    name: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    discount: str
    tax_rate: str
    amount: str
    amount_with_tax: str
    gross: Decimal
    price_includes_tax: bool
    state: str
    state_label: str
    item_hash: str
    is_decidable: bool
    is_counted: bool
    option: str
    proofs: list[ProofView]
    rows: Rows
    decision: Any = None
    standing: Any = None
    change_request: Any = None
    actions: list[Any] = field(default_factory=list)

    @property
    def comments_count(self) -> int:
        return self.rows.comment_counts[self.key]

    @property
    def files_count(self) -> int:
        return self.rows.attachment_counts[self.key]

    @property
    def earlier(self) -> Any:
        """The newest decision, where it does not count any more."""
        return self.standing.earlier if self.standing else None

    @property
    def receipt_key(self) -> str:
        """What its receipt is called in addresses; empty where no decision counts."""
        return short(self.decision.submission.client_key) if self.decision is not None else ""

    @property
    def decided(self) -> str:
        """When and by whom it was decided; else what became of an earlier decision."""
        if self.decision is not None:
            return decision_sentence(self.decision)
        return agreement_sentence(self.standing) or earlier_sentence(self.standing)

    @property
    def is_waiting(self) -> bool:
        return self.is_decidable and self.state == ItemState.WAITING

    def has_yes_of(self, link: Any) -> bool:
        return self.standing is not None and self.standing.has_yes_of(link)

    @property
    def proof(self) -> ProofView | None:
        return self.proofs[0] if self.proofs else None


def item_views(document: SalesDocument, rows: Rows, show: Show, language: str) -> list[ItemView]:
    standing = document.standing.items
    return [
        _item_view(
            item,
            sums,
            show,
            language,
            currency=document.priced_in,
            standing=standing.get(item.key),
            rows=rows,
            is_counted=item.key in document.counted_keys,
            option=option_words(document, item),
        )
        for item, sums in zip(document.lines, document.totals.lines, strict=True)
    ]


def option_words(document: SalesDocument, item: Any) -> str:
    """Whether an option or alternative is in the total; empty for what is neither."""
    if not item.is_choice:
        return ""
    is_chosen = item.key in document.counted_keys
    if item.alternative_group:
        words = _("%(group)s: chosen") if is_chosen else _("%(group)s: not chosen")
        return words % {"group": item.alternative_group}
    return _("Option, chosen") if is_chosen else _("Option, not chosen")


def _item_view(
    item: Any,
    sums: Any,
    show: Show,
    language: str,
    *,
    currency: str,
    standing: Any,
    rows: Rows,
    is_counted: bool,
    option: str,
) -> ItemView:
    state = ItemState(standing.state) if standing else ItemState.WAITING
    return ItemView(
        key=item.key,
        name=item.name,
        description=item.description,
        quantity=format_number(item.quantity or Decimal(0), language),
        unit=item.unit,
        unit_price=format_price(item.unit_price or Decimal(0), currency, language),
        discount=show(-sums.discount) if sums.discount else "",
        tax_rate=format_number(item.tax_rate or Decimal(0), language),
        amount=show(sums.amount),
        amount_with_tax=show(sums.gross),
        gross=sums.gross,
        price_includes_tax=item.price_includes_tax,
        state=state,
        state_label=str(state.label),
        item_hash=standing.item_hash if standing else "",
        is_decidable=standing is not None,
        is_counted=is_counted,
        option=option,
        proofs=proof_views(rows, item.key),
        rows=rows,
        decision=standing.decision if standing else None,
        standing=standing,
        change_request=standing.change_request if standing else None,
    )


def proof_views(rows: Rows, key: UUID) -> list[ProofView]:
    """The proofs of one item as they are to be decided."""
    return [_proof_view(versions, rows) for versions in rows.proof_versions.get(key, [])]


def _proof_view(versions: list[ProofVersion], rows: Rows) -> ProofView:
    newest = versions[-1]
    return ProofView(
        version=newest,
        label=newest.proof.label,
        wording=newest.wording,
        description=newest.description,
        earlier=versions[:-1],
        rows=rows,
    )
