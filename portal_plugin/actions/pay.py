"""Pay the deposit or the balance: by card, on Stripe's page, or by transfer."""

from dataclasses import dataclass
from decimal import Decimal

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

HOSTED, CARD = "hosted", "card"


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
        begin = Begin(self.cleaned_data["hosted"], self.cleaned_data["shown"])
        return {"note": begin.note}


@dataclass(frozen=True)
class Begin:
    """What the transaction leaves to do at Stripe. ``note`` is how a submission keeps it, for when
    the same one arrives again."""

    is_hosted: bool
    shown: Decimal

    @property
    def note(self) -> str:
        return f"{HOSTED if self.is_hosted else CARD} {self.shown}"

    @classmethod
    def from_note(cls, note: str) -> "Begin":
        way, _space, shown = note.partition(" ")
        return cls(way == HOSTED, Decimal(shown))


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
    binds = True
    opens = "pay"

    @property
    def at_stake(self):
        return self.document.amount_due

    def is_available(self):
        document = self.document
        return self.is_allowed and document.amount_due > 0 and not document.has_pending_payment

    def refusal(self):
        if self.document.has_pending_payment:
            return payments.PaymentPending()
        return super().refusal()

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
            "earlier": payments.progress(document),
        }

    def perform(self, form, submission):
        """Looks again under the lock; what is slow begins after it."""
        begin = Begin.from_note(submission.note)
        payments.check(self.document, begin.shown)
        return begin

    def replay(self, submission):
        return Begin.from_note(submission.note)

    def finish(self, outcome):
        started = payments.begin(
            self.document,
            link=self.visit.link,
            is_hosted=outcome.is_hosted,
            shown=outcome.shown,
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
        """What ``pay.js`` needs to draw the card form, as ``data-`` attributes; nothing secret."""
        facts = {"state": self._address("payment_state")}
        if offer.takes_cards:
            facts |= {
                "script": conf.stripe_script_url,
                "key": conf.stripe_publishable_key,
                "amount": offer.minor_units,
                "currency": offer.currency.lower(),
                "locale": self.document.language,
            }
        return facts

    def _address(self, name):
        return reverse(f"portal_plugin:{name}", kwargs={"public_id": self.document.public_id})
