"""Ask for a change, on the document or on one item; it leaves approval until the shop answers."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import signals
from ..models import ChangeRequest as ChangeRequestRow
from ..registry import register_action
from ..services import points
from ..statuses import DocumentState, ItemState, LinkRole
from .base import Action
from .forms import ActionForm, TextField, about_mistake
from .outcomes import Done


class ChangeRequestForm(ActionForm):
    text = TextField(
        label=gettext_lazy("What should be different?"),
        missing=gettext_lazy("Write what should be different."),
        rows=5,
    )


@register_action
class ChangeRequest(Action):
    name = "change_request"
    label = gettext_lazy("Change Request")
    title = gettext_lazy("Change Request")
    submit_label = gettext_lazy("Submit Change Request")
    verb = "change"
    form_class = ChangeRequestForm
    needs_role = LinkRole.APPROVE
    limit = "messages_per_hour"

    @property
    def is_late(self):
        """After everything on an order was approved it is a flag for staff and voids nothing."""
        if not self.document.is_order:
            return False
        if self.item_key is None:
            return self.document.state == DocumentState.APPROVED
        return self.item is not None and self.item.state == ItemState.APPROVED

    def initial(self):
        return {"text": about_mistake(self)}

    def context(self, form):
        return {"is_late": self.is_late}

    def perform(self, form, submission):
        request = self.request = self.write(form.cleaned_data["text"], submission)
        said = _("Change request %(number)s was sent to the shop.") % {"number": request.number}
        return Done(said, document=self.document)

    def history_facts(self, submission):
        return {"asked": points.asked(self.request)}

    def write(self, text, submission):
        """The row, and the signal once it is there for good."""
        family = ChangeRequestRow.objects.filter(document__family=self.document.family)
        last = family.aggregate(last=Max("number"))
        request = ChangeRequestRow.objects.create(
            document_id=self.document.pk,
            number=(last["last"] or 0) + 1,
            item_key=self.item_key,
            text=text,
            is_late=self.is_late,
            link=self.visit.link,
            submission=submission,
            author_name=self.visit.name,
        )
        transaction.on_commit(
            lambda: signals.change_requested.send(
                sender=ChangeRequestRow, document=self.document, change_request=request
            ),
            robust=True,
        )
        return request
