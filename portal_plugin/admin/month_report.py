"""Reports › Customer portal: month. What was sent, approved and paid, by site and currency."""

import codecs
import csv
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Site

from .. import days
from ..formulas import harmless
from ..models import Activity, Decision, LedgerEntry
from ..money import ZERO, format_money, round_money
from . import sites
from .forms import site_name
from .words import language_of_admin

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
#: A bar is as long as this when nothing is longer.
FULL = 1000


@dataclass
class Line:
    """One site and one currency. ``paid`` is what came less what went back."""

    site: str
    currency: str
    sent: int = 0
    sent_total: Decimal = ZERO
    approved: int = 0
    approved_total: Decimal = ZERO
    payments: int = 0
    paid: Decimal = ZERO
    times: list[timedelta] = field(default_factory=list)

    @property
    def median_time(self) -> timedelta | None:
        """From the first sending to the first approval."""
        return median(self.times) if self.times else None


def lines(user, begin, end) -> list[Line]:
    """From ``begin`` to before ``end``, in as many queries whatever happened."""
    theirs = sites.documents_of(user, "document__")
    found: dict[tuple, Line] = {}
    shops = {site.pk: site_name(site) for site in Site.objects.order_by("site_name", "hostname")}

    def line(site, currency) -> Line:
        return found.setdefault((site, currency), Line(shops[site], currency))

    place = ("document__site", "document__currency")
    sent = Activity.objects.first_sent(begin, end).filter(theirs).order_by().values_list(*place)
    for site, currency, count, total in sent.annotate(Count("pk"), Sum("document__listed_total")):
        row = line(site, currency)
        row.sent, row.sent_total = count, total
    approved = Decision.objects.first_approved(begin, end).filter(theirs).order_by()
    rows = approved.values_list(*place, "worth", "created_at", "sent_at")
    for site, currency, worth, approved_at, sent_at in rows.iterator(chunk_size=1000):
        row = line(site, currency)
        row.approved += 1
        row.approved_total += worth
        if sent_at is not None and sent_at <= approved_at:
            row.times.append(approved_at - sent_at)
    paid = LedgerEntry.objects.moved(begin, end).filter(theirs).order_by()
    paid = paid.values_list("document__site", "currency")
    for site, currency, count, total in paid.annotate(Count("pk"), Sum("amount")):
        row = line(site, currency)
        row.payments, row.paid = count, total
    order = list(shops)
    return [found[key] for key in sorted(found, key=lambda key: (order.index(key[0]), key[1]))]


class MonthReport(WagtailAdminTemplateMixin, TemplateView):
    template_name = "portal_plugin/admin/month.html"
    http_method_names = ["get", "head"]
    page_title = gettext_lazy("Customer portal: month")
    header_icon = "calendar-alt"

    def dispatch(self, request, *args, **kwargs):
        if not sites.kinds_of(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        here = {"url": "", "label": self.get_page_title()}
        return [*super().get_breadcrumbs_items(), here]

    @cached_property
    def first(self) -> date:
        """Of the month that was asked for; of this one where that is none or has not begun."""
        today = days.today()
        asked = MONTH.fullmatch(self.request.GET.get("month", ""))
        first = date(int(asked[1]), int(asked[2]), 1) if asked else today.replace(day=1)
        return min(first, today.replace(day=1))

    @cached_property
    def lines(self):
        return lines(
            self.request.user, days.begin_of(self.first), days.begin_of(_after(self.first))
        )

    @cached_property
    def header_buttons(self):
        if not self.lines:
            return []
        url = f"{_url(self.first)}&export=csv"
        return [HeaderButton(_("Download CSV"), url=url, icon_name="download")]

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            return self._csv()
        return super().get(request, *args, **kwargs)

    def _csv(self):
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        name = f"customer-portal-{self.first:%Y-%m}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response.write(codecs.BOM_UTF8)  # for Excel, as in ``exporting``
        writer = csv.writer(response)
        writer.writerow([harmless(str(heading)) for heading in _headings(_("Median (hours)"))])
        for line in self.lines:
            writer.writerow([harmless(cell) for cell in _cells(line)])
        return response

    def get_context_data(self, **kwargs):
        before, after = self.first - timedelta(days=1), _after(self.first)
        return super().get_context_data(
            **kwargs,
            month=_name(self.first),
            before={"url": _url(before), "label": _name(before)},
            after={"url": _url(after), "label": _name(after)} if self._is_over else None,
            shown=[_shown(line) for line in self.lines],
            headings=_headings(_("Median time to approval")),
            has_sites=len({line.site for line in self.lines}) > 1,
        )

    @property
    def _is_over(self):
        return _after(self.first) <= days.today()


def _after(day) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _name(day) -> str:
    return date_format(day, "YEAR_MONTH_FORMAT")


def _url(day) -> str:
    return f"{reverse('portal_admin:month')}?month={day:%Y-%m}"


def _headings(of_time) -> list[str]:
    return [
        _("Site"),
        _("Currency"),
        _("Sent"),
        _("Total sent"),
        _("Approved"),
        _("Total approved"),
        _("Payments"),
        _("Total paid"),
        of_time,
    ]


def _cells(line) -> list:
    """Numbers as numbers."""
    currency, time = line.currency, line.median_time
    return [
        line.site,
        currency,
        line.sent,
        round_money(line.sent_total, currency),
        line.approved,
        round_money(line.approved_total, currency),
        line.payments,
        round_money(line.paid, currency),
        "" if time is None else round(time.total_seconds() / 3600, 1),
    ]


def _shown(line) -> dict:
    """As the page draws it: three bars of one scale, and the cells of the table."""
    totals = [
        (_("Sent"), line.sent, line.sent_total),
        (_("Approved"), line.approved, line.approved_total),
        (_("Paid"), line.payments, line.paid),
    ]
    longest = max(total for _label, _count, total in totals)
    bars = [
        {
            "label": label,
            "count": count,
            "total": format_money(total, line.currency, language_of_admin()),
            "length": int(max(total, ZERO) / longest * FULL) if longest > 0 else 0,
        }
        for label, count, total in totals
    ]
    return {"line": line, "bars": bars, "time": _time(line.median_time)}


def _time(time) -> str:
    if time is None:
        return ""
    now = timezone.now()
    return timesince(now - time, now, depth=2)


class MonthMenuItem(MenuItem):
    def __init__(self):
        super().__init__(
            gettext_lazy("Customer portal: month"),
            reverse_lazy("portal_admin:month"),
            name="portal-month",
            icon_name="calendar-alt",
            order=990,
        )

    def is_shown(self, request):
        return bool(sites.kinds_of(request.user))


month = MonthReport.as_view()
