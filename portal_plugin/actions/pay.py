"""Pay the deposit or the balance: by card, on Stripe's page, or by transfer."""

from dataclasses import dataclass

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..money import format_money
from ..registry import register_action
from ..services import payments
from ..statuses import LinkRole
from .base import Action, Scope
from .forms import ActionForm
from .outcomes import Data, GoTo

HOSTED = "hosted"


class PayForm(ActionForm):
    """``shown`` is the amount that the page showed. It is compared with what is due, never charged:
    what is charged the server decides."""

    shown = forms.DecimalField(
        widget=forms.HiddenInput,
        max_digits=19,
        decimal_places=4,
        error_messages={"required": _("Please load the page again.")},
    )
    hosted = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def recorded(self):
        return {"note": HOSTED if self.cleaned_data["hosted"] else ""}


@dataclass(frozen=True)
class Begin:
    """What the transaction leaves to do at Stripe."""

    form: PayForm | None
    is_hosted: bool


@register_action
class Pay(Action):
    name = "pay"
    label = _("Pay Now")
    title = _("Pay")
    submit_label = _("Pay")
    verb = "pay"
    scope = Scope.DOCUMENT
    form_class = PayForm
    needs_role = LinkRole.PAY
    limit = "payments_per_hour"
    opens = "pay"

    def is_available(self):
        document = self.document
        return self.is_allowed and document.amount_due > 0 and document.pending_payment is None

    def initial(self):
        return {"shown": self.document.amount_due}

    def context(self, form):
        document = self.document
        offer = payments.offer(document)
        return {
            "offer": offer,
            "amount": format_money(offer.amount, offer.currency, document.language),
            "purpose": payments.purpose_text(offer.purpose, offer.reference),
            "pay_facts": self._facts_for_script(offer),
        }

    def perform(self, form, submission):
        """Looks again under the lock; what is slow begins after it."""
        payments.check(self.document, form.cleaned_data["shown"])
        return Begin(form, form.cleaned_data["hosted"])

    def replay(self, submission):
        return Begin(None, submission.note == HOSTED)

    def finish(self, outcome):
        started = payments.begin(
            self.document,
            link=self.visit.link,
            is_hosted=outcome.is_hosted,
            shown=outcome.form.cleaned_data["shown"] if outcome.form else None,
        )
        if started.page_url:
            return GoTo(started.page_url)
        state = payments.progress(self.document)
        return Data(
            {
                "state": state.state,
                "message": state.message,
                "client_secret": started.client_secret,
                "return_url": self._address("payment_return"),
            }
        )

    def _tell(self, form, submission):
        """A payment that was only begun is nobody's news; the booked one is told."""

    def _facts_for_script(self, offer):
        """What ``pay.js`` needs to draw the card form; no secret among it."""
        return {
            "script": conf.stripe_script_url,
            "key": conf.stripe_publishable_key,
            "amount": offer.minor_units,
            "currency": offer.currency.lower(),
            "locale": self.document.language,
            "state": self._address("payment_state"),
        }

    def _address(self, name):
        return reverse(f"portal_plugin:{name}", kwargs={"public_id": self.document.public_id})
