"""Approve one item."""

from django.utils.translation import gettext_lazy as _

from ..registry import register_action
from ..services import deciding
from ..statuses import ItemState, LinkRole, Verdict
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


class ApproveForm(GivingMixin, TermsMixin, ShownVersionMixin, IdentityMixin, ActionForm):
    shown = ShownItemsField(required=False)


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
    shares_code = APPROVALS
    ticks = ("accept_terms", "checks")

    def is_available(self):
        return self.is_allowed and self.waits

    @property
    def waits(self):
        item = self.item
        if item is None or item.state != ItemState.WAITING:
            return False
        return not item.has_yes_of(self.visit.link)

    def initial(self):
        shown = shown_items([self.item]) if self.item else ""
        accepted = asked_terms(self.document, self.item_key)
        return super().initial() | {
            "shown": shown,
            "version": shown_version(self.document),
            "terms_id": accepted.pk if accepted else None,
            "checklist_id": checklist_id(self.document, [self.item_key]),
        }

    def context(self, form):
        return super().context(form) | {
            "terms": asked_terms(self.document, self.item_key),
            "consequence": consequence(self.document, [self.item_key], self.visit.link),
            "approving_as": self.visit.name or self.visit.email,
        }

    def perform(self, form, submission):
        self.decide(form, submission, Verdict.APPROVE)
        order = deciding.settle(self.document)
        name, link = self.item_name, self.visit.link
        return approved_message(self.document, 1, order, name=name, link=link)
