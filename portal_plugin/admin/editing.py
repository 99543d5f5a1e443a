"""The edit pages of customers, estimates and orders."""

from functools import cached_property

from django.db import IntegrityError
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.side_panels import ChecksSidePanel
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views import snippets

from ..services import listing
from . import defaults, document_bar, refusals, sites
from .customer_panel import CustomerSidePanel
from .publishing_views import Publishes, TellsOfOthers
from .words import number_of


class StartsOnSite:
    """A new row belongs to a site before its form is shown, and has the shop's defaults."""

    def get_initial_form_instance(self):
        return new_instance(self.request, self.model)


def new_instance(request, model):
    instance = model()
    site = sites.preferred(request, model)
    if site is not None:
        instance.site = site
        if hasattr(instance, "line_items"):
            defaults.fill_new(instance)
    return instance


def without_checks(panels):
    """Wagtail's side panels but the one that counts words and reading time: of a table of prices it
    has only dashes to show."""
    panels[:] = [panel for panel in panels if not isinstance(panel, ChecksSidePanel)]
    return panels


class KeepingDeleteView(snippets.DeleteView):
    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except (ProtectedError, IntegrityError):  # it came into use a moment ago
            return refusals.keep(self.request, self.model._default_manager.get(pk=self.object.pk))


class DocumentCreateView(Publishes, StartsOnSite, snippets.CreateView):
    def get_edit_url(self):
        return reverse(self.edit_url_name, args=[self.object.pk])

    def get_side_panels(self):
        return without_checks(super().get_side_panels())


class DocumentEditView(TellsOfOthers, Publishes, snippets.EditView):
    partials_template_name = "portal_plugin/admin/edit_partials.html"
    #: What that template adds to, by whatever name and in whatever blocks Wagtail has it.
    wagtails_partials = getattr(snippets.EditView, "partials_template_name", None)

    def post(self, request, *args, **kwargs):
        """The page may be saving itself at this moment: a new item that was written meanwhile is
        found by its key at the second look."""
        try:
            return super().post(request, *args, **kwargs)
        except IntegrityError:
            self.setup(request, *args, **kwargs)
            return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        """The bar follows every background save; on the whole page the tabs bring it."""
        context = super().get_context_data(**kwargs)
        if context.get("is_partial"):
            context["bar"] = document_bar.bar(self.object)
        return context

    def get_side_panels(self):
        """With what the customer said. A background save leaves that as it is: somebody may be
        writing an answer there. The first one of a new document has no place to put it."""
        found = without_checks(super().get_side_panels())
        if not (self.expects_json_response or self.hydrate_create_view):
            found.append(CustomerSidePanel(self.object, self.request, document=self.live_object))
        return found

    @cached_property
    def header_buttons(self):
        url = reverse("portal_admin:overview", args=[self.object.pk])
        label = _("Overview")
        return [
            *super().header_buttons,
            HeaderButton(label, url=url, icon_name="clipboard-list"),
        ]

    def get_page_subtitle(self):
        return number_of(self.object)

    def user_has_permission(self, permission):
        if getattr(self, "live_object", None) is None:
            return super().user_has_permission(permission)
        return sites.may(self.request.user, permission, self.live_object) or (
            permission not in ("publish", "delete") and super().user_has_permission(permission)
        )

    def get_available_actions(self):
        actions = super().get_available_actions()
        if sites.may(self.request.user, "publish", self.live_object):
            return actions
        return [action for action in actions if action != "publish"]


class CustomerCreateView(StartsOnSite, snippets.CreateView):
    pass


class CustomerEditView(snippets.EditView):
    def save_instance(self):
        customer = super().save_instance()
        if "payment_days" in self.form.changed_data:
            listing.days_to_pay_changed(customer)
        return customer


class PreviewOnCreateView(snippets.PreviewOnCreateView):
    """The unsaved document needs its site to show the shop's brand."""

    def get_object(self):
        return new_instance(self.request, self.model)
