"""Stage, responsible person and cancelling, for several documents at once."""

from django import forms
from django.contrib.auth import get_user_model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ...exceptions import PortalError
from ...models import Order, Stage
from ...services import assigning, staging
from ...services.mail_receivers import staff_name
from ...statuses import DocumentState
from .. import sites
from ..directions import EitherDirection
from .base import DocumentsAction

NOT_UNDER_WAY = {"", DocumentState.UNPUBLISHED, DocumentState.CANCELLED, DocumentState.COMPLETED}


class StageForm(forms.Form):
    stage = forms.ModelChoiceField(
        queryset=Stage.objects.none(),
        required=False,
        label=gettext_lazy("Stage"),
        empty_label=gettext_lazy("No stage"),
    )

    def __init__(self, *args, site_id, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.filter(site=site_id)


class SetStage(DocumentsAction):
    models = [Order]
    action_type = "portal-stage"
    display_name = gettext_lazy("Set stage")
    aria_label = gettext_lazy("Set the stage of the selected orders")
    button_label = gettext_lazy("Set the stage")
    action_priority = 10
    form_class = StageForm

    @cached_property
    def site_id(self):
        """Stages are a shop's own: that of the first order under way."""
        under_way = (row for row in self.chosen if row.listed_state not in NOT_UNDER_WAY)
        return next(under_way, self.chosen[0]).site_id

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "site_id": self.site_id}

    def why_not(self, document):
        if document.listed_state in NOT_UNDER_WAY:
            return _("It is not under way.")
        if document.site_id != self.site_id:
            return _("It belongs to another site, which has stages of its own.")
        return ""

    def perform(self, document, data):
        if document.stage != data["stage"]:
            staging.set_stage(document, data["stage"], self.request.user)

    def done_sentence(self, count):
        message = ngettext(
            "The stage of %(count)d order is saved.",
            "The stage of %(count)d orders is saved.",
            count,
        )
        return message % {"count": count}


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return staff_name(user) or str(user)


class PersonForm(forms.Form):
    person = PersonField(
        queryset=get_user_model().objects.none(),
        required=False,
        label=gettext_lazy("Responsible"),
        empty_label=gettext_lazy("Nobody: the shop's mailbox is told"),
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = get_user_model().objects.filter(pk__in=people)


class Assign(DocumentsAction):
    action_type = "portal-assign"
    display_name = gettext_lazy("Assign")
    aria_label = gettext_lazy("Choose who is responsible for the selected documents")
    button_label = gettext_lazy("Assign")
    action_priority = 12
    form_class = PersonForm

    @cached_property
    def people(self) -> dict:
        """Site to the ids of whoever may work on its documents."""
        policy = sites.policy(self.model)
        one_of_each = {document.site_id: document for document in self.documents}
        return {
            site: set(
                policy.users_with_any_permission_for_instance(["change"], document).values_list(
                    "pk", flat=True
                )
            )
            for site, document in one_of_each.items()
        }

    def get_form_kwargs(self):
        people = set().union(*self.people.values())
        return {**super().get_form_kwargs(), "people": people}

    def perform(self, document, data):
        person = data["person"]
        if person is not None and person.pk not in self.people[document.site_id]:
            raise PortalError(_("This person may not work on this document."))
        if document.responsible != person:
            assigning.assign(document, person, self.request.user)

    def done_sentence(self, count):
        message = ngettext(
            "The responsible person of %(count)d document is saved.",
            "The responsible person of %(count)d documents is saved.",
            count,
        )
        return message % {"count": count}


class ReasonForm(EitherDirection, forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The customers read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class Cancel(DocumentsAction):
    action_type = "portal-cancel"
    display_name = pgettext_lazy("of a document", "Cancel")
    aria_label = gettext_lazy("Cancel the selected documents")
    button_label = gettext_lazy("Cancel these documents")
    button_class = "no"
    introduction = gettext_lazy("Their customers are told by email, with the reason.")
    action_priority = 22
    classes = {"serious"}
    right = "publish"
    form_class = ReasonForm

    def why_not(self, document):
        if document.current_version_id is None:
            return _("It was never out: delete the draft.")
        if document.cancelled_at:
            return _("It is cancelled already.")
        if document.is_order and document.listed_balance < document.listed_total:
            return _("Something was paid: cancel it on its own page, and say what happens to that.")
        return _("It became an order: cancel that.") if document.converted_at else ""

    def perform(self, document, data):
        staging.cancel(document, data["reason"], self.request.user)

    def done_sentence(self, count):
        message = ngettext(
            "%(count)d document is cancelled.", "%(count)d documents are cancelled.", count
        )
        return message % {"count": count}
