"""Money that came outside the portal."""

from django.utils.translation import gettext as _

from ..exceptions import PortalError
from ..money import format_money
from ..services import payments
from . import posted
from .done import Done
from .paying import PaymentForm, moment
from .words import language_of_admin


def record_payment(document, request):
    form = PaymentForm(request.POST, currency=document.totals.currency)
    if not form.is_valid():
        raise PortalError(posted.errors(form))
    typed = form.cleaned_data
    entry = payments.record_offline(
        document,
        amount=typed["amount"],
        method=typed["method"],
        note=typed["note"],
        occurred_at=moment(typed["day"]),
        user=request.user,
        key=typed["key"],
    )
    amount = format_money(entry.amount, entry.currency, language_of_admin())
    message = _("The payment of %(amount)s is recorded, and the customer is told.")
    return Done(message % {"amount": amount})


VERBS = {"record-payment": ("record_payment", record_payment)}
