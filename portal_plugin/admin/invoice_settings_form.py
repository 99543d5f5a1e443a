"""What formal invoices need beyond their words: e-invoices and QR codes in the settings' form."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..gateways import facturx, qr
from ..services.invoices import einvoices
from . import countries


class AsksForInvoices(forms.Form):
    """Mixed into the settings' form. What its package is missing for is off, and says so."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.choices(current=self.instance.country)
        self._explain("sends_einvoices", facturx.what_is_missing())
        self._explain("qr_code", qr.what_is_missing())

    def _explain(self, name, missing):
        if missing and not self.initial.get(name):
            self.fields[name].disabled = True
            self.fields[name].help_text = missing

    def clean(self):
        data = super().clean()
        if self.cleaned_data.get("sends_einvoices"):
            for name in einvoices.NEEDED:
                if not self.cleaned_data.get(name) and name not in self.errors:
                    self.add_error(name, _("E-invoices need it."))
        return data
