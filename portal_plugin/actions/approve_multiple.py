"""Approve several items at once: all of those that are ticked, or none."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..exceptions import OrderChanged, TermsChanged
from ..registry import register_action
from ..services import deciding
from ..statuses import LinkRole, Verdict
from .approving import (
    APPROVALS,
    DecidingMixin,
    ShownVersionMixin,
    TermsMixin,
    approved_message,
    asked_terms,
    consequence,
    shown_version,
)
from .base import Action, Scope
from .forms import ActionForm, IdentityMixin, ShownItemsField, shown_items
from .giving import GivingMixin, checklist_id


class ApproveMultipleForm(GivingMixin, TermsMixin, ShownVersionMixin, IdentityMixin, ActionForm):
    shown = ShownItemsField(required=False)
    items = forms.TypedMultipleChoiceField(
        label=_("Items"),
        error_messages={
            "required": _("Tick at least one item."),
            "invalid_choice": _("One of these items does not wait for approval."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = {line.key: line.name for line in self.document.lines}
        self.fields["items"].choices = [(str(key), names[key]) for key in self.waiting_keys]

    @property
    def waiting_keys(self):
        return self.document.standing.waiting_for(self.visit.link)

    def clean_items(self):
        keys = {str(key): key for key in self.waiting_keys}
        return [keys[value] for value in self.cleaned_data["items"]]


@register_action
class ApproveMultiple(DecidingMixin, Action):
    name = "approve_multiple"
    label = _("Approve Multiple Items")
    title = _("Approve Multiple Items")
    submit_label = _("Submit Approvals")
    verb = "approve"
    scope = Scope.DOCUMENT
    form_class = ApproveMultipleForm
    needs_role = LinkRole.APPROVE
    shares_code = APPROVALS
    ticks = ("items", "accept_terms", "checks")

    @property
    def waiting_keys(self):
        return self.document.standing.waiting_for(self.visit.link)

    def is_available(self):
        return self.is_allowed and len(self.waiting_keys) >= 2

    def initial(self):
        standing = self.document.standing
        waiting = [standing.items[key] for key in self.waiting_keys]
        accepted = asked_terms(self.document, self.item_key)
        return super().initial() | {
            "shown": shown_items(waiting),
            "version": shown_version(self.document),
            "terms_id": accepted.pk if accepted else None,
            "checklist_id": checklist_id(self.document, self.waiting_keys),
        }

    def untick(self, data, error):
        """Those of unchanged items stand; so does that of the terms, where only items changed."""
        gone = {str(key) for key in error.changes}
        data.setlist("items", [key for key in data.getlist("items") if key not in gone])
        data.pop("checks", None)
        if isinstance(error, TermsChanged | OrderChanged) or error.since is not None:
            data.pop("accept_terms", None)

    def context(self, form):
        ticked = set(form["items"].data or []) if form.is_bound else set()
        return super().context(form) | {
            "terms": asked_terms(self.document, self.item_key),
            "consequence": consequence(self.document, self.waiting_keys, self.visit.link),
            "approving_as": self.visit.name or self.visit.email,
            "ticked": ticked,
        }

    def keys(self, form):
        return form.cleaned_data["items"]

    def facts(self, form):
        return {"items": [str(key) for key in form.cleaned_data["items"]]}

    def perform(self, form, submission):
        decided = self.decide(form, submission, Verdict.APPROVE)
        order, link = deciding.settle(self.document), self.visit.link
        return approved_message(self.document, len(decided), order, link=link)
