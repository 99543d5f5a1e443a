"""Several orders that were paid outside the portal."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ... import days
from ...models import Order
from ...services import payments
from ..paying import PaidForm, moment, words_used
from .base import DocumentsAction


class MarkPaid(DocumentsAction):
    models = [Order]
    action_type = "portal-paid"
    display_name = gettext_lazy("Mark as paid")
    aria_label = gettext_lazy("Record the balance of the selected orders as paid")
    button_label = gettext_lazy("Record the payments")
    introduction = gettext_lazy("The whole balance of each is recorded, and its customer is told.")
    action_priority = 16
    right = "record_payment"
    form_class = PaidForm

    def get_initial(self):
        return {"day": days.today()}

    def get_context_data(self, **kwargs):
        words = words_used(*{document.site_id for document in self.chosen})
        return {**super().get_context_data(**kwargs), "words_used": words}

    def why_not(self, document):
        if document.current_version_id is None:
            return _("It was never out.")
        if document.cancelled_at:
            return _("It is cancelled.")
        return "" if document.listed_balance > 0 else _("Nothing is left to pay.")

    def perform(self, document, data):
        payments.settle(
            document,
            method=data["method"],
            occurred_at=moment(data["day"]),
            user=self.request.user,
        )

    def done_sentence(self, count):
        message = ngettext(
            "The payment of %(count)d order is recorded.",
            "The payments of %(count)d orders are recorded.",
            count,
        )
        return message % {"count": count}
