"""What approving one item and approving several have in common: the terms, and what follows."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..exceptions import NotAvailable, TermsChanged
from ..models.approvers import person_of
from ..money import format_money
from ..services import deciding, proof_files, terms, versions
from ..services.presentation.decided import first_sentence, names_of, together
from ..statuses import DocumentState, ItemState
from .obliging import ObligationForm, Obliging
from .outcomes import Done

#: One code by email counts for all of them.
APPROVALS = ("approve", "approve_multiple")


class DecidingMixin(Obliging):
    """An action that decides items. Their proofs are read before the lock, however large."""

    binds = True
    has_receipt = True

    @property
    def at_stake(self):
        return self.document.totals.total

    def refusal(self):
        """Of two at once the second reads who was first, and when; but not of what has ended since,
        which is another reason."""
        if self.document.state in (DocumentState.EXPIRED, DocumentState.CANCELLED):
            return super().refusal()
        items = [self.item] if self.item_key else list(self.document.standing.items.values())
        made = [item.decision for item in items if item is not None and item.decision]
        if made:
            return NotAvailable(first_sentence(max(made, key=lambda d: d.pk)))
        return super().refusal()

    def keys(self, form) -> list:
        """The items that are decided."""
        return [self.item_key]

    def bound_to(self, form):
        shown = form.cleaned_data["shown"]
        return sorted([str(key), shown.get(key, "")] for key in self.keys(form))

    def history_facts(self, submission):
        return deciding.history_facts(submission)

    def prepare(self, form):
        form.files = proof_files.read(self.document, self.keys(form))

    def decide(self, form, submission, verdict, reason=""):
        form.refuse_other_order(form.cleaned_data)
        return deciding.decide(
            self.document,
            self.keys(form),
            verdict,
            submission=submission,
            hashes=form.cleaned_data["shown"],
            files=form.files,
            since=form.cleaned_data.get("version"),
            reason=reason,
        )


class ShownVersionMixin(forms.Form):
    """Which version the page showed: its total, deposit and delivery are agreed to as well."""

    version = forms.RegexField(
        rf"^\d{{1,9}}(-[0-9a-f]{{{versions.MARK}}})?$", widget=forms.HiddenInput, required=False
    )

    def clean_version(self):
        return versions.seen_by(self.document, self.cleaned_data["version"])


def shown_version(document) -> str:
    return versions.mark(document.current_version) if document.current_version else ""


class TermsMixin(ObligationForm):
    """The tick under the terms, and which text it was set under."""

    terms_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    accept_terms = forms.BooleanField(
        label=gettext_lazy("I have read and accept the Approval Terms"),
        error_messages={
            "required": gettext_lazy("Please read the terms and tick the box to approve.")
        },
    )

    def clean(self):
        """Terms that were edited between showing and submitting are shown first, with whatever
        else changed: the second try is made on today's page."""
        data = super().clean()
        accepted = asked_terms(self.document, self.item_key)
        if accepted is None or data.get("terms_id") == accepted.pk:
            self.accepted = accepted
            return data
        seen, since = data.get("shown") or {}, data.get("version")
        raise TermsChanged(**deciding.what_changed(self.document, seen, since))

    def recorded(self):
        accepted = self.accepted
        if accepted is None:
            return super().recorded()
        return super().recorded() | {
            "terms": accepted,
            "terms_text": accepted.text,
            "terms_digest": accepted.digest,
        }


def asked_terms(document, item_key):
    """The terms of a form about one item, or about all that wait."""
    keys = [item_key] if item_key else document.standing.waiting_keys
    return terms.of_decision(document, keys)


def consequence(document, keys, link=None) -> str:
    """What the approval of ``keys`` by the person of ``link`` sets going, in one sentence."""
    standing = document.standing
    others = names_of(others_asked(standing, keys, link))
    if others:
        return _("It then waits for %(names)s.") % {"names": together(others)}
    decided = {*standing.keys(ItemState.APPROVED), *standing.keys(ItemState.DECLINED)}
    rest = set(standing.items) - set(keys) - decided
    if rest:
        return ngettext(
            "%(count)d item then still waits for you.",
            "%(count)d items then still wait for you.",
            len(rest),
        ) % {"count": len(rest)}
    if keys and standing.asks_to_confirm(link):
        return _("Then only what changed around the items waits for you.")
    if document.is_order:
        return _("The shop then starts with your order.")
    if deciding.staff_convert(document):
        return _("The shop then makes an order of it and writes to you.")
    deposit = document.totals.deposit
    if deposit and not standing.keys(ItemState.DECLINED):
        amount = format_money(deposit, document.currency, document.language)
        if document.plan:
            message = _("This makes an order; a first instalment of %(amount)s is then due.")
            return message % {"amount": amount}
        return _("This makes an order; a deposit of %(amount)s is then due.") % {"amount": amount}
    return _("This makes an order.")


def others_asked(standing, keys, link) -> list:
    """Whoever else has to say yes to one of ``keys``; without any, to what changed around them."""
    own = person_of(link) if link is not None else None
    found = [one for key in keys for one in standing.items[key].missing or standing.approvers]
    if not keys and standing.change_to_confirm:
        found = standing.since_agreed.missing
    asked = {one.pk: one for one in found if person_of(one) != own}
    return list(asked.values())


def approved_message(document, count, order, *, name="", link=None) -> Done:
    """What was approved, and the next step."""
    if name:
        said = _("Thank you. “%(item)s” is approved.") % {"item": name}
    else:
        said = ngettext(
            "Thank you. %(count)d item is approved.",
            "Thank you. %(count)d items are approved.",
            count,
        ) % {"count": count}
    return Done(f"{said} {next_step(document, order, link)}".strip(), document=order or document)


def next_step(document, order, link=None):
    """What the decision leads to, as a sentence; empty where there is nothing to say."""
    if order is not None:
        amount = format_money(order.amount_due, order.currency, order.language)
        if order.deposit_due and order.plan:
            return _("This is now order %(number)s; a first instalment of %(amount)s is due.") % {
                "number": order.number,
                "amount": amount,
            }
        if order.deposit_due:
            return _("This is now order %(number)s; a deposit of %(amount)s is due.") % {
                "number": order.number,
                "amount": amount,
            }
        return _("This is now order %(number)s.") % {"number": order.number}
    waiting = len(document.standing.waiting_for(link))
    others = names_of(document.standing.missing_people)
    if not waiting and document.standing.asks_to_confirm(link):
        return _("Please confirm what changed, too.")
    if others and not waiting:
        return _("It now waits for %(names)s.") % {"names": together(others)}
    if waiting:
        return ngettext(
            "%(count)d item still waits for you.", "%(count)d items still wait for you.", waiting
        ) % {"count": waiting}
    if document.is_estimate and document.state == DocumentState.APPROVED:
        return _("The shop makes an order of it and writes to you.")
    return ""
