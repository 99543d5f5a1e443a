"""Decline all that waits, in one go: for whoever wants nothing of it."""

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from ..registry import register_action
from ..services import deciding
from ..statuses import LinkRole, Verdict
from .approving import DecidingMixin, next_step
from .base import Action, Scope
from .decline import DeclineForm
from .forms import shown_items
from .outcomes import Done


class DeclineAllForm(DeclineForm):
    confirm = forms.BooleanField(
        label=gettext_lazy("I don't want any of these items."),
        error_messages={"required": gettext_lazy("Tick the box to go on.")},
    )


@register_action
class DeclineAll(DecidingMixin, Action):
    name = "decline_all"
    label = gettext_lazy("Decline all")
    title = gettext_lazy("Decline all")
    submit_label = gettext_lazy("Decline all items")
    verb = "approve"
    scope = Scope.DOCUMENT
    form_class = DeclineAllForm
    needs_role = LinkRole.APPROVE
    ticks = ("confirm",)
    verdict = Verdict.DECLINE
    obliging_label = gettext_lazy("Decline these and order the rest with obligation to pay")

    def is_available(self):
        return self.is_allowed and len(self.document.standing.waiting_keys) >= 2

    def keys(self, form):
        return self.document.standing.waiting_keys

    def initial(self):
        standing = self.document.standing
        waiting = [standing.items[key] for key in standing.waiting_keys]
        return super().initial() | {"shown": shown_items(waiting)}

    def facts(self, form):
        return {"count": len(self.decided)}

    def perform(self, form, submission):
        reason = form.cleaned_data["reason"]
        self.decided = self.decide(form, submission, Verdict.DECLINE, reason)
        said = ngettext(
            "You declined %(count)d item. The shop is told.",
            "You declined %(count)d items. The shop is told.",
            len(self.decided),
        ) % {"count": len(self.decided)}
        order = deciding.settle(self.document)
        said = f"{said} {next_step(self.document, order, self.visit.link)}".strip()
        return Done(said, document=order or self.document)
