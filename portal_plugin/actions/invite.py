"""Invite a colleague: they get a link of their own, with the same rights or fewer."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..registry import register_action
from ..services import inviting
from ..statuses import DocumentState, LinkRole
from .base import Action, Scope
from .forms import ActionForm
from .outcomes import Done

#: Marks of an address, which no name has: the email to the colleague says the name.
NO_NAME = ("/", "www.", "@", "<", ">")
#: What programs that show mail make an address of, by its end alone: ``win.example``. ``J.R.R.``
#: and ``Dr. Kim`` are none.
_HOST = re.compile(r"\w[.\u3002\uff0e\uff61][^\W\d_]{2}")


class InviteForm(ActionForm):
    name = forms.CharField(
        label=gettext_lazy("Your colleague's name"),
        max_length=100,
        strip=False,
        error_messages={"required": gettext_lazy("Write the name of your colleague.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Their email"),
        error_messages={"required": gettext_lazy("Write the email of your colleague.")},
    )
    role = forms.ChoiceField(
        label=gettext_lazy("What they may do"),
        error_messages={
            "required": gettext_lazy("Choose what they may do."),
            "invalid_choice": gettext_lazy("You can give the rights that you have, or fewer."),
        },
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        roles = inviting.roles_to_give(self.visit.link)
        self.fields["role"].choices = [(role, LinkRole(role).label) for role in roles]

    def clean_name(self):
        """One line of letters: it goes into an email to somebody who did not ask for it."""
        name = self.cleaned_data["name"]
        has_control = any(unicodedata.category(letter).startswith("C") for letter in name)
        is_address = any(mark in name.lower() for mark in NO_NAME) or _HOST.search(name)
        if has_control or is_address or not name.strip():
            raise forms.ValidationError(_("Write the name alone, without an address."))
        return name.strip()


@register_action
class Invite(Action):
    name = "invite"
    label = gettext_lazy("Invite a colleague")
    title = gettext_lazy("Invite a colleague")
    submit_label = gettext_lazy("Send the invitation")
    verb = "comment"
    scope = Scope.DOCUMENT
    form_class = InviteForm
    limit = "messages_per_hour"
    #: Else whoever holds a link that was passed on has the code sent to an address of their own.
    binds = True

    @property
    def at_stake(self):
        return self.document.totals.total

    def bound_to(self, form):
        data = form.cleaned_data
        return [data["email"].lower(), str(data["role"])]

    def is_available(self):
        if not self.is_allowed or self.document.state in (
            DocumentState.CANCELLED,
            DocumentState.DECLINED,
        ):
            return False
        return inviting.lets_invite(self.document, self.visit.link)

    def perform(self, form, submission):
        data = form.cleaned_data
        self.made = inviting.invite(
            self.document,
            self.visit.link,
            name=data["name"],
            email=data["email"],
            role=data["role"],
        )
        said = _("%(name)s gets an email with a link of their own.") % {"name": data["name"]}
        return Done(said, document=self.document)

    def history_facts(self, submission):
        return {"invited": self.made.pk, "role": str(self.made.role)}
