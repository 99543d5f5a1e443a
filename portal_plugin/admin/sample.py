"""Try it as a customer: a sample document of one's own, to act on and to throw away."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import Button

from ..exceptions import NotAvailable, PortalError
from ..models import Estimate
from ..services import discarding, samples
from ..statuses import DocumentState
from . import hosts, sites
from .words import number_of


class Sample(WagtailAdminTemplateMixin, TemplateView):
    """``do`` of a POST: ``make``, ``open`` or ``throw-away``."""

    template_name = "portal_plugin/admin/sample.html"
    page_title = gettext_lazy("Try it as a customer")
    header_icon = "view"

    def dispatch(self, request, *args, **kwargs):
        self.site = sites.preferred(request, Estimate)
        if self.site is None:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        url = reverse(Estimate.snippet_viewset.get_url_name("list"))
        label = capfirst(Estimate._meta.verbose_name_plural)
        return [
            *super().get_breadcrumbs_items(),
            {"url": url, "label": label},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "samples": rows(self.request.user),
            "elsewhere": hosts.elsewhere(self.request, [self.site]),
        }

    def post(self, request, **kwargs):
        try:
            return self._do(request, request.POST.get("do"))
        except PortalError as error:
            messages.error(request, error.message)
            return redirect(request.path)

    def _do(self, request, verb):
        if verb == "make":
            samples.make(self.site, request.user)
            messages.success(request, _("Your sample is ready. Open it as a customer."))
            return redirect(request.path)
        document = samples.of_user(request.user).first()
        if document is None:
            raise NotAvailable(_("You have no sample any more."))
        if verb == "open":
            return redirect(samples.open_as_customer(document.specific, request.user))
        if verb == "throw-away":
            discarding.throw_away(document, request.user)
            messages.success(request, _("Your sample is gone, with all that was done on it."))
        return redirect(request.path)


sample = Sample.as_view()


def rows(user) -> list[dict]:
    """The user's newest sample, as the home page and the page here show it; at most one."""
    found = samples.of_user(user).select_related("latest_revision").first()
    if found is None:
        return []
    return [
        {
            "name": number_of(found),
            "title": found.title,
            "url": reverse("portal_admin:overview", args=[found.pk]),
            "state": DocumentState(found.listed_state).label if found.listed_state else "",
        }
    ]


class OffersSample:
    """For the list of estimates: the way there, among the things that are done seldom."""

    @property
    def header_more_buttons(self):
        found = list(super().header_more_buttons)
        is_offered = issubclass(self.model, Estimate)
        if is_offered and sites.preferred(self.request, Estimate) is not None:
            url = reverse("portal_admin:sample")
            label = _("Try it as a customer")
            found.append(Button(label, url=url, icon_name="view", priority=90))
        return found
