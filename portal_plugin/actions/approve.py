"""Approve one item."""

from django.utils.translation import gettext_lazy as _

from ..registry import register_action
from ..services import deciding
from ..statuses import ItemState, LinkRole, Verdict
from .approving import (
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


class ApproveForm(TermsMixin, ShownVersionMixin, IdentityMixin, ActionForm):
    shown = ShownItemsField(required=False)

    def clean_shown(self):
        return self.cleaned_data["shown"] or {}


@register_action
class Approve(DecidingMixin, Action):
    name = "approve"
    label = _("Approve")
    title = _("Approve")
    submit_label = _("Submit Approval")
    verb = "approve"
    scope = Scope.ITEM
    form_class = ApproveForm
    needs_role = LinkRole.APPROVE
    ticks = ("accept_terms",)

    def is_available(self):
        return self.is_allowed and self.item is not None and self.item.state == ItemState.WAITING

    def initial(self):
        shown = shown_items([self.item]) if self.item else ""
        accepted = asked_terms(self.document, self.item_key)
        return super().initial() | {
            "shown": shown,
            "version": shown_version(self.document),
            "terms_id": accepted.pk if accepted else None,
        }

    def context(self, form):
        return super().context(form) | {
            "terms": asked_terms(self.document, self.item_key),
            "consequence": consequence(self.document, [self.item_key]),
            "approving_as": self.visit.name or self.visit.email,
        }

    def perform(self, form, submission):
        self.decide(form, submission, Verdict.APPROVE)
        order = deciding.settle(self.document)
        return approved_message(self.document, 1, order, name=self.item_name)
