"""Asked before a publish that asks the customer for something anew: ask them, or was it agreed?"""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.locks import ScheduledForPublishLock

from ..exceptions import PortalError, PublishRefused
from ..services import on_behalf, publishing
from . import overview_rows, sites
from .below_overview import BelowOverview
from .finding import find


class Confirm(BelowOverview, TemplateView):
    template_name = "portal_plugin/admin/confirm.html"
    page_title = gettext_lazy("Publish")
    header_icon = "warning"
    typed = ""

    def setup(self, request, pk, **kwargs):
        super().setup(request, pk=pk, **kwargs)
        self.document = find(request, pk, "publish")
        self.draft = overview_rows.draft_of(self.document)

    def get(self, request, **kwargs):
        context = self.get_context_data()
        return (
            self.render_to_response(context)
            if context["taken_back"] or context["to_confirm"]
            else redirect(context["edit_url"])
        )

    def get_context_data(self, **kwargs):
        viewset = type(self.document).snippet_viewset
        return {
            **super().get_context_data(**kwargs),
            "document": self.document,
            "go_live_at": self.draft.go_live_at if overview_rows.is_scheduled(self.draft) else None,
            "taken_back": overview_rows.taken_back(self.document, self.draft),
            "to_confirm": overview_rows.to_be_confirmed(self.document, self.draft),
            "revision": self.document.latest_revision_id,
            "edit_url": reverse(viewset.get_url_name("edit"), args=[self.document.pk]),
            "typed": self.typed,
            "may_decide": sites.may(self.request.user, "decide", self.document),
        }

    def post(self, request, **kwargs):
        """Publishes the draft that was asked about, whichever way."""
        try:
            self._publish(request)
        except PortalError as error:
            messages.error(request, error.message)
            self.typed = request.POST.get("note", "")
            return self.render_to_response(self.get_context_data(), status=error.status)
        is_scheduled = overview_rows.is_scheduled(self.draft)
        done = _("The new version is scheduled.") if is_scheduled else _("The new version is out.")
        messages.success(request, done)
        name = "send" if request.GET.get("then") == "send" and not is_scheduled else "overview"
        return redirect(reverse(f"portal_admin:{name}", args=[self.document.pk]))

    def _publish(self, request):
        newest = str(self.document.latest_revision_id)
        if request.POST.get("revision", newest) != newest:
            raise PortalError(_("The draft was changed meanwhile. Please read this again."))
        self._refuse_locked(request.user)
        objections = publishing.objections(self.draft)
        if objections:
            raise PublishRefused(" ".join(objections))
        if request.POST.get("choice") == "agreed":
            if not sites.may(request.user, "decide", self.document):
                raise PermissionDenied
            on_behalf.publish_agreed(self.document, request.POST.get("note", ""), request.user)
        else:
            revision = self.document.latest_revision
            revision.publish(user=request.user, skip_permission_checks=True)

    def _refuse_locked(self, user):
        """As the edit page: what waits for somebody else's look does not go out past them. A second
        press that finds it scheduled by the first one changes nothing."""
        lock = self.document.get_lock()
        if lock and not isinstance(lock, ScheduledForPublishLock) and lock.for_user(user):
            raise PublishRefused(_("It is locked, or waits for somebody else's look first."))


confirm = Confirm.as_view()
