"""After a partial approval: "I don't want these, order the ones I approved"."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ..registry import register_action
from ..services import deciding
from ..statuses import DocumentKind, ItemState, LinkRole, Verdict
from .approving import DecidingMixin, ShownVersionMixin, approved_message, shown_version
from .base import Action, Scope
from .forms import ActionForm, IdentityMixin, ShownItemsField, shown_items
from .obliging import ObligationForm


class OrderApprovedForm(ObligationForm, ShownVersionMixin, IdentityMixin, ActionForm):
    shown = ShownItemsField(required=False)
    confirm = forms.BooleanField(
        label=_("I don't want the other items. Order the ones I approved."),
        error_messages={"required": _("Tick the box to go on.")},
    )


@register_action
class OrderApproved(DecidingMixin, Action):
    name = "order_approved"
    label = _("Order the approved items")
    title = _("Order the approved items")
    submit_label = _("Order the approved items")
    verb = "approve"
    scope = Scope.DOCUMENT
    form_class = OrderApprovedForm
    needs_role = LinkRole.APPROVE
    verdict = Verdict.DECLINE
    ticks = ("confirm",)

    def is_available(self):
        standing = self.document.standing
        return (
            self.is_allowed
            and self.document.kind == DocumentKind.ESTIMATE
            and bool(standing.keys(ItemState.APPROVED))
            and bool(standing.waiting_keys)
            and not standing.keys(ItemState.CHANGES_REQUESTED)
        )

    def initial(self):
        standing = self.document.standing
        waiting = [standing.items[key] for key in standing.waiting_keys]
        return super().initial() | {
            "shown": shown_items(waiting),
            "version": shown_version(self.document),
        }

    def keys(self, form):
        return self.document.standing.waiting_keys

    def perform(self, form, submission):
        approved = len(self.document.standing.keys(ItemState.APPROVED))
        self.decide(form, submission, Verdict.DECLINE)
        order, link = deciding.settle(self.document), self.visit.link
        return approved_message(self.document, approved, order, link=link)
