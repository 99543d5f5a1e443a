"""What staff write down of money that came outside the portal: how, when, and how much."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from .. import days, money
from ..models import LedgerEntry
from ..models.decimals import FiniteDecimalField

#: Bookings in which words are looked for, of all sites: never more, however many there are.
LOOKED_AT = 500
MOST_WORDS = 6


class PaidForm(forms.Form):
    method = forms.CharField(
        label=gettext_lazy("How it was paid"),
        max_length=50,
        help_text=gettext_lazy("“Bank transfer” or “Cash”, for example."),
        widget=forms.TextInput({"list": "portal-words-used"}),
    )
    day = forms.DateField(label=gettext_lazy("Paid on"), widget=AdminDateInput)

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day > days.today():
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
    """Noon of the shop's day, so that it is the same day nearly everywhere; never in the future."""
    noon = datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())
    return min(noon, timezone.now())


def words_used(*site_ids: int) -> list[str]:
    """How money came or went outside the portal, in the words that these shops used last: one way
    has one name then, on receipts and in the bookkeeper's lists."""
    newest = LedgerEntry.objects.order_by("-pk").values("pk")[:LOOKED_AT]
    outside = LedgerEntry.objects.filter(pk__in=newest, stripe_object=None).exclude(method="")
    found: dict[str, str] = {}
    for entry in outside.filter(document__site__in=site_ids).order_by("-pk").only("method"):
        found.setdefault(entry.method.casefold(), entry.method)
    return list(found.values())[:MOST_WORDS]
