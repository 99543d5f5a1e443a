"""Formal invoices on the overview: what was issued, what can be, and taking it back."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import PortalError
from ..models import PortalSettings
from ..models.decimals import FiniteDecimalField
from ..models.invoices import item_band
from ..money import ZERO, format_money, round_money, typed_money
from ..services import invoices
from ..shares import worth
from ..statuses import InvoiceKind
from . import posted, sites
from .done import Done
from .words import language_of_admin


@dataclass(frozen=True)
class IssuedRow:
    """``left`` is what can still be taken back, as it is typed; empty where nothing can. ``items``
    can be taken back by name, for what they were charged with: key, name and amount."""

    pk: int
    label: str
    number: str
    day: date
    amount: str
    url: str
    reason: str
    left: str
    shown_left: str
    items: list[tuple[str, str, str]]


class CreditForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=2000)
    amount = FiniteDecimalField(label=gettext_lazy("Amount"), required=False, max_digits=15)
    key = forms.UUIDField()


def context(document, user) -> dict | None:
    """``None`` where the shop has no formal invoices, and the order none from before."""
    if not document.is_order or document.current_version_id is None:
        return None
    rows = list(document.invoices.order_by("pk").prefetch_related("credit_notes"))
    is_formal = PortalSettings.of(document.site).has_formal_invoices
    if not (rows or is_formal):
        return None
    may_issue = sites.may(user, "issue_invoice", document)
    standing = [row for row in rows if _stands(row)]
    is_closed = document.cancelled_at or document.is_sample
    can_issue = may_issue and is_formal and not is_closed
    last = next((row for row in standing if row.kind == InvoiceKind.INVOICE), None)
    return {
        "rows": [_issued(row, row in standing and may_issue) for row in rows],
        "can_issue": can_issue and last is None,
        "can_issue_deposit": can_issue and not standing and bool(document.totals.deposit),
        "differing": _differing(document, standing, last),
        "key": uuid4(),
        "currency": document.totals.currency,
    }


def _differing(order, standing, last):
    """What is charged, and what the order costs, where that is not the same: it was changed, opened
    again after it was cancelled, or something was paid back or taken back on one side only."""
    charged = sum((row.left_total for row in standing), ZERO)
    if last is None or order.cancelled_at or charged == order.price_left:
        return None
    shown = [
        format_money(amount, last.currency, language_of_admin())
        for amount in (charged, order.price_left)
    ]
    return {"charged": shown[0], "price": shown[1], "has_changed": _has_changed(order, last)}


def _has_changed(order, invoice) -> bool:
    """Whether the order comes to something else than when it was charged."""
    return Decimal(invoice.said["figures"]["order_total"]) != order.totals.total


def _stands(invoice) -> bool:
    """As ``standing()`` asks the database, of rows that are read anyway."""
    if invoice.is_credit_note:
        return False
    return bool(invoice.left_total) or not invoice.credit_notes.all()


def _issued(invoice, can_credit):
    left = round_money(invoice.left_total, invoice.currency) if can_credit else None
    return IssuedRow(
        pk=invoice.pk,
        label=str(invoice.get_kind_display()),
        number=invoice.number,
        day=invoice.issued_on,
        amount=format_money(invoice.total, invoice.currency, language_of_admin()),
        url=reverse("portal_admin:invoice", args=[invoice.document_id, invoice.public_id]),
        reason=invoice.reason,
        left="" if left is None else typed_money(left, invoice.currency),
        shown_left=format_money(left or Decimal(0), invoice.currency, language_of_admin()),
        items=_items_left(invoice) if left else [],
    )


def _items_left(invoice):
    gone, currency, language = invoice.credited_keys, invoice.currency, language_of_admin()
    return [
        (item["key"], item["name"], format_money(worth([item_band(item)]), currency, language))
        for item in invoice.items
        if item["key"] not in gone
    ]


def issue(document, request):
    return _issued_now(invoices.issue(document, request.user))


def issue_deposit(document, request):
    return _issued_now(invoices.issue_deposit(document, request.user))


def credit(document, request):
    """Over an amount, over ticked items, or over all that is left."""
    invoice = document.invoices.filter(pk=posted.number(request, "invoice")).first()
    if invoice is None:
        raise PortalError(_("This invoice is not one of this order's."))
    form = CreditForm(request.POST)
    if not form.is_valid():
        raise PortalError(posted.errors(form))
    typed = form.cleaned_data
    note = invoices.credit(
        invoice,
        typed["reason"],
        request.user,
        amount=typed["amount"],
        keys=posted.item_keys(request),
        key=typed["key"],
    )
    return _issued_now(note)


def _issued_now(invoice):
    words = {"kind": invoice.get_kind_display(), "number": invoice.number}
    return Done(_("%(kind)s %(number)s is issued, and the customer is told.") % words)


VERBS = {
    "issue-invoice": ("issue_invoice", issue),
    "issue-deposit": ("issue_invoice", issue_deposit),
    "credit": ("issue_invoice", credit),
}
