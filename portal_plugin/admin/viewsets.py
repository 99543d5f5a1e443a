"""Customers, estimates and orders as Wagtail snippets.

A site changes them by a subclass that it names in ``ADMIN_VIEWSETS``.
"""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import ModelAdminURLFinder
from wagtail.snippets.views.snippets import SnippetViewSet

from ..models import Customer, Estimate, Order
from . import bookkeeping, editing, filtering, listing, panels, publishing_views, sites
from .chooser import CustomerChooserViewSet, DocumentChooserViewSet
from .columns import TextColumn


class PortalViewSet(SnippetViewSet):
    """Rights by site. A POST to Wagtail's copy address would overwrite the original."""

    copy_view_enabled = False
    delete_view_class = editing.KeepingDeleteView
    list_per_page = 25

    @property
    def permission_policy(self):
        return sites.policy(self.model)

    @cached_property
    def url_finder_class(self):
        """By the rights on the row's own site. A snippet's own asks for those on every site, and
        whoever works for one shop would find no way from a report or a usage to what is theirs."""
        values = {
            "permission_policy": self.permission_policy,
            "edit_url_name": self.get_url_name("edit"),
        }
        return type("SiteURLFinder", (ModelAdminURLFinder,), values)

    def construct_view(self, view_class, **kwargs):
        return sites.guarded(super().construct_view(view_class, **kwargs), self.model)


class CustomerViewSet(PortalViewSet):
    model = Customer
    icon = "group"
    menu_order = 300
    menu_name = "portal-customers"
    index_view_class = listing.CustomerIndexView
    add_view_class = editing.CustomerCreateView
    edit_view_class = editing.CustomerEditView
    filterset_class = listing.CustomerFilterSet
    chooser_viewset_class = CustomerChooserViewSet
    # Between words from right to left the groups of a number would change places.
    list_display = [
        "name",
        "company",
        "email",
        TextColumn("phone", label=_("Phone"), sort_key="phone"),
    ]
    list_export = ["name", "company", "email", "phone", "address", "language", "currency"]
    search_fields = ["name", "company", "email", "phone", "contacts__name", "contacts__email"]
    search_backend_name = None
    ordering = ["name", "pk"]
    export_filename = "customers"

    def get_panels(self):
        """What staff fill in."""
        return panels.customer_panels()

    def get_edit_handler(self):
        return panels.customer_handler(self.get_panels()).bind_to_model(self.model)


class DocumentViewSet(PortalViewSet):
    add_view_class = editing.DocumentCreateView
    edit_view_class = editing.DocumentEditView
    preview_on_add_view_class = editing.PreviewOnCreateView
    index_view_class = listing.DocumentIndexView
    workflow_action_view_class = publishing_views.ApprovesInList
    index_results_template_name = "portal_plugin/admin/documents.html"
    chooser_viewset_class = DocumentChooserViewSet
    list_export = bookkeeping.OF_ESTIMATES
    export_headings = bookkeeping.HEADINGS
    search_backend_name = None
    ordering = ["-created_at", "-pk"]

    def get_tabs(self):
        """What staff fill in: an ``ObjectList`` with a heading for each tab."""
        return panels.document_tabs(valid_until=False)

    def get_edit_handler(self):
        return panels.document_handler(self.get_tabs()).bind_to_model(self.model)


class EstimateViewSet(DocumentViewSet):
    model = Estimate
    icon = "doc-full"
    menu_order = 100
    menu_name = "portal-estimates"
    filterset_class = filtering.EstimateFilterSet
    export_filename = "estimates"

    def get_tabs(self):
        return panels.document_tabs(valid_until=True)


class OrderViewSet(DocumentViewSet):
    model = Order
    icon = "form"
    menu_order = 200
    menu_name = "portal-orders"
    filterset_class = filtering.OrderFilterSet
    list_export = bookkeeping.OF_ORDERS
    export_filename = "orders"
