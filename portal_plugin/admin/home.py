"""The portal on the admin's home page: five first steps, then what waits for the shop."""

from django.core.exceptions import PermissionDenied
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_POST
from wagtail.admin.ui.components import Component
from wagtail.models import Site

from ..models import Estimate, PortalSettings
from ..services import outbox, starter
from . import hosts, needs_action, sample, sites

#: Step to the tab of the settings where it is done.
TABS = {"brand": "brand", "terms": "terms", "money": "money", "payments": "money"}


class PortalPanel(Component):
    order = 50
    template_name = "portal_plugin/admin/home.html"

    def __init__(self, request):
        self.request = request

    @cached_property
    def kinds(self):
        return sites.kinds_of(self.request.user)

    @cached_property
    def may_try(self):
        return sites.policy(Estimate).user_has_any_permission(self.request.user, ["add"])

    def is_shown(self):
        return bool(self.kinds) or bool(sites.may_set_up(self.request.user))

    def render_html(self, parent_context=None):
        return super().render_html(parent_context) if self.is_shown() else ""

    def get_context_data(self, parent_context):
        user = self.request.user
        own = sites.of_user(user, PortalSettings, "change")
        site, steps = starter.first_unfinished(own)
        return {
            "request": self.request,
            "elsewhere": hosts.elsewhere(self.request, own),
            # The page that a panel stands on does not hand it on, and every form would be refused.
            "csrf_token": get_token(self.request),
            "site": site,
            "steps": [_shown(site, step) for step in steps],
            "steps_left": sum(not step.is_done for step in steps),
            "rows": needs_action.NeedsAction(user).rows() if self.kinds else [],
            "emails_stuck_since": self._emails_stuck_since(),
            "has_documents": bool(self.kinds),
            "may_try": self.may_try,
            "samples": sample.rows(user) if self.may_try else [],
        }

    def _emails_stuck_since(self):
        """Customers wait for what nobody sends, and nobody notices."""
        if not self.kinds:
            return None
        return outbox.stuck_since(sites.documents_of(self.request.user, "document__"))


def _shown(site, step):
    return {
        "step": step,
        "url": step_url(site, step),
        "done_url": reverse("portal_admin:step_done", args=[site.pk, step.name]),
    }


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
