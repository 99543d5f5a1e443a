"""Whether what was paid back is owed again: what staff read before, and how they say it later."""

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..services import notifications, payments
from ..statuses import InvoiceKind, LedgerKind
from .money_page import MoneyPage, ReasonForm
from .money_rows import FORGIVE, OWE, show


def due_then(document, due) -> list[str]:
    """Where so much is due because it is owed again: nothing, where too much was paid."""
    if due <= 0:
        return [_("Nothing of the order is to be paid then.")]
    text = _("Then %(amount)s of the order is unpaid, and the customer is asked for it.")
    return [text % {"amount": show(due, document.priced_in)}]


def forgiven_then(document, due) -> list[str]:
    """Where it is not owed any more, and ``due`` is left to pay."""
    said = [_("The customer is not asked for it again.")]
    if due > 0:
        text = _("%(amount)s of the order stays to be paid.")
        said.append(text % {"amount": show(due, document.priced_in)})
    else:
        said.append(_("Nothing of the order is to be paid then."))
    invoice = document.invoices.standing().filter(kind=InvoiceKind.INVOICE).first()
    if invoice is not None:
        text = _("Invoice %(number)s charges it still: write a credit note over as much.")
        said.append(text % {"number": invoice.number})
    return said


class OwedPage(MoneyPage):
    """About one refund: all of it is owed again, or nothing more of it."""

    template_name = "portal_plugin/admin/owed.html"
    page_title = gettext_lazy("What is owed")
    right = "refund"
    kinds = (LedgerKind.REFUND,)
    form_class = ReasonForm

    def setup(self, request, entry_id, change, **kwargs):
        super().setup(request, entry_id=entry_id, change=change, **kwargs)
        if change not in (OWE, FORGIVE):
            raise Http404
        self.is_owed_again = change == OWE
        self.amount = (
            self.document.forgiven_of(self.entry)
            if self.is_owed_again
            else self.document.forgivable_of(self.entry)
        )
        if not self.amount and request.method == "GET":
            raise Http404

    def get_context_data(self, **kwargs):
        return {
            **super().get_context_data(**kwargs),
            "is_owed_again": self.is_owed_again,
            "amount": show(self.amount, self.entry.currency),
            "refunded": show(-self.entry.amount, self.entry.currency),
        }

    def second_look(self, typed):
        document, due = self.document, self.document.balance_due
        if self.is_owed_again:
            text = _("Ask the customer for %(amount)s again?")
            then = document.balance_due_without(self.amount)
            # Less than was forgiven, where the customer paid part of it again unasked.
            amount = then - due or self.amount
            follows = due_then(document, then)
        else:
            text = _("Is %(amount)s not owed any more?")
            then, amount = due - self.amount, self.amount
            follows = forgiven_then(document, then)
        if then != due and notifications.reaches_anybody(document):
            follows.append(_("The customer gets an email about it, without the reason."))
        question = text % {"amount": show(amount, self.entry.currency)}
        return {"question": question, "follows": follows}

    def perform(self, typed):
        payments.say_owed(
            self.entry,
            is_owed_again=self.is_owed_again,
            reason=typed["reason"],
            user=self.request.user,
            key=typed["key"],
        )
        if self.is_owed_again:
            return _("It is written down: it is owed again.")
        return _("It is written down: it is not owed any more.")


owed = OwedPage.as_view()
