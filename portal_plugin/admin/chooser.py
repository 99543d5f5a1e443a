"""Choosing a customer for a document, or writing a new one down without leaving it."""

from django import forms
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetCreateView,
)

from ..models import Customer
from . import sites
from .forms import site_name


class NewCustomerForm(forms.ModelForm):
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
    """Only the customers of the sites where the user works."""

    def get_object_list(self):
        return sites.rows_of(self.request.user, self.model_class).select_related("site")

    def get_creation_form_kwargs(self):
        found = sites.of_user(self.request.user, Customer, "add")
        return {**super().get_creation_form_kwargs(), "for_sites": found}


class CustomerChooseView(OfUserSites, ChooseView):
    pass


class CustomerChooseResultsView(OfUserSites, ChooseResultsView):
    pass


class CustomerCreateInChooser(OfUserSites, SnippetCreateView):
    pass


class CustomerChooserViewSet(SnippetChooserViewSet):
    permission_policy = sites.policy(Customer)
    choose_view_class = CustomerChooseView
    choose_results_view_class = CustomerChooseResultsView
    create_view_class = CustomerCreateInChooser
    creation_form_class = NewCustomerForm
