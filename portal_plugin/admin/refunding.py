"""Pay back, and correct what was written down: a page that asks, a second look, and it is done."""

from django import forms
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..money import typed_money
from ..services import payments
from ..services.mail_phrases import Phrase
from ..statuses import LedgerKind, RefundState
from .money_page import MoneyForm, MoneyPage
from .money_rows import show
from .owing import due_then, forgiven_then
from .paying import words_used

STRIPE, OUTSIDE = "stripe", "outside"
#: Whether what is paid back is owed again.
NO, YES = "no", "yes"
OWED = [
    (NO, gettext_lazy("No: it is a price reduction, or goodwill")),
    (YES, gettext_lazy("Yes: they will pay it again, in another way")),
]


class RefundForm(MoneyForm):
    how = forms.ChoiceField(label=gettext_lazy("How"), widget=forms.RadioSelect)
    method = forms.CharField(
        label=gettext_lazy("How it is paid back"), max_length=50, required=False
    )
    owed = forms.ChoiceField(
        label=gettext_lazy("Does the customer still owe this amount?"),
        choices=OWED,
        initial=NO,
        required=False,
        widget=forms.RadioSelect,
    )
    field_order = ["how", "method", "amount", "owed", "reason", "key"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["how"].choices = ways(self.entry)

    def clean(self):
        typed = super().clean()
        if typed.get("how") == OUTSIDE and not typed.get("method"):
            self.add_error("method", _("Say how: “Bank transfer” or “Cash”, for example."))
        return typed


def ways(entry) -> list[tuple[str, str]]:
    outside = (OUTSIDE, _("Outside the portal: we have paid it back ourselves"))
    if entry.kind != LedgerKind.PAYMENT:
        return [outside]
    return [(STRIPE, _("To %(method)s") % {"method": entry.method or "Stripe"}), outside]


class RefundPage(MoneyPage):
    template_name = "portal_plugin/admin/refund.html"
    page_title = gettext_lazy("Refund")
    right = "refund"
    form_class = RefundForm

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "asks_owed": self.asks_owed,
            "words_used": words_used(self.document.site_id),
        }

    @property
    def asks_owed(self):
        """Of what was paid too much, or for what was cancelled, nothing is owed anyway."""
        document = self.document
        return document.balance_due_without(self.left) > document.balance_due

    @cached_property
    def left(self):
        return self.document.left_of(self.entry)

    def proposed(self):
        """What was paid too much, where it is of this payment; else all that is left."""
        surplus = min(self.document.overpaid, self.left)
        amount = self.left if self.document.cancelled_at else surplus or self.left
        how = ways(self.entry)[0][0]
        method = self.entry.method if self.entry.kind == LedgerKind.OFFLINE else ""
        amount = typed_money(amount, self.entry.currency)
        return {**super().proposed(), "amount": amount, "how": how, "method": method}

    def second_look(self, typed):
        amount = show(typed["amount"], self.entry.currency)
        if typed["how"] == STRIPE:
            question = Phrase(
                _("Refund %(amount)s to %(method)s?"),
                amount=amount,
                method=self.entry.method or "Stripe",
            )
        else:
            question = Phrase(_("Write down that you paid %(amount)s back?"), amount=amount)
        return {"question": question, "follows": self._follows(typed)}

    def _follows(self, typed):
        if typed["amount"] > self.left:
            return [_("Only %(amount)s is left of this payment.") % {"amount": self.left_shown()}]
        fee = self.document.surcharge_in(typed["amount"], self.entry)
        return [
            _("The customer gets an email with the reason."),
            *self._owing(typed["amount"] - fee, is_owed_again=typed["owed"] == YES),
        ]

    def _owing(self, amount, *, is_owed_again):
        """What the page asks for then, where ``amount`` of what was paid for the order goes."""
        document = self.document
        due = document.balance_due_without(amount)
        if due <= document.balance_due:
            return []
        said = (
            due_then(document, due)
            if is_owed_again
            else forgiven_then(document, document.balance_due)
        )
        if amount >= document.paid:
            said.append(_("Nothing of it is paid then. Cancel the order if it is not to be made."))
        return said

    def left_shown(self):
        return show(self.left, self.entry.currency)

    def perform(self, typed):
        given = {
            "amount": typed["amount"],
            "reason": typed["reason"],
            "is_owed_again": typed["owed"] == YES,
            "user": self.request.user,
            "key": typed["key"],
        }
        amount = {"amount": show(typed["amount"], self.entry.currency)}
        if typed["how"] == OUTSIDE:
            payments.refund_outside(self.entry, method=typed["method"], **given)
            return _("It is written down that %(amount)s was paid back.") % amount
        row = payments.refund(self.entry, **given)
        if row.is_unanswered:
            return _("Stripe has not answered yet. It is asked for %(amount)s again.") % amount
        if row.state == RefundState.NEW:
            return _("Stripe pays %(amount)s back once your balance there is enough.") % amount
        return _("%(amount)s is on its way back to the customer.") % amount


class CorrectPage(MoneyPage):
    template_name = "portal_plugin/admin/correct.html"
    page_title = gettext_lazy("Correct a payment")
    right = "record_payment"

    def setup(self, request, entry_id, **kwargs):
        super().setup(request, entry_id=entry_id, **kwargs)
        if self.entry.kind != LedgerKind.OFFLINE:
            raise Http404

    def second_look(self, typed):
        question = Phrase(
            _("Write down that %(amount)s came, and not %(before)s?"),
            amount=show(typed["amount"], self.entry.currency),
            before=show(self.document.amount_of(self.entry), self.entry.currency),
        )
        return {"question": question, "follows": []}

    def perform(self, typed):
        payments.correct(
            self.entry,
            amount=typed["amount"],
            reason=typed["reason"],
            user=self.request.user,
            key=typed["key"],
        )
        return _("The payment is corrected.")


refund = RefundPage.as_view()
correct = CorrectPage.as_view()
