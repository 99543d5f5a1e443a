"""Pay back, and correct what was written down: a page that asks, a second look, and it is done."""

from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from ..exceptions import PortalError
from ..models import LedgerEntry
from ..models.decimals import FiniteDecimalField
from ..money import round_money, typed_money
from ..services import payments
from ..services.mail_phrases import Phrase
from ..statuses import LedgerKind, RefundState
from . import sites
from .finding import find
from .money_rows import show
from .words import number_of

STRIPE, OUTSIDE = "stripe", "outside"


class MoneyForm(forms.Form):
    """``key`` is that of one press of the button."""

    amount = FiniteDecimalField(label=gettext_lazy("Amount"), max_digits=15)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea({"rows": 2})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, entry, **kwargs):
        super().__init__(*args, **kwargs)
        self.entry = entry

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount != round_money(amount, self.entry.currency):
            raise forms.ValidationError(_("There is no such small coin in this currency."))
        return amount


class RefundForm(MoneyForm):
    how = forms.ChoiceField(label=gettext_lazy("How"), widget=forms.RadioSelect)
    method = forms.CharField(
        label=gettext_lazy("How it is paid back"), max_length=50, required=False
    )
    field_order = ["how", "method", "amount", "reason", "key"]

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


class MoneyPage(WagtailAdminTemplateMixin, TemplateView):
    """About one payment. Without its right nobody gets in."""

    right = ""
    form_class = MoneyForm
    header_icon = "portal-money"
    form = None
    #: The second look is on: what was typed holds, and is asked about.
    is_asking = False

    def setup(self, request, entry_id, **kwargs):
        super().setup(request, entry_id=entry_id, **kwargs)
        entry = LedgerEntry.objects.filter(pk=entry_id, kind__in=payments.PAYMENTS).first()
        if entry is None:
            raise Http404
        self.document = find(request, entry.document_id)
        if not sites.may(request.user, self.right, self.document):
            raise PermissionDenied
        self.entry = entry

    def get(self, request, **kwargs):
        self.form = self.form_class(entry=self.entry, initial=self.proposed())
        return self.render_to_response(self.get_context_data())

    def post(self, request, **kwargs):
        self.form = self.form_class(request.POST, entry=self.entry)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=400)
        step = request.POST.get("step", "look")
        if step != "do":
            self.is_asking = step == "look"
            return self.render_to_response(self.get_context_data())
        try:
            message = self.perform(self.form.cleaned_data)
        except PortalError as error:
            messages.error(request, error.message)
            return self.render_to_response(self.get_context_data(), status=error.status)
        messages.success(request, message)
        return redirect(f"{self.overview_url}#payments")

    def proposed(self):
        return {"key": uuid4()}

    @property
    def overview_url(self):
        return reverse("portal_admin:overview", args=[self.document.pk])

    def get_page_subtitle(self):
        return number_of(self.document)

    def get_breadcrumbs_items(self):
        viewset = type(self.document).snippet_viewset
        label = capfirst(self.document._meta.verbose_name_plural)
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse(viewset.get_url_name("list")), "label": label},
            {"url": self.overview_url, "label": number_of(self.document)},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "form": self.form,
            "document": self.document,
            "entry": self.entry,
            "paid": show(self.document.amount_of(self.entry), self.entry.currency),
            "left": show(self.document.left_of(self.entry), self.entry.currency),
            "fee": self._fee_left(),
            "currency": self.entry.currency,
            "is_asking": self.is_asking,
            "typed": [
                (name, self.form.data.get(name, "")) for name in self.form.fields if name != "key"
            ],
            "overview_url": self.overview_url,
            **(self.second_look(self.form.cleaned_data) if self.is_asking else {}),
        }

    def _fee_left(self):
        """Of what is left: the fee that was paid on top, which goes back with the last of it."""
        left = self.document.left_of(self.entry)
        fee = self.document.surcharge_in(left, self.entry)
        return show(fee, self.entry.currency) if fee else ""

    def second_look(self, typed):
        """``question`` and ``button``, and sentences of what follows."""
        raise NotImplementedError

    def perform(self, typed) -> str:
        raise NotImplementedError


class RefundPage(MoneyPage):
    template_name = "portal_plugin/admin/refund.html"
    page_title = gettext_lazy("Refund")
    right = "refund"
    form_class = RefundForm

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
        document = self.document
        follows = [_("The customer gets an email with the reason.")]
        if typed["amount"] > self.left:
            return [_("Only %(amount)s is left of this payment.") % {"amount": self.left_shown()}]
        fee = document.surcharge_in(typed["amount"], self.entry)
        due = document.balance_due_without(typed["amount"] - fee)
        if due > document.balance_due:
            text = _(
                "Then %(amount)s of the order is unpaid, and the customer is asked for it. Lower "
                "its price first, or cancel it, if that is not meant."
            )
            follows.append(text % {"amount": show(due, self.entry.currency)})
        return follows

    def left_shown(self):
        return show(self.left, self.entry.currency)

    def perform(self, typed):
        given = {
            "amount": typed["amount"],
            "reason": typed["reason"],
            "user": self.request.user,
            "key": typed["key"],
        }
        amount = {"amount": show(typed["amount"], self.entry.currency)}
        if typed["how"] == OUTSIDE:
            payments.refund_outside(self.entry, method=typed["method"], **given)
            return _("It is written down that %(amount)s was paid back.") % amount
        row = payments.refund(self.entry, **given)
        if row.state == RefundState.NEW:
            return _("Stripe has not answered yet. It is asked for %(amount)s again.") % amount
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
