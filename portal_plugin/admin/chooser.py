"""Choosing a customer for a document, or writing a new one down without leaving it.

Wagtail makes a chooser for every snippet, and none of its views asks for a right: each of them has
to start from the rows of the user's sites.
"""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetChosenMultipleView,
    SnippetChosenView,
    SnippetCreateView,
)
from wagtail.snippets.widgets import AdminSnippetChooser

from ..models import Customer
from . import sites
from .columns import TABLE, TextColumn
from .directions import EitherDirection
from .forms import site_name
from .posted import row_id


class NewCustomerForm(EitherDirection, forms.ModelForm):
    """``for_sites`` are those where the user may write; with one there is nothing to choose."""

    class Meta:
        model = Customer
        fields = ["site", "name", "company", "email", "phone", "address"]
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, for_sites, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        field.queryset, field.empty_label = for_sites, None
        field.label_from_instance = site_name
        if len(for_sites) < 2:
            self.instance.site = for_sites.first()
            del self.fields["site"]


class OfUserSites:
    """Only the rows of the sites where the user works."""

    def get_permission_policy(self):
        return sites.policy(self.model_class)

    def get_object_list(self):
        return sites.rows_of(self.request.user, self.model_class).select_related("site")

    def get_object(self, pk):
        return self.get_object_list().get(pk=row_id(pk))

    def get_objects(self, pks):
        return self.get_object_list().filter(pk__in=map(row_id, pks))


class SiteChooseView(OfUserSites, ChooseView):
    pass


class SiteChooseResultsView(OfUserSites, ChooseResultsView):
    pass


class SiteChosenView(OfUserSites, SnippetChosenView):
    pass


class SiteChosenMultipleView(OfUserSites, SnippetChosenMultipleView):
    pass


class SiteChooserViewSet(SnippetChooserViewSet):
    choose_view_class = SiteChooseView
    choose_results_view_class = SiteChooseResultsView
    chosen_view_class = SiteChosenView
    chosen_multiple_view_class = SiteChosenMultipleView
    # In the reader's language: Wagtail's own are in that of the process.
    page_title = _("Choose")
    search_tab_label = _("Search")
    create_action_label = _("Create")


class WritesCustomer:
    """``for_sites`` of the form for a new one."""

    def get_creation_form_kwargs(self):
        found = sites.of_user(self.request.user, Customer, "add")
        return {**super().get_creation_form_kwargs(), "for_sites": found}


class CustomerSearchForm(BaseFilterForm):
    """Wagtail has a search of its own for what is in its index only; customers are not."""

    q = forms.CharField(
        label=_("Search"),
        widget=forms.TextInput(attrs={"placeholder": _("Name, company, phone or email")}),
        required=False,
    )

    def filter(self, objects):
        self.search_query = self.cleaned_data["q"]
        self.is_searching = bool(self.search_query)
        return super().filter(objects).search(self.search_query)


class SearchesCustomers:
    """With what tells apart two customers of one name. On a phone each is a card."""

    filter_form_class = CustomerSearchForm
    page_subtitle = ""

    @property
    def title_column(self):
        column = super().title_column
        column.label = _("Name")
        return column

    @property
    def columns(self):
        found = super().columns
        found.append(Column("email", label=_("Email"), accessor="email"))
        found.append(TextColumn("phone", label=_("Phone"), accessor="phone"))
        return found

    def get_context_data(self, **kwargs):
        self.table.classname = TABLE
        return super().get_context_data(**kwargs)


class CustomerChooseView(SearchesCustomers, WritesCustomer, SiteChooseView):
    pass


class CustomerChooseResultsView(SearchesCustomers, WritesCustomer, SiteChooseResultsView):
    pass


class CustomerCreateInChooser(WritesCustomer, OfUserSites, SnippetCreateView):
    pass


class CustomerChooser(AdminSnippetChooser):
    """In the reader's language: Wagtail puts its words together once, in that of the process."""

    def __init__(self, model, **kwargs):
        super().__init__(model, **kwargs)
        self.choose_one_text = _("Choose a customer")
        self.choose_another_text = _("Choose another customer")
        self.link_to_chosen_text = _("Edit this customer")


class CustomerChooserViewSet(SiteChooserViewSet):
    choose_view_class = CustomerChooseView
    choose_results_view_class = CustomerChooseResultsView
    create_view_class = CustomerCreateInChooser
    page_title = _("Choose a customer")
    creation_form_class = NewCustomerForm

    @cached_property
    def widget_class(self):
        return CustomerChooser(model=self.model, icon=self.icon)


class NoCreateView(SnippetCreateView):
    """A document is written on its own page."""

    def can_create(self):
        return False


class DocumentChooserViewSet(SiteChooserViewSet):
    create_view_class = NoCreateView
