"""The totals below the edit page, added up from what is typed and saved nowhere."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..models import Estimate, Order, SalesDocument
from ..money import format_money, format_percent
from ..services.presentation.plan import plan_sentence
from ..services.previewing import as_if_published
from ..statuses import DocumentKind
from ..version_changes import Plan
from . import defaults, sites
from .directions import isolated
from .finding import find
from .words import language_of_admin

MODELS = {DocumentKind.ESTIMATE.value: Estimate, DocumentKind.ORDER.value: Order}
#: Fields of a document that its sums follow from.
PRICING = (
    "currency",
    "discount_percent",
    "discount_amount",
    "shipping_amount",
    "shipping_tax_rate",
    "shipping_includes_tax",
    "deposit_percent",
    "deposit_amount",
    "deposit_least",
    "instalments",
)
#: And those of one item.
ITEM_PRICING = (
    "quantity",
    "unit_price",
    "discount_percent",
    "discount_amount",
    "tax_rate",
    "tax_category",
    "price_includes_tax",
    "is_optional",
    "is_selected",
    "alternative_group",
)


@dataclass(frozen=True)
class Sum:
    label: str
    amount: str
    is_total: bool = False
    is_sentence: bool = False


def sums(document: SalesDocument) -> list[Sum]:
    """What adds up to the total, in the order it is added."""
    totals = document.totals
    language, currency = language_of_admin(), document.priced_in

    def row(label, amount, **values):
        return Sum(label, format_money(amount, currency, language), **values)

    rows = []
    if totals.discount:
        rows.append(row(_("Discount"), -totals.discount))
    if totals.shipping:
        rows.append(row(_("Shipping"), totals.shipping))
    rows.append(row(_("Net"), totals.net))
    for band in totals.bands:
        if band.rate:
            rate = format_percent(band.rate, language)
            rows.append(row(_("Tax %(rate)s") % {"rate": rate}, band.tax))
    if totals.rounding:
        rows.append(row(_("Rounding"), totals.rounding))
    rows.append(row(_("Total"), totals.total, is_total=True))
    if document.plan:
        rows.append(Sum(_("Payment plan"), _plan(document), is_sentence=True))
    elif totals.deposit:
        rows.append(row(_("Deposit"), totals.deposit))
    return rows


def _plan(document: SalesDocument) -> str:
    language, currency = language_of_admin(), document.priced_in
    plan = Plan(document.plan, document.totals.instalments)
    return plan_sentence(plan, lambda amount: isolated(format_money(amount, currency, language)))


def url(document: SalesDocument) -> str:
    """Where the edit page of a document asks, saved or not."""
    if document.pk:
        return reverse("portal_admin:totals", args=[document.pk])
    return reverse("portal_admin:new_totals", args=[document.kind])


@require_POST
def of_document(request, pk):
    document = find(request, pk)
    return _answer(request, document.get_latest_revision_as_object())


@require_POST
def of_new(request, kind):
    model = MODELS[kind]
    site = sites.preferred(request, model)
    if site is None:
        raise PermissionDenied
    return _answer(request, defaults.fill_new(model(site=site)))


def _answer(request, document):
    """The sums as a fragment; 422 with one plain sentence while something is no number."""
    viewset = type(document).snippet_viewset
    form_class = viewset.get_edit_handler().get_form_class()
    form = form_class(request.POST, instance=document, for_user=request.user)
    form.defer_required_fields()
    form.is_valid()
    problem = _problem(form)
    if problem:
        return HttpResponse(problem, status=422, content_type="text/plain; charset=utf-8")
    document.__dict__["lines"] = [row.instance for row in _kept(form)]
    return render(
        request, "portal_plugin/admin/totals.html", {"totals": sums(as_if_published(document))}
    )


def _kept(form):
    """Item forms that are neither deleted nor left empty."""
    return [
        row
        for row in form.formsets["line_items"].forms
        if not row.cleaned_data.get(DELETION_FIELD_NAME) and (row.instance.pk or row.has_changed())
    ]


def _problem(form) -> str:
    for number, row in enumerate(_kept(form), start=1):
        for name in ITEM_PRICING:
            if name in row.errors:
                item = row["name"].value() or _("Item %(number)d") % {"number": number}
                return _sentence(row, name, item)
    for name in PRICING:
        if name in form.errors:
            return _sentence(form, name)
    return ""


def _sentence(form, name, item="") -> str:
    words = {"field": capfirst(form[name].label), "error": form.errors[name][0], "item": item}
    if item:
        return _("Not added up yet. %(item)s, %(field)s: %(error)s") % words
    return _("Not added up yet. %(field)s: %(error)s") % words
