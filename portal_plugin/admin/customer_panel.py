"""The side panel "Customer" on the edit page: what waits for an answer, and where to write one."""

from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.side_panels import BaseSidePanel

from ..services import notifications, on_behalf
from ..statuses import DocumentState
from . import overview_rows, overview_said, sites, timeline
from .request_rows import request_rows

LAST_ENTRIES = 8


class CustomerSidePanel(BaseSidePanel):
    """Its forms go to the verbs of the overview, and come back to the edit page."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = gettext_lazy("Toggle customer")
        icon_name = "mail"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context):
            return {**super().get_context_data(parent_context), "count": self.panel.waiting}

    name = "customer"
    title = gettext_lazy("Customer")
    template_name = "portal_plugin/admin/customer_panel.html"
    order = 250

    def __init__(self, draft, request, *, document):
        """``draft`` is what is being written, ``document`` the row of now."""
        super().__init__(draft, request)
        self.document = document
        names = {item.key: item.name for item in [*draft.lines, *document.lines]}
        self.requests = request_rows(document, names)
        self.waiting = len(self.requests) or int(document.has_unanswered_comment)

    def get_context_data(self, parent_context):
        document, user = self.document, self.request.user
        is_out = document.state != DocumentState.UNPUBLISHED
        return {
            **super().get_context_data(parent_context),
            # The page does not hand it on to what stands at its side.
            "csrf_token": get_token(self.request),
            "document": document,
            "customer": document.customer or self.object.customer,
            "is_out": is_out,
            "reaches_anybody": is_out and notifications.reaches_anybody(document),
            "open_requests": self.requests,
            "waiting_items": self._waiting_items(),
            "last_said": overview_said.last_said(document),
            "people": overview_rows.people(document),
            "timeline": timeline.entries(document, LAST_ENTRIES),
            "overview_url": reverse("portal_admin:overview", args=[document.pk]),
            "may_change": sites.may(user, "change", document),
        }

    def _waiting_items(self):
        """Those whose answer staff may write down here."""
        document = self.document
        may_decide = sites.may(self.request.user, "decide", document)
        is_open = document.state in on_behalf.OPEN
        return overview_rows.waiting_rows(document) if may_decide and is_open else []
