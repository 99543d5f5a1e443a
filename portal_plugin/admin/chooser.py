"""Choosing a customer for a document, or writing a new one down without leaving it."""

from django import forms
from django.core.exceptions import PermissionDenied
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
    SnippetCreateView,
)

from ..models import Customer
from . import sites


class OfUserSites:
    """Only the customers of the sites where the user works."""

    def get_object_list(self):
        return sites.rows_of(self.request.user, self.model_class)


class NewCustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        fields = ["name", "company", "email", "phone", "address"]
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}


class CustomerChooseView(OfUserSites, ChooseView):
    pass


class CustomerChooseResultsView(OfUserSites, ChooseResultsView):
    pass


class CustomerCreateInChooser(SnippetCreateView):
    def save_form(self, form):
        site = sites.preferred(self.request, Customer)
        if site is None:
            raise PermissionDenied
        form.instance.site = site
        return form.save()


class CustomerChooserViewSet(SnippetChooserViewSet):
    choose_view_class = CustomerChooseView
    choose_results_view_class = CustomerChooseResultsView
    create_view_class = CustomerCreateInChooser
    creation_form_class = NewCustomerForm
