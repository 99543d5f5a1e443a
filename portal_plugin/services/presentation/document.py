"""A document in words and ready amounts, in its own language. Reads; never writes."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from ... import days
from ...models import ChangeRequest, DirectLink, PortalSettings, SalesDocument, TermsText
from ...money import format_money, format_number
from ...statuses import OPEN_TO_AGREEMENT, DocumentState, ItemState
from .. import terms as terms_service
from .changed import sentences
from .decided import confirmed_sentence
from .items import ItemView, item_views
from .money import (
    PaymentRow,
    TotalRow,
    cancel_money,
    money_rows,
    payment_rows,
    sums_before_total,
)
from .plan import PlanRow, plan_rows
from .rows import Rows
from .shop import ShopView, document_language, shop_view
from .taxes import notes_of

OVER = {
    DocumentState.EXPIRED,
    DocumentState.DECLINED,
    DocumentState.CANCELLED,
    DocumentState.COMPLETED,
}


@dataclass(frozen=True)
class DocumentView:
    document: SalesDocument
    shop: ShopView
    language: str
    direction: str
    currency: str
    kind_label: str
    pdf_label: str
    number: str
    title: str
    state: DocumentState
    state_label: str
    issued_on: date | None
    valid_until: date | None
    delivery_on: date | None
    customer_name: str
    customer_lines: list[str]
    customer_tax_number: str
    items: list[ItemView]
    totals: list[TotalRow]
    tax_rows: list[TotalRow]
    tax_notes: list[str]
    payments: list[PaymentRow]
    total: str
    amount_due: str
    deposit_due: str
    balance_due: str
    is_deposit_due: bool
    has_balance: bool
    is_fully_paid: bool
    is_payment_pending: bool
    rows: Rows
    plan: list[PlanRow] = field(default_factory=list)
    stage_label: str = ""
    cancel_reason: str = ""
    cancel_money: str = ""
    open_requests: list[ChangeRequest] = field(default_factory=list)
    #: What changed around the items since the customer agreed, in sentences: what waits for their
    #: yes, and what is only good news. One of the two at most has any.
    to_confirm: list[str] = field(default_factory=list)
    good_news: list[str] = field(default_factory=list)
    #: Who has said that yes and who has not, where some have.
    confirmed: str = ""

    @property
    def is_over(self) -> bool:
        """Nothing of it waits for the customer's decision any more."""
        return self.state in OVER

    def items_in(self, state: str) -> list[ItemView]:
        return [item for item in self.items if item.state == state]

    @property
    def why_cancelled(self) -> str:
        """The shop's reason, which need be no whole sentence, and what becomes of the money."""
        return " · ".join(text for text in (self.cancel_reason, self.cancel_money) if text)

    @property
    def waiting_items(self) -> list[ItemView]:
        """An option or alternative that is not chosen waits for nobody."""
        return [item for item in self.items_in(ItemState.WAITING) if item.is_counted]

    def waiting_for(self, link: DirectLink | None) -> list[ItemView]:
        """Those that wait for this person, where all have to say yes and some have."""
        return [item for item in self.waiting_items if not item.has_yes_of(link)]

    @property
    def next_instalment(self) -> PlanRow | None:
        """Of an order that is paid in instalments: the first that is not paid."""
        upcoming = self.document.next_instalment if self.document.is_order else None
        return self.plan[upcoming.number - 1] if upcoming and self.plan else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it is still being made or checked by a worker."""
        return not self.rows.has_unfinished

    @cached_property
    def terms(self) -> TermsText | None:
        """Read only by what shows them: the page does not."""
        return terms_service.current(self.document)


def document_view(document: SalesDocument, shop: ShopView | None = None) -> DocumentView:
    """The document as the customer sees it now; also for an unsaved one in the admin's preview.

    ``shop`` is the document's own, where the caller has read it already.
    """
    language = document_language(document.language)
    with translation.override(language):
        return _build(document.specific, shop or shop_view(document.site), language)


def _build(document: SalesDocument, shop: ShopView, language: str) -> DocumentView:
    currency = document.priced_in
    state = document.state
    customer = document.customer

    def show(amount: Decimal) -> str:
        return format_money(amount, currency, language)

    is_saved = document.pk is not None
    rows = Rows(document)
    is_invoice = is_its_invoice(document, shop.settings, has_any=bool(rows.invoices))
    first = document.first_published_at
    stage = document.stage if document.is_order else None
    paid = document.paid
    return DocumentView(
        document=document,
        shop=shop,
        language=language,
        direction="rtl" if get_language_info(language.split("-")[0])["bidi"] else "ltr",
        currency=currency,
        kind_label=kind_word(document, is_invoice=is_invoice),
        pdf_label=_pdf_label(document, is_invoice=is_invoice),
        number=document.number or _("Draft"),
        title=document.title,
        state=state,
        state_label=str(state.label),
        issued_on=days.local(first).date() if first else None,
        valid_until=None if document.is_order else document.last_valid_day,
        delivery_on=document.delivery_on,
        customer_name=customer.name if customer else "",
        customer_lines=_customer_lines(customer),
        customer_tax_number=customer.tax_number if customer else "",
        items=item_views(document, rows, show, language),
        totals=_total_rows(document, show),
        tax_rows=_tax_rows(document, show, language),
        payments=payment_rows(document, show) if is_saved and document.is_order else [],
        tax_notes=notes_of(document.totals.bands),
        total=show(document.totals.total),
        amount_due=show(document.amount_due),
        deposit_due=show(document.deposit_due),
        balance_due=show(document.balance_due),
        is_deposit_due=document.is_order and document.deposit_due > 0,
        has_balance=document.is_order and document.balance_due > 0,
        is_fully_paid=document.is_order and paid > 0 and not document.balance_due,
        is_payment_pending=is_saved and document.is_order and document.has_pending_payment,
        rows=rows,
        plan=plan_rows(document, show),
        stage_label=stage.customer_name if stage else "",
        cancel_reason=document.cancel_reason,
        cancel_money=cancel_money(document, show),
        open_requests=document.standing.open_requests if is_saved else [],
        **_changed(document, currency, language),
    )


def is_its_invoice(
    document: SalesDocument, settings: PortalSettings, *, has_any: bool = True
) -> bool:
    """Whether an order's own PDF is its invoice: not where the shop issues formal ones, nor where
    one was issued before it stopped to. Whoever has two owes the tax of both. ``has_any``: whether
    there may be some."""
    if settings.has_formal_invoices:
        return False
    return not (has_any and document.invoices.standing().exists())


def kind_word(document: SalesDocument, *, is_invoice: bool) -> str:
    """What the document's own PDF is headed."""
    if not document.is_order:
        return _("Estimate")
    return _("Invoice") if is_invoice else _("Order confirmation")


def _pdf_label(document: SalesDocument, *, is_invoice: bool) -> str:
    """The button that opens it."""
    if not document.is_order:
        return _("PDF Estimate")
    return _("PDF Invoice") if is_invoice else _("PDF Order confirmation")


def _changed(document: SalesDocument, currency: str, language: str) -> dict[str, Any]:
    if document.pk is None or document.state not in OPEN_TO_AGREEMENT:
        return {}
    change = document.standing.change_since_agreed
    name = "to_confirm" if change is not None and change.asks else "good_news"
    said = sentences(change, currency, language)
    return {name: said, "confirmed": confirmed_sentence(document.standing)}


def _customer_lines(customer: Any) -> list[str]:
    if customer is None:
        return []
    names = [customer.company, customer.name] if customer.company else [customer.name]
    return [*names, *customer.address.splitlines()]


def _total_rows(document: SalesDocument, show: Any) -> list[TotalRow]:
    totals = document.totals
    left = _without_declined(document)
    rows = [
        TotalRow(kind, label, show(amount)) for kind, label, amount in sums_before_total(totals)
    ]
    rows.append(TotalRow("total", _("Total"), show(totals.total)))
    if totals.tax and totals.includes_tax:
        rows.append(TotalRow("tax", _("Tax included"), show(totals.tax)))
    if left is not None:
        rows.append(TotalRow("left", _("Total without what you declined"), show(left)))
    if totals.deposit and not document.plan and not document.cancelled_at:
        rows.append(TotalRow("deposit", _("Deposit"), show(totals.deposit)))
    if document.is_order and document.bookings:
        rows.extend(money_rows(document, show))
        if not document.cancelled_at:
            rows.append(TotalRow("balance", _("Balance due"), show(document.balance_due)))
    if document.is_order and document.overpaid and not document.cancelled_at:
        rows.append(TotalRow("overpaid", _("Paid too much"), show(document.overpaid)))
    return rows


def _without_declined(document: SalesDocument) -> Decimal | None:
    """What an estimate comes to without the items that were declined; ``None`` without any, or
    where all were. (On an order they are not in the total.)"""
    if document.pk is None or document.is_order:
        return None
    declined = set(document.standing.keys(ItemState.DECLINED))
    if not declined or len(declined) == len(document.standing.items):
        return None
    return document.totals_without(declined).total


def _tax_rows(document: SalesDocument, show: Any, language: str) -> list[TotalRow]:
    """The breakdown: one row per rate, with the amount that it is charged on."""
    return [
        TotalRow(
            "tax",
            _("%(rate)s %% tax on %(net)s")
            % {"rate": format_number(band.rate, language), "net": show(band.net)},
            show(band.tax),
        )
        for band in document.totals.bands
        if band.rate
    ]


def item_name(document: SalesDocument, key: UUID) -> str:
    """The name of an item, for sentences about it; empty where the item is gone."""
    return next((item.name for item in document.lines if item.key == key), "")
