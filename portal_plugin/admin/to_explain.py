"""Reports › Customer portal: payments to explain. What Stripe and our rows do not say alike."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages

from ..models import Discrepancy, Order
from ..money import format_money
from ..services.payments import explaining
from . import posted, sites
from .money_reports import RIGHT, MoneyReport, MoneyReportItem
from .words import language_of_admin

MOST = 100


class ToExplain(MoneyReport, TemplateView):
    """Those with no order of ours on them are for people with the right on every site."""

    template_name = "portal_plugin/admin/to_explain.html"
    http_method_names = ["get", "head", "post"]
    page_title = gettext_lazy("Customer portal: payments to explain")
    header_icon = "warning"

    def theirs(self):
        user = self.request.user
        theirs = Q(document__site__in=sites.of_user(user, Order, RIGHT).order_by().values("pk"))
        if user.has_perm("portal_plugin.record_payment_order"):
            theirs |= Q(document=None)
        return Discrepancy.objects.filter(theirs).select_related("document")

    def post(self, request, *args, **kwargs):
        """A second press, or that of a colleague who had the page open too, finds it closed."""
        row = self.theirs().filter(pk=posted.number(request, "row")).first()
        if row is None:
            raise Http404
        note = request.POST.get("note", "").strip()[:1000]
        explaining.close(row, user=request.user, reason=note)
        row.refresh_from_db()
        if (row.closed_by_id, row.note) == (request.user.pk, note):
            messages.success(request, _("It is marked as explained."))
        else:
            text = _("It was marked as explained before. What you wrote is not kept: %(note)s")
            messages.warning(request, text % {"note": note or "–"})
        return redirect(reverse("portal_admin:to_explain"))

    def get_context_data(self, **kwargs):
        found = [
            {
                "row": row,
                "amount": format_money(row.amount, row.currency, language_of_admin()),
                "url": reverse("portal_admin:overview", args=[row.document_id])
                if row.document_id
                else "",
            }
            for row in self.theirs().open()[:MOST]
        ]
        return super().get_context_data(**kwargs, found=found)


class ToExplainMenuItem(MoneyReportItem):
    def __init__(self):
        super().__init__(
            gettext_lazy("Customer portal: payments to explain"),
            reverse_lazy("portal_admin:to_explain"),
            name="portal-to-explain",
            icon_name="warning",
            order=997,
        )


to_explain = ToExplain.as_view()
