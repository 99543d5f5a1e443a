"""The PDFs of several documents as one file."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ...exceptions import PortalError
from ...gateways.delivery import FileInSteps
from ...services import pdf_bundles
from .. import sites
from .base import DocumentsAction, Refused


class BundleForm(forms.Form):
    without_missing = forms.BooleanField(required=False, widget=forms.HiddenInput)


class Pdfs(DocumentsAction):
    """PDFs that are not there yet are ordered, named, and left out only where that is wanted."""

    action_type = "portal-pdfs"
    display_name = gettext_lazy("PDFs")
    aria_label = gettext_lazy("Download the PDFs of the selected documents")
    button_label = gettext_lazy("Download the PDFs")
    action_priority = 18
    form_class = BundleForm
    missing = ()

    @cached_property
    def allowed_sites(self):
        """Whoever may look."""
        return {site.pk for site in sites.of_user(self.request.user, self.model)}

    def why_not(self, document):
        return "" if document.current_version_id else _("It was never out: it has no PDF.")

    def form_valid(self, form):
        if not self.documents:
            return self.render_to_response(self.get_context_data(form=form), status=409)
        there, self.missing = pdf_bundles.find(self.documents)
        if not there or (self.missing and not form.cleaned_data["without_missing"]):
            form = BundleForm(initial={"without_missing": True})
            return self.render_to_response(self.get_context_data(form=form), status=409)
        try:
            file = pdf_bundles.bundle(there)
        except PortalError as error:
            form.add_error(None, error.message)
            return self.render_to_response(self.get_context_data(form=form), status=error.status)
        name = f"{self.model._meta.model_name}s.zip"
        return FileInSteps(file, as_attachment=True, filename=name, content_type="application/zip")

    def get_context_data(self, **kwargs):
        being_made = _("Its PDF is being made. Try again in a minute.")
        missing = [Refused(document, being_made) for document in self.missing]
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "items": [item for item in context["items"] if item["item"] not in self.missing],
            "refused": [*missing, *self.refused],
        }
