"""Several orders that were paid outside the portal."""

from datetime import datetime, time

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets import AdminDateInput

from ...models import Order
from ...services import payments
from .base import DocumentsAction


class PaymentForm(forms.Form):
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


class MarkPaid(DocumentsAction):
    models = [Order]
    action_type = "portal-paid"
    display_name = gettext_lazy("Mark as paid")
    aria_label = gettext_lazy("Record the balance of the selected orders as paid")
    button_label = gettext_lazy("Record the payments")
    introduction = gettext_lazy("The whole balance of each is recorded, and its customer is told.")
    action_priority = 16
    right = "record_payment"
    form_class = PaymentForm

    def get_initial(self):
        return {"day": timezone.localdate()}

    def why_not(self, document):
        if document.current_version_id is None:
            return _("It was never out.")
        if document.cancelled_at:
            return _("It is cancelled.")
        return "" if document.listed_balance > 0 else _("Nothing is left to pay.")

    def perform(self, document, data):
        moment = datetime.combine(data["day"], time(12), tzinfo=timezone.get_current_timezone())
        payments.settle(
            document,
            method=data["method"],
            occurred_at=min(moment, timezone.now()),
            user=self.request.user,
        )

    def done_sentence(self, count):
        message = ngettext(
            "The payment of %(count)d order is recorded.",
            "The payments of %(count)d orders are recorded.",
            count,
        )
        return message % {"count": count}
