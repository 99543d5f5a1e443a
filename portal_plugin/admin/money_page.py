"""What the pages about one booking share: a form, a second look, and it is done."""

from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages

from ..exceptions import PortalError
from ..models import LedgerEntry
from ..models.decimals import FiniteDecimalField
from ..money import round_money
from ..services import payments
from . import sites
from .below_overview import BelowOverview
from .finding import find
from .money_rows import show


class ReasonForm(forms.Form):
    """``key`` is that of one press of the button."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, entry, **kwargs):
        super().__init__(*args, **kwargs)
        self.entry = entry


class MoneyForm(ReasonForm):
    amount = FiniteDecimalField(label=gettext_lazy("Amount"), max_digits=15)
    field_order = ["amount", "reason", "key"]

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount != round_money(amount, self.entry.currency):
            raise forms.ValidationError(_("There is no such small coin in this currency."))
        return amount


class MoneyPage(BelowOverview, TemplateView):
    """About one booking, of one of ``kinds``. Without its right nobody gets in."""

    right = ""
    kinds = payments.PAYMENTS
    form_class = MoneyForm
    header_icon = "portal-money"
    form = None
    #: The second look is on: what was typed holds, and is asked about.
    is_asking = False

    def setup(self, request, entry_id, **kwargs):
        super().setup(request, entry_id=entry_id, **kwargs)
        entry = LedgerEntry.objects.filter(pk=entry_id, kind__in=self.kinds).first()
        if entry is None:
            raise Http404
        self.document = find(request, entry.document_id)
        if not sites.may(request.user, self.right, self.document):
            raise PermissionDenied
        self.entry = entry

    def get(self, request, **kwargs):
        self.form = self.form_class(entry=self.entry, initial=self.proposed())
        return self.render_to_response(self.get_context_data())

    def post(self, request, **kwargs):
        self.form = self.form_class(request.POST, entry=self.entry)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=400)
        step = request.POST.get("step", "look")
        if step != "do":
            self.is_asking = step == "look"
            return self.render_to_response(self.get_context_data())
        try:
            message = self.perform(self.form.cleaned_data)
        except PortalError as error:
            messages.error(request, error.message)
            return self.render_to_response(self.get_context_data(), status=error.status)
        messages.success(request, message)
        return redirect(f"{self.overview_url}#payments")

    def proposed(self):
        return {"key": uuid4()}

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "form": self.form,
            "document": self.document,
            "entry": self.entry,
            "paid": show(self.document.amount_of(self.entry), self.entry.currency),
            "left": show(self.document.left_of(self.entry), self.entry.currency),
            "fee": self._fee_left(),
            "currency": self.entry.currency,
            "is_asking": self.is_asking,
            "typed": [
                (name, self.form.data.get(name, "")) for name in self.form.fields if name != "key"
            ],
            "overview_url": self.overview_url,
            **(self.second_look(self.form.cleaned_data) if self.is_asking else {}),
        }

    def _fee_left(self):
        """Of what is left: the fee that was paid on top, which goes back with the last of it."""
        left = self.document.left_of(self.entry)
        fee = self.document.surcharge_in(left, self.entry)
        return show(fee, self.entry.currency) if fee else ""

    def second_look(self, typed):
        """``question`` and ``button``, and sentences of what follows."""
        raise NotImplementedError

    def perform(self, typed) -> str:
        raise NotImplementedError
