"""The portal on the admin's home page: five first steps, then what waits for the shop."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST
from wagtail.admin.ui.components import Component
from wagtail.models import Site

from ..models import Estimate, Order, PortalSettings, SalesDocument
from ..services import starter
from ..statuses import DocumentKind, DocumentState, WaitingFor
from . import sites

MOST_ROWS = 10
#: Step to the tab of the settings where it is done.
TABS = {"brand": "brand", "terms": "terms", "money": "money", "payments": "money"}


@dataclass(frozen=True)
class Row:
    url: str
    number: str
    title: str
    customer: str
    state: str
    since: datetime | None


class PortalPanel(Component):
    order = 50
    template_name = "portal_plugin/admin/home.html"

    def __init__(self, request):
        self.request = request

    @cached_property
    def kinds(self):
        """The kinds of documents that the user works with."""
        return [
            model
            for model in (Estimate, Order)
            if sites.policy(model).user_has_any_permission(self.request.user, sites.ANY)
        ]

    def is_shown(self):
        return bool(self.kinds) or bool(sites.may_set_up(self.request.user))

    def render_html(self, parent_context=None):
        return super().render_html(parent_context) if self.is_shown() else ""

    def get_context_data(self, parent_context):
        site = self._site_to_set_up()
        return {
            "request": self.request,
            "site": site,
            "steps": self._steps(site) if site else [],
            "rows": self._rows(),
            "has_documents": bool(self.kinds),
        }

    def _site_to_set_up(self):
        """The first of the user's sites where a step is left."""
        for site in sites.may_set_up(self.request.user):
            if not all(step.is_done for step in starter.first_steps(site)):
                return site
        return None

    def _steps(self, site):
        return [
            {
                "step": step,
                "url": step_url(site, step),
                "done_url": reverse("portal_admin:step_done", args=[site.pk, step.name]),
            }
            for step in starter.first_steps(site)
        ]

    def _rows(self):
        found = SalesDocument.objects.filter(waiting_for=WaitingFor.US, pk__in=self._visible())
        found = found.select_related("customer").order_by("waiting_since", "pk")[:MOST_ROWS]
        return [
            Row(
                url=reverse("portal_admin:overview", args=[row.pk]),
                number=row.number or "",
                title=row.title,
                customer=row.customer.name if row.customer else "",
                state=str(DocumentState(row.listed_state).label) if row.listed_state else "",
                since=row.waiting_since,
            )
            for row in found
        ]

    def _visible(self):
        """Ids of the documents that are out, of the user's sites and kinds, as one subquery."""
        kinds = {Estimate: DocumentKind.ESTIMATE, Order: DocumentKind.ORDER}
        found = SalesDocument.objects.none()
        for model in self.kinds:
            rows = SalesDocument.objects.out().filter(kind=kinds[model])
            if not self.request.user.is_superuser:
                rows = rows.filter(site__in=sites.of_user(self.request.user, model).values("pk"))
            found = found | rows
        return found.values("pk")


def step_url(site, step):
    if step.where == "estimate":
        return reverse(Estimate.snippet_viewset.get_url_name("add")) + f"?site={site.pk}"
    address = [PortalSettings._meta.app_label, PortalSettings._meta.model_name, site.pk]
    return reverse("wagtailsettings:edit", args=address) + f"#tab-{TABS[step.name]}"


@require_POST
def mark_done(request, site_id, step):
    site = get_object_or_404(Site, pk=site_id)
    if site not in sites.may_set_up(request.user):
        raise PermissionDenied
    starter.mark_done(site, step)
    return redirect("wagtailadmin_home")
