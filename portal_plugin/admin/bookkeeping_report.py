"""Reports › Customer portal: bookkeeping. What came and went, day by day, and exports of it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from .. import days
from ..models import Invoice, LedgerEntry, Order
from ..money import ZERO, format_money
from . import sites
from .bookkeeping_rows import (
    OF_INVOICES,
    OF_ORDERS,
    OF_PAYMENTS,
    of_invoice,
    of_order,
    of_payment,
    read_ahead,
)
from .choosing_days import WITHIN_REACH
from .exporting import FormulaSafeExport
from .money_reports import RIGHT, MoneyReport, MoneyReportItem
from .words import language_of_admin

#: As much as a page shows; an export has no end.
MOST_DAYS = 366
#: What can be exported: its headings, and what makes a row of it.
EXPORTS = {
    "payments": (OF_PAYMENTS, of_payment),
    "orders": (OF_ORDERS, of_order),
    "invoices": (OF_INVOICES, of_invoice),
}


def a_day(label) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, validators=WITHIN_REACH)


class RangeForm(forms.Form):
    begin = a_day(pgettext_lazy("of a period", "From"))
    end = a_day(pgettext_lazy("of a period", "To"))

    def clean(self):
        data = super().clean()
        begin, end = data.get("begin"), data.get("end")
        if begin and end and end < begin:
            self.add_error("end", _("The last day is before the first one."))
        return data


class BookkeepingReport(FormulaSafeExport, SpreadsheetExportMixin, MoneyReport, TemplateView):
    template_name = "portal_plugin/admin/bookkeeping.html"
    http_method_names = ["get", "head"]
    page_title = gettext_lazy("Customer portal: bookkeeping")
    header_icon = "portal-money"

    def get(self, request, *args, **kwargs):
        if self.form.is_valid() and request.GET.get("export") in self.FORMATS:
            return self._export(request.GET["export"])
        return super().get(request, *args, **kwargs)

    @cached_property
    def form(self) -> RangeForm:
        """Of what was asked for; else of this month so far."""
        today = days.today()
        given = self.request.GET
        asked = {
            "begin": given.get("begin") or today.replace(day=1).isoformat(),
            "end": given.get("end") or today.isoformat(),
        }
        return RangeForm(asked)

    @cached_property
    def span(self) -> tuple[datetime, datetime]:
        """From the first day's beginning to the last one's end, by the shop's clock."""
        typed = self.form.cleaned_data
        return days.begin_of(typed["begin"]), days.begin_of(typed["end"] + timedelta(days=1))

    def entries(self):
        theirs = sites.of_user(self.request.user, Order, RIGHT).order_by().values("pk")
        return LedgerEntry.objects.moved(*self.span).filter(document__site__in=theirs)

    def orders(self):
        theirs = sites.of_user(self.request.user, Order, RIGHT).order_by().values("pk")
        begin, end = self.span
        found = Order.objects.filter(
            site__in=theirs,
            is_sample=False,
            first_published_at__gte=begin,
            first_published_at__lt=end,
        )
        return found.select_related("customer").with_paid().order_by("first_published_at", "pk")

    def invoices(self):
        """By the day that stands on them; credit notes, too."""
        theirs = sites.of_user(self.request.user, Order, RIGHT).order_by().values("pk")
        typed = self.form.cleaned_data
        found = Invoice.objects.filter(
            site__in=theirs, issued_on__gte=typed["begin"], issued_on__lte=typed["end"]
        )
        return found.select_related("refers_to").order_by("issued_on", "pk")

    # -- exports -----------------------------------------------------------------------------------

    @property
    def exported(self) -> str:
        asked = self.request.GET.get("of")
        return asked if asked in EXPORTS else "payments"

    @property
    def list_export(self):
        return list(self.export_headings)

    @property
    def export_headings(self):
        headings, _row_of = EXPORTS[self.exported]
        return headings

    def get_filename(self):
        typed = self.form.cleaned_data
        return f"{self.exported}-{typed['begin']}-{typed['end']}"

    def _export(self, kind):
        return self.as_spreadsheet(getattr(self, self.exported)(), kind)

    def payments(self):
        rows = self.entries().select_related("document__customer", "about")
        return rows.order_by("occurred_at", "pk")

    def to_row_dict(self, item: Any):
        _headings, row_of = EXPORTS[self.exported]
        return row_of(item)

    def read_ahead(self, rows):
        read_ahead(rows)

    # -- the page ----------------------------------------------------------------------------------

    def get_context_data(self, **kwargs):
        is_valid = self.form.is_valid()
        return super().get_context_data(
            **kwargs,
            form=self.form,
            days=self._days() if is_valid else [],
            sums=self._sums() if is_valid else [],
            exports=self._links() if is_valid else [],
        )

    def _days(self) -> list[dict[str, Any]]:
        """In one query, however much was paid."""
        zone = timezone.get_default_timezone()
        found = self.entries().annotate(day=TruncDate("occurred_at", tzinfo=zone)).order_by()
        rows = _added_up(found.values("day", "currency"))
        return [_shown(row) for row in rows.order_by("-day", "currency")[:MOST_DAYS]]

    def _sums(self) -> list[dict[str, Any]]:
        """Of all the days, also of those that no page has room for; one for each currency."""
        rows = _added_up(self.entries().order_by().values("currency"))
        return [_shown(row) for row in rows.order_by("currency")]

    def _links(self) -> list[dict[str, str]]:
        typed = self.form.cleaned_data
        base = f"{reverse('portal_admin:bookkeeping')}?begin={typed['begin']}&end={typed['end']}"
        labels = {"payments": _("Payments as %(kind)s"), "orders": _("Orders as %(kind)s")}
        if self.invoices().exists():
            labels["invoices"] = _("Invoices as %(kind)s")
        return [
            {"url": f"{base}&of={of}&export={kind}", "label": label % {"kind": kind.upper()}}
            for of, label in labels.items()
            for kind in self.FORMATS
        ]


def _added_up(rows: Any) -> Any:
    return rows.annotate(
        count=Count("pk"),
        came=Sum("amount", filter=Q(amount__gt=0), default=ZERO),
        went=Sum("amount", filter=Q(amount__lt=0), default=ZERO),
        fees=Sum("fee", default=ZERO),
    )


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    def money(amount):
        return format_money(amount, row["currency"], language_of_admin())

    return {
        "day": row.get("day"),
        "count": row["count"],
        "came": money(row["came"]),
        "went": money(row["went"]),
        "fees": money(row["fees"]),
        "left": money(row["came"] + row["went"] - row["fees"]),
    }


class BookkeepingMenuItem(MoneyReportItem):
    def __init__(self):
        super().__init__(
            gettext_lazy("Customer portal: bookkeeping"),
            reverse_lazy("portal_admin:bookkeeping"),
            name="portal-bookkeeping",
            icon_name="portal-money",
            order=995,
        )


bookkeeping = BookkeepingReport.as_view()
