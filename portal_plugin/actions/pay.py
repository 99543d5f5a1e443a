"""Pay the deposit, an instalment or the balance: by card, on Stripe's page, or by transfer."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import uuid5

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..exceptions import NotAvailable
from ..gateways import stripe as gateway
from ..models import PortalSettings
from ..models.decimals import FiniteDecimalField
from ..money import format_money
from ..registry import register_action
from ..services import payments, qr_codes
from ..services.presentation.decided import names_of, together
from ..statuses import LinkRole
from .base import Action, Scope
from .forms import ActionForm
from .outcomes import Data, GoTo

HOSTED, CARD = "hosted", "card"


class PayForm(ActionForm):
    """``shown`` is the amount that the page showed. It is compared with what is due, never charged:
    what is charged the server decides."""

    shown = FiniteDecimalField(
        widget=forms.HiddenInput,
        max_digits=19,
        decimal_places=4,
        error_messages={"required": _("Please load the page again.")},
    )
    hosted = forms.BooleanField(required=False, widget=forms.HiddenInput)
    other_amount = FiniteDecimalField(
        label=_("Amount"), required=False, max_digits=19, decimal_places=4
    )
    way = forms.ChoiceField(
        label=_("How do you want to pay?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you want to pay.")},
    )
    #: The shop's fees as the page showed them: compared like ``shown``.
    fees = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer = payments.offer(self.document)
        self._offer_ways(offer)
        self._offer_amounts(offer.other)

    def _offer_ways(self, offer):
        if not offer.ways:
            del self.fields["way"]
            return
        self.fields["way"].choices = [(way.name, way.label) for way in offer.ways]

    def _offer_amounts(self, limits):
        if limits is None:
            # What a browser sends in its name is then ignored.
            del self.fields["other_amount"]
            return
        currency = self.document.totals.currency
        language = self.document.language
        shown = {
            name: format_money(value, currency, language)
            for name, value in (("least", limits.least), ("most", limits.most))
        }
        field = self.fields["other_amount"]
        field.help_text = (
            gettext("From %(least)s to %(most)s. Leave it empty to pay what is due.") % shown
        )
        field.widget.attrs |= {
            "min": f"{limits.least.normalize():f}",
            "max": f"{limits.most.normalize():f}",
            "step": f"{limits.unit.normalize():f}",
            "inputmode": "decimal",
        }

    def key(self):
        """Whoever chooses otherwise after a declined card, or comes back from Stripe's page, sends
        the same form and means another payment."""
        chosen = [self.data.get(name, "") for name in ("hosted", "other_amount", "way")]
        return uuid5(super().key(), " ".join(chosen))

    def recorded(self):
        data = self.cleaned_data
        begin = Begin(
            is_hosted=data["hosted"],
            shown=data["shown"],
            amount=data.get("other_amount"),
            way=data.get("way", ""),
            fees=data["fees"].replace(" ", ""),  # spaces part the words of the note
        )
        return {"note": begin.note}


@dataclass(frozen=True)
class Begin:
    """What the transaction leaves to do at Stripe. ``note`` is how a submission keeps it, for when
    the same one arrives again."""

    is_hosted: bool
    shown: Decimal
    amount: Decimal | None = None
    way: str = ""
    fees: str = ""

    @property
    def note(self) -> str:
        words = [HOSTED if self.is_hosted else CARD, str(self.shown)]
        words += [str(self.amount)] if self.amount is not None else []
        words += [f"by={self.way}"] if self.way else []
        return " ".join(words + ([f"fees={self.fees}"] if self.fees else []))

    @classmethod
    def from_note(cls, note: str) -> "Begin":
        page, shown, *rest = note.split(" ")
        amounts = [Decimal(word) for word in rest if "=" not in word]
        named = dict(word.split("=", 1) for word in rest if "=" in word)
        amount = amounts[0] if amounts else None
        way, fees = named.get("by", ""), named.get("fees", "")
        return cls(page == HOSTED, Decimal(shown), amount, way, fees)


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
        """Where another amount can be chosen, the most of it; in the way with the highest fee."""
        document, other = self.document, payments.offer(self.document).other
        most = other.most if other else document.amount_due
        return most + payments.highest_fee(document, most)

    def is_available(self):
        return self._is_due and payments.can_be_paid(self.document)

    @property
    def has_no_way(self):
        """It would be offered, but the shop has neither Stripe nor a bank to pay to: a page says
        in its place whom to ask."""
        return self._is_due and not payments.can_be_paid(self.document)

    @property
    def _is_due(self):
        document = self.document
        if not self.is_allowed or document.standing.is_raised:
            return False
        return document.amount_due > 0 and not document.has_pending_payment

    def refusal(self):
        if self.document.standing.is_raised:
            return NotAvailable(self._unconfirmed())
        if self.document.has_pending_payment:
            return payments.PaymentPending()
        if self.has_no_way:
            return NotAvailable(gettext("Please ask the shop how you can pay."))
        return super().refusal()

    def _unconfirmed(self):
        standing = self.document.standing
        if standing.asks_to_confirm(self.visit.link):
            return gettext("Please confirm on the page what changed before you pay.")
        names = together(names_of(standing.missing_people))
        return gettext("What changed waits for %(names)s. You can pay after that.") % {
            "names": names
        }

    def initial(self):
        return {"shown": self.document.amount_due, "fees": payments.offer(self.document).fees}

    def context(self, form):
        document = self.document
        offer = payments.offer(document)
        wait = payments.pause(document, self.visit.address)
        if wait:
            offer = replace(offer, takes_cards=False, prefers_bank=True)
        return {
            "offer": offer,
            "pause": payments.PaymentsPaused(wait).message if wait else "",
            "amount": format_money(offer.amount, offer.currency, document.language),
            "purpose": payments.purpose_text(offer.purpose, offer.reference, offer.instalment),
            "transfer_code": self._transfer_code(offer),
            "ways": self._ways(offer, form),
            "pay_facts": self._facts_for_script(offer),
            "earlier": payments.progress(document),
        }

    def _ways(self, offer, form):
        """Each with its fee for what is due, and what ``fees.js`` needs to reckon it for another
        amount."""
        if not offer.takes_cards or "way" not in form.fields:
            return []
        names, language = [way.name for way in offer.ways], self.document.language
        chosen = form["way"].value()
        chosen = chosen if chosen in names else names[0]
        return [
            {
                "name": way.name,
                "label": way.label,
                "rate": way.rate,
                "fee": format_money(way.fee, offer.currency, language),
                "methods": way.methods,
                "thousandths": int(way.percent * 1000),
                "fixed": gateway.minor_units(way.fixed, offer.currency),
                "is_chosen": way.name == chosen,
            }
            for way in offer.ways
        ]

    def _transfer_code(self, offer):
        document = self.document
        shop = PortalSettings.of(document.site)
        code = qr_codes.of_transfer(document, shop, offer.amount, offer.reference)
        return qr_codes.drawn(code, "portal-pay-qr")

    def perform(self, form, submission):
        """Looks again under the lock; what is slow begins after it."""
        begin = Begin.from_note(submission.note)
        payments.check_pace(self.document, self.visit.address)
        payments.check(self.document, begin.shown, begin.amount, way=begin.way, fees=begin.fees)
        return begin

    def replay(self, submission):
        """The same press again may begin another payment: it is held to what a new one is."""
        if self.document.standing.is_raised:
            raise self.refusal()
        payments.check_pace(self.document, self.visit.address)
        return Begin.from_note(submission.note)

    def finish(self, outcome):
        started = payments.begin(
            self.document,
            link=self.visit.link,
            is_hosted=outcome.is_hosted,
            shown=outcome.shown,
            amount=outcome.amount,
            address=self.visit.address,
            way=outcome.way,
            fees=outcome.fees,
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
                "key": gateway.of_site(self.document.site).publishable_key,
                "amount": offer.minor_units,
                "currency": offer.currency.lower(),
                "units": gateway.units_of_one(offer.currency),
                "locale": self.document.language,
            }
        if offer.ways:
            facts["step"] = gateway.minor_units(gateway.unit(offer.currency), offer.currency)
        return facts

    def _address(self, name):
        return reverse(f"portal_plugin:{name}", kwargs={"public_id": self.document.public_id})
