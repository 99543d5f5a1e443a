"""Take a change request back while it is open; its items wait for approval again."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exceptions import NotAvailable
from ..models import ChangeRequest
from ..registry import register_action
from ..services import listing
from ..statuses import ChangeRequestState, LinkRole
from .base import Action, Scope
from .forms import ActionForm
from .outcomes import Done


class WithdrawForm(ActionForm):
    change_request = forms.ModelChoiceField(
        queryset=ChangeRequest.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("This change request is not open any more."),
            "invalid_choice": gettext_lazy("This change request is not open any more."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["change_request"]
        known = [request.pk for request in self.document.standing.open_requests]
        field.queryset = ChangeRequest.objects.filter(pk__in=known).open()
        field.initial = field.queryset.first()


@register_action
class WithdrawChangeRequest(Action):
    name = "withdraw_change_request"
    label = gettext_lazy("Withdraw")
    title = gettext_lazy("Withdraw change request")
    submit_label = gettext_lazy("Withdraw it")
    verb = "change"
    scope = Scope.DOCUMENT
    form_class = WithdrawForm
    needs_role = LinkRole.APPROVE
    is_offered = False

    def is_available(self):
        return self.is_allowed and bool(self.document.standing.open_requests)

    def facts(self, form):
        return {"change_request": form.cleaned_data["change_request"].number}

    def perform(self, form, submission):
        request = form.cleaned_data["change_request"]
        withdrawn = ChangeRequest.objects.filter(pk=request.pk).open()
        if not withdrawn.update(state=ChangeRequestState.WITHDRAWN, closed_at=timezone.now()):
            raise NotAvailable(_("This change request is not open any more."))
        listing.thread_changed(self.document, of=[request.document_id])
        said = _("Change request %(number)s is withdrawn.") % {"number": request.number}
        return Done(said, document=self.document)
