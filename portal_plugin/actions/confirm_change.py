"""Confirm what changed around approved items: the total, the deposit or the delivery."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import NotAvailable
from ..registry import action, register_action
from ..services import confirming_changes
from ..statuses import LinkRole
from .approving import ShownVersionMixin, consequence, next_step, shown_version
from .base import Action, Scope
from .forms import ActionForm, IdentityMixin
from .obliging import ObligationForm, Obliging
from .outcomes import Done


class ConfirmChangeForm(ObligationForm, ShownVersionMixin, IdentityMixin, ActionForm):
    confirm = forms.BooleanField(
        label=gettext_lazy("I agree to this change."),
        error_messages={"required": gettext_lazy("Tick the box to confirm.")},
    )


@register_action
class ConfirmChange(Obliging, Action):
    name = "confirm_change"
    label = gettext_lazy("Confirm the change")
    title = gettext_lazy("Confirm the change")
    submit_label = gettext_lazy("Confirm")
    verb = "approve"
    scope = Scope.DOCUMENT
    form_class = ConfirmChangeForm
    needs_role = LinkRole.APPROVE
    ticks = ("confirm",)
    binds = True

    @classmethod
    def obliges(cls, document, item_key):
        """Where an item still waits, the answer to that makes the order."""
        return super().obliges(document, item_key) and not document.standing.waiting_keys

    @property
    def at_stake(self):
        return self.document.totals.total

    def bound_to(self, form):
        return [form.cleaned_data["version"]]

    def is_available(self):
        return self.is_allowed and self.document.standing.asks_to_confirm(self.visit.link)

    def refusal(self):
        return NotAvailable(confirming_changes.why_not(self.document))

    def initial(self):
        return super().initial() | {"version": shown_version(self.document)}

    def context(self, form):
        other = action("change_request")(self.visit)
        return super().context(form) | {
            "consequence": consequence(self.document, [], self.visit.link),
            "disagree_url": other.url if other.is_available() else "",
        }

    def perform(self, form, submission):
        form.refuse_other_order(form.cleaned_data)
        order = confirming_changes.confirm(
            self.document,
            self.name,
            shown=form.cleaned_data["version"],
            submission=submission,
            link=self.visit.link,
        )
        said = _("Thank you. You confirmed what changed.")
        more = next_step(self.document, order, self.visit.link)
        return Done(f"{said} {more}".strip(), document=order or self.document)

    def _enter(self, facts, submission):
        """``perform`` has, before the order that follows from it is made."""
