"""What a shop sets up in rows of its own, under Settings: listed by site, put in order by hand.

They are views of Wagtail's for plain models, not snippets: nobody chooses such a row in a chooser.
"""

from django.contrib.auth.models import Permission
from django.db.models import ProtectedError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, DeleteView, IndexView, ReorderView
from wagtail.admin.viewsets.model import ModelViewSet

from ..letters import sought
from . import sites
from .columns import TABLE
from .directions import EitherDirection
from .forms import SiteMixin, site_name


class SetUpForm(EitherDirection, SiteMixin, WagtailAdminModelForm):
    """A new row goes to the end of its site's list."""

    def save(self, commit=True):
        if self.instance._state.adding:
            rows = type(self.instance)._default_manager
            self.instance.position = rows.next_position(self.instance.site)
        return super().save(commit)


class SetUpIndexView(IndexView):
    """In the shop's own order, with handles to drag; by site where there are several."""

    table_classname = TABLE

    def get_base_queryset(self):
        return sites.rows_of(self.request.user, self.model).select_related("site")

    @cached_property
    def search_query(self):
        return sought(super().search_query)

    def order_queryset(self, queryset):
        if self.sort_order_field and self.ordering == self.sort_order_field:
            return queryset.order_by("site", "position", "pk")
        return super().order_queryset(queryset)

    @cached_property
    def show_ordering_column(self):
        """A place in a searched or filtered list would say nothing about the whole."""
        return super().show_ordering_column and not (self.is_searching or self.is_filtering)

    @cached_property
    def columns(self):
        found = super().columns
        if len(sites.of_user(self.request.user, self.model)) > 1:
            shop = Column("site", label=_("Site"), accessor=lambda row: site_name(row.site))
            return [*found, shop]
        return found


class SetUpCreateView(CreateView):
    def get_initial_form_instance(self):
        instance = self.model()
        site = sites.preferred(self.request, self.model)
        if site is not None:
            instance.site = site
            self.fill(instance)
        return instance

    def fill(self, instance):
        """What the shop's settings say about a new row."""


class KeepingDeleteView(DeleteView):
    """Says why a row is kept, where it is, before anybody is asked whether they are sure."""

    def dispatch(self, request, *args, **kwargs):
        why = self.why_kept()
        if why:
            messages.error(request, why)
            return redirect(self.index_url_name)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except ProtectedError:  # it came into use a moment ago
            return redirect(self.get_delete_url())

    def why_kept(self) -> str:
        return ""


class SetUpReorderView(ReorderView):
    """``position`` is a place in the list that the user sees; a row stays on its site."""

    def post(self, request, *args, **kwargs):
        visible = list(sites.rows_of(request.user, self.model).order_by("site", "position", "pk"))
        row = get_object_or_404(self.model, pk=kwargs["pk"])
        visible.remove(row)
        visible.insert(_place(request.GET.get("position", ""), len(visible)), row)
        theirs = [other for other in visible if other.site_id == row.site_id]
        self.model._default_manager.put_in_order(theirs)
        return JsonResponse({"success": True})


def _place(text, last) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 19
    return min(int(text), last) if is_number else last


class SetUpViewSet(ModelViewSet):
    """Rights by site: those on the portal's settings."""

    add_to_settings_menu = True
    copy_view_enabled = False
    sort_order_field = ordering = "position"
    list_per_page = 50
    index_view_class = SetUpIndexView
    add_view_class = SetUpCreateView
    reorder_view_class = SetUpReorderView

    @property
    def permission_policy(self):
        return sites.policy(self.model)

    def construct_view(self, view_class, **kwargs):
        return sites.guarded(super().construct_view(view_class, **kwargs), self.model)

    def get_permissions_to_register(self):
        """None to give: the right to the settings is enough."""
        return Permission.objects.none()
