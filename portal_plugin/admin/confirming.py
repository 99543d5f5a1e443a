"""Asked before a publish that takes decisions back: ask the customer again, or was it agreed?"""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from ..exceptions import PortalError
from ..services import on_behalf
from . import overview_rows, sites
from .finding import find
from .words import number_of


class Confirm(WagtailAdminTemplateMixin, TemplateView):
    template_name = "portal_plugin/admin/confirm.html"
    page_title = gettext_lazy("Publish")
    header_icon = "warning"
    typed = ""

    def setup(self, request, pk, **kwargs):
        super().setup(request, pk=pk, **kwargs)
        self.document = find(request, pk, "publish")

    def get(self, request, **kwargs):
        context = self.get_context_data()
        return (
            self.render_to_response(context)
            if context["taken_back"]
            else redirect(context["edit_url"])
        )

    def get_page_subtitle(self):
        return number_of(self.document)

    def get_breadcrumbs_items(self):
        viewset = type(self.document).snippet_viewset
        label = capfirst(self.document._meta.verbose_name_plural)
        overview = reverse("portal_admin:overview", args=[self.document.pk])
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(viewset.get_url_name("list")), "label": label},
            {"url": overview, "label": number_of(self.document)},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        viewset = type(self.document).snippet_viewset
        draft = overview_rows.draft_of(self.document)
        return {
            **super().get_context_data(**kwargs),
            "document": self.document,
            "taken_back": overview_rows.taken_back(self.document, draft),
            "edit_url": reverse(viewset.get_url_name("edit"), args=[self.document.pk]),
            "typed": self.typed,
            "may_decide": sites.may(self.request.user, "decide", self.document),
        }

    def post(self, request, **kwargs):
        """Publishes the newest draft, whichever way."""
        try:
            if request.POST.get("choice") == "agreed":
                if not sites.may(request.user, "decide", self.document):
                    raise PermissionDenied
                on_behalf.publish_agreed(self.document, request.POST.get("note", ""), request.user)
            else:
                revision = self.document.latest_revision
                revision.publish(user=request.user, skip_permission_checks=True)
        except PortalError as error:
            messages.error(request, error.message)
            self.typed = request.POST.get("note", "")
            return self.render_to_response(self.get_context_data(), status=error.status)
        messages.success(request, _("The new version is out."))
        name = "send" if request.GET.get("then") == "send" else "overview"
        return redirect(reverse(f"portal_admin:{name}", args=[self.document.pk]))


confirm = Confirm.as_view()
