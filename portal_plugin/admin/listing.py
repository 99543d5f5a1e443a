"""The lists of customers, estimates and orders. Flat: they read what services keep beside a row."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django_filters import ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.models import Site
from wagtail.snippets.views.snippets import IndexView

from ..models import Customer
from . import bookkeeping, columns, saved_views, sites
from .exporting import FormulaSafeExport
from .import_button import ImportButton
from .paging import PageReader
from .sample import OffersSample
from .words import number_of


class SitesFilterSet(WagtailFilterSet):
    """Adds the choice of a site where the user sees several."""

    site = ModelChoiceFilter(queryset=Site.objects.none(), label=gettext_lazy("Site"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = sites.of_user(self.request.user, self._meta.model)
        if len(found) < 2:
            del self.filters["site"]
        else:
            self.filters["site"].queryset = found


class CustomerFilterSet(SitesFilterSet):
    class Meta:
        model = Customer
        fields = ["site", "pays_by"]


def narrowed(filters, rows):
    """By what is asked for. Where that is nonsense, or names somebody who is gone, nothing is left:
    else all rows would be exported, or changed together, in place of theirs."""
    return filters.filter_queryset(rows) if filters.is_valid() else rows.none()


class SitesIndexView(FormulaSafeExport, IndexView):
    """Shows the rows of the sites where the user has rights."""

    table_classname = columns.TABLE

    def get_base_queryset(self):
        return sites.rows_of(self.request.user, self.model)

    def get_edit_url(self, instance):
        """Wagtail asks for the right on any site, not on that of the row."""
        may = sites.may(self.request.user, "change", instance)
        return super().get_edit_url(instance) if may else None

    def filter_queryset(self, queryset):
        return narrowed(self.filters, queryset) if self.filters else queryset

    @cached_property
    def no_results_message(self):
        if self.filters and not self.filters.is_valid():
            return _("One of the filters cannot be read, or what it names is gone.")
        return super().no_results_message

    @cached_property
    def is_filtering(self):
        return super().is_filtering or bool(self.filters and not self.filters.is_valid())

    def order_queryset(self, queryset):
        """The same rows on the same page each time, also where a column holds equal values."""
        rows = super().order_queryset(queryset)
        if isinstance(self.ordering, str):
            return rows.order_by(self.ordering, "-pk" if self.ordering.startswith("-") else "pk")
        return rows

    def get(self, request, *args, **kwargs):
        """An export is no page: Wagtail would count its rows by reading all of them at once."""
        if self.is_export:
            return self.as_spreadsheet(self.get_queryset(), request.GET["export"])
        return super().get(request, *args, **kwargs)


class DocumentIndexView(OffersSample, SitesIndexView):
    """Newest first. What is shown of a row is on the row, or read with it."""

    is_searchable = True
    paginator_class = PageReader
    #: What is read with a row, besides what its list shows of it.
    related = ["customer", "site", "stage"]

    @cached_property
    def columns(self):
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="snippet"),
            self._get_title_column(
                "number",
                columns.NumberColumn,
                label=pgettext("of a document", "Number"),
                accessor=number_of,
                sort_key="number",
            ),
            *columns.of(self.model),
        ]

    def _get_title_column(self, name, column_class, **kwargs):
        """As Wagtail's, which would take the label and the sorting from the field."""
        return self._get_title_column_class(column_class)(
            name,
            get_url=lambda row: self.get_edit_url(row) or _overview(row),
            get_title_id=lambda row: f"snippet_{row.pk}_title",
            **kwargs,
        )

    def get_edit_url(self, instance):
        """What is out is looked at more often than it is edited."""
        edit_url = super().get_edit_url(instance)
        return _overview(instance) if edit_url and instance.current_version_id else edit_url

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if instance.current_version_id:
            return [button for button in buttons if button.icon_name != "bin"]
        return buttons

    def get_base_queryset(self):
        """With the kind said once more, for the indexes that begin with it."""
        rows = super().get_base_queryset().filter(kind=sites.KINDS[self.model])
        if self.is_export:
            return rows.select_related(*self.related, "responsible").with_paid()
        return rows.select_related(*self.related, "latest_revision").with_unanswered()

    def search_queryset(self, queryset):
        if not self.is_searching:
            return queryset
        return queryset.search(self.search_query, exact_first=not self.is_explicitly_ordered)

    def to_row_dict(self, item):
        return {name: bookkeeping.value_of(item, name) for name in self.list_export}

    def get_context_data(self, **kwargs):
        chips = saved_views.chips(self.model, self.request.GET, self.index_url)
        return {**super().get_context_data(**kwargs), "chips": chips}


def _overview(document) -> str:
    """Whoever sees a row may look at it there."""
    return reverse("portal_admin:overview", args=[document.pk])


class CustomerIndexView(ImportButton, SitesIndexView):
    import_url_name = "portal_admin:import_customers"

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("site")

    def search_queryset(self, queryset):
        """As where a customer is chosen. Wagtail's own joins the contacts, and whoever has three of
        them would be there three times, in an export, too."""
        return queryset.search(self.search_query) if self.is_searching else queryset
