"""The lists of customers, estimates and orders. Flat: they read what services keep beside a row."""

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import ChoiceFilter, ModelChoiceFilter
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.models import Site
from wagtail.snippets.views.snippets import IndexView

from ..models import Customer, Estimate, Order, Stage
from ..money import format_money
from ..statuses import DocumentState, WaitingFor
from . import sites
from .exporting import FormulaSafeExport
from .words import language_of_admin, number_of, state_tag

#: States that only an order, or only an estimate, can be in.
NOT_OF_ORDERS = {DocumentState.EXPIRED, DocumentState.CONVERTED, DocumentState.PARTLY_APPROVED}
NOT_OF_ESTIMATES = {DocumentState.COMPLETED}


class TagColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/tag.html"


class AmountColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/amount.html"


def amount(document, value):
    return format_money(value, document.currency or "EUR", language_of_admin())


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


class DocumentFilterSet(SitesFilterSet):
    listed_state = ChoiceFilter(label=gettext_lazy("State"), choices=DocumentState.choices)
    waiting_for = ChoiceFilter(label=gettext_lazy("Waiting for"), choices=WaitingFor.choices)
    responsible = ModelChoiceFilter(
        queryset=get_user_model().objects.none(), label=gettext_lazy("Responsible")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        visible = sites.rows_of(self.request.user, self._meta.model)
        people = visible.exclude(responsible=None).values("responsible")
        self.filters["responsible"].queryset = get_user_model().objects.filter(pk__in=people)


class EstimateFilterSet(DocumentFilterSet):
    class Meta:
        model = Estimate
        fields = ["site", "listed_state", "waiting_for", "responsible", "created_at"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _keep_states(self, NOT_OF_ESTIMATES)


class OrderFilterSet(DocumentFilterSet):
    class Meta:
        model = Order
        fields = ["site", "listed_state", "waiting_for", "stage", "responsible", "created_at"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        theirs = sites.of_user(self.request.user, Order).values("pk")
        self.filters["stage"].queryset = Stage.objects.filter(site__in=theirs)
        _keep_states(self, NOT_OF_ORDERS)


def _keep_states(filterset, without):
    chosen = [(value, label) for value, label in DocumentState.choices if value not in without]
    filterset.filters["listed_state"].extra["choices"] = chosen


class CustomerFilterSet(SitesFilterSet):
    class Meta:
        model = Customer
        fields = ["site", "pays_by"]


class SitesIndexView(FormulaSafeExport, IndexView):
    """Shows the rows of the sites where the user has rights."""

    def get_base_queryset(self):
        return sites.rows_of(self.request.user, self.model)


class DocumentIndexView(SitesIndexView):
    """Newest first. What is shown of a row is on the row, or read with it."""

    @cached_property
    def columns(self):
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="snippet"),
            self._get_title_column("number", accessor=number_of),
            *document_columns(),
        ]

    def get_edit_url(self, instance):
        """What is out is looked at more often than it is edited."""
        edit_url = super().get_edit_url(instance)
        if edit_url and instance.current_version_id:
            return reverse("portal_admin:overview", args=[instance.pk])
        return edit_url

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if instance.current_version_id:
            return [button for button in buttons if button.icon_name != "bin"]
        return buttons

    def get_base_queryset(self):
        related = ["customer", "site", "latest_revision"]
        return super().get_base_queryset().select_related(*related)


class CustomerIndexView(SitesIndexView):
    def get_base_queryset(self):
        return super().get_base_queryset().select_related("site")


def document_columns():
    """Besides the title. Sorting is offered where the database has an index or few rows."""
    return [
        Column(
            "customer", label=_("Customer"), accessor="customer.name", sort_key="customer__name"
        ),
        AmountColumn("total", label=_("Total"), accessor=total_of, sort_key="listed_total"),
        TagColumn("state", label=_("State"), accessor=state_tag, sort_key="listed_state"),
        Column("waiting_for", label=_("Waiting for"), accessor=waiting_of, sort_key="waiting_for"),
        DateColumn("updated", label=_("Updated"), accessor=updated_of, width="12%"),
    ]


def total_of(document):
    if document.listed_state:
        return amount(document, document.listed_total)
    return ""


def waiting_of(document):
    if document.listed_state and document.waiting_for != WaitingFor.NOBODY:
        return document.get_waiting_for_display()
    return "" if document.listed_state else _("Not sent yet")


def updated_of(document):
    revision = document.latest_revision
    moments = [revision.created_at if revision else None, document.waiting_since]
    return max((moment for moment in moments if moment), default=document.created_at)
