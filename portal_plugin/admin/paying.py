"""What staff write down of money that came outside the portal: how, when, and how much."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from .. import money
from ..models.decimals import FiniteDecimalField


class PaidForm(forms.Form):
    method = forms.CharField(
        label=gettext_lazy("How it was paid"),
        max_length=50,
        help_text=gettext_lazy("“Bank transfer” or “Cash”, for example."),
    )
    day = forms.DateField(label=gettext_lazy("Paid on"), widget=AdminDateInput)

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Choose today or an earlier day."))
        return day


class PaymentForm(PaidForm):
    """Of one order. ``amount`` has at most the digits of its currency; ``key`` is that of one press
    of the button."""

    amount = FiniteDecimalField(label=gettext_lazy("Amount"), max_digits=15)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=2000, required=False)
    key = forms.UUIDField()
    #: As on the page, and so in what is said of them.
    field_order = ["amount", "method", "day", "note", "key"]

    def __init__(self, *args, currency, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount != money.round_money(amount, self.currency):
            raise forms.ValidationError(_("There is no such small coin in this currency."))
        return amount


def moment(day) -> datetime:
    """Noon of the day, so that it is the same day everywhere; never in the future."""
    noon = datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone())
    return min(noon, timezone.now())
