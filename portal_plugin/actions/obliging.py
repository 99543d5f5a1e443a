"""What a consumer in the EU reads directly above the button that makes an order.

Directive 2011/83/EU, article 8(2): total with taxes and delivery stand above it, and the button
says that it obliges to pay. Off unless the shop says that it sells to consumers; never for proofs.
"""

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import OrderChanged, TermsChanged
from ..models import PortalSettings
from ..money import format_money
from ..services import choosing, deciding, terms
from ..services.presentation.plan import plan_sentence
from ..statuses import ItemState, TermsKind, Verdict
from ..version_changes import Plan


class ObligationForm(forms.Form):
    """Keeps the text on withdrawal that was shown. The action says whether one was: ``obliges``.

    ``withdrawal_id`` is empty where the button obliged to nothing, and 0 where it did without such
    a text. ``chosen`` says which options and alternatives the total was about.
    """

    withdrawal_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    chosen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean(self):
        data = super().clean()
        self.refuse_other_order(data)
        return data

    def refuse_other_order(self, data):
        """Raises ``StaleDocument`` where the answer would order what its page did not show. Asked
        again under the lock: of two at once the second may have become the one that orders."""
        is_binding = self.obliges(self.document, self.item_key)
        self.withdrawal = None
        if is_binding:
            self.withdrawal = terms.of_kind(self.document, TermsKind.WITHDRAWAL)
        error = self._of_another_page(data, is_binding)
        if error is not None:
            seen, since = data.get("shown") or {}, data.get("version")
            raise error(**deciding.what_changed(self.document, seen, since))

    def _of_another_page(self, data, is_binding):
        """The error where the page showed another text on withdrawal, no obligation, or another
        choice."""
        shown = data.get("withdrawal_id")
        if self.withdrawal is not None and shown != self.withdrawal.pk:
            return TermsChanged
        if is_binding and shown is None:
            return OrderChanged
        return OrderChanged if choosing.is_other(self.document, data.get("chosen")) else None

    def recorded(self):
        kept = super().recorded()
        if self.withdrawal is None:
            return kept
        digest, text = self.withdrawal.digest, self.withdrawal.text
        return kept | {"withdrawal_text": text, "withdrawal_digest": digest}


class Obliging:
    """Mixin of an action whose answer may make the order. Its form is an ``ObligationForm``."""

    verdict = Verdict.APPROVE
    obliging_label = gettext_lazy("Order with obligation to pay")

    @classmethod
    def obliges(cls, document, item_key):
        """Whether nothing of an estimate is left open after it, and something is ordered."""
        if not document.is_estimate or not PortalSettings.of(document.site).sells_to_consumers:
            return False
        standing = document.standing
        keys = [item_key] if item_key else standing.waiting_keys
        approved = set(standing.keys(ItemState.APPROVED))
        declined = set(standing.keys(ItemState.DECLINED))
        if set(standing.items) - set(keys) - approved - declined:
            return False
        return bool(approved) or cls.verdict == Verdict.APPROVE

    @property
    def is_obliging(self):
        return self.obliges(self.document, self.item_key)

    @property
    def button_label(self):
        return self.obliging_label if self.is_obliging else self.submit_label

    def initial(self):
        found = {"withdrawal_id": None, "chosen": choosing.mark(self.document)}
        if self.is_obliging:
            text = self._withdrawal()
            found["withdrawal_id"] = text.pk if text else 0
        return super().initial() | found

    def form(self, data=None, files=None):
        made = super().form(data, files)
        made.obliges = self.obliges
        return made

    def context(self, form):
        found = super().context(form)
        if self.is_obliging:
            found |= {"obligation": self._rows(), "withdrawal": self._withdrawal()}
        return found

    def _withdrawal(self):
        return terms.of_kind(self.document, TermsKind.WITHDRAWAL)

    def _rows(self):
        """Label and value: total, tax, shipping, delivery, deposit or plan."""
        document = self.document
        left_out = set(document.standing.keys(ItemState.DECLINED))
        if self.verdict == Verdict.DECLINE:
            left_out |= {self.item_key} if self.item_key else set(document.standing.waiting_keys)
        totals = document.totals_without(left_out)

        def show(amount):
            return format_money(amount, document.currency, document.language)

        day = date_format(document.delivery_on) if document.delivery_on else ""
        delivery = " · ".join(text for text in (day, document.delivery_text) if text)
        rows = [
            (_("Total"), show(totals.total)),
            (_("Tax included"), show(totals.tax)),
            (_("Shipping included"), show(totals.shipping)),
            (_("Delivery"), delivery or _("as agreed")),
        ]
        if document.plan:
            plan = Plan(document.plan, totals.instalments)
            rows.append((_("Payment plan"), plan_sentence(plan, show)))
        elif totals.deposit:
            rows.append((_("Deposit, due first"), show(totals.deposit)))
        return rows
