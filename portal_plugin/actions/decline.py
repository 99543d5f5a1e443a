"""Decline one item: as clear as approving, and quieter."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..registry import register_action
from ..services import deciding
from ..statuses import ItemState, LinkRole, Verdict
from .approving import DecidingMixin, next_step
from .base import Action, Scope
from .forms import TEXT_LIMIT, ActionForm, IdentityMixin, ShownItemsField, shown_items
from .obliging import ObligationForm
from .outcomes import Done


class DeclineForm(ObligationForm, IdentityMixin, ActionForm):
    shown = ShownItemsField(required=False)
    reason = forms.CharField(
        label=gettext_lazy("Would you like to say why?"),
        max_length=TEXT_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def recorded(self):
        return super().recorded() | {"note": self.cleaned_data["reason"]}


@register_action
class Decline(DecidingMixin, Action):
    name = "decline"
    label = gettext_lazy("Decline")
    title = gettext_lazy("Decline")
    submit_label = gettext_lazy("Decline this item")
    verb = "approve"
    scope = Scope.ITEM
    form_class = DeclineForm
    needs_role = LinkRole.APPROVE
    verdict = Verdict.DECLINE
    obliging_label = gettext_lazy("Decline it and order the rest with obligation to pay")

    def is_available(self):
        return self.is_allowed and self.item is not None and self.item.state == ItemState.WAITING

    def initial(self):
        return super().initial() | {"shown": shown_items([self.item]) if self.item else ""}

    def perform(self, form, submission):
        self.decide(form, submission, Verdict.DECLINE, form.cleaned_data["reason"])
        said = _("You declined “%(item)s”. The shop is told.") % {"item": self.item_name}
        order = deciding.settle(self.document)
        said = f"{said} {next_step(self.document, order, self.visit.link)}".strip()
        return Done(said, document=order or self.document)
