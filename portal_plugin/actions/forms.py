"""What customer forms share: a key that makes a second arrival harmless, and who it was."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

TEXT_LIMIT = 5000


class ActionForm(forms.Form):
    """``visit`` is who asks, ``item_key`` is the line item that it is about, or ``None``.

    ``client_key`` is made when the form is shown; the same key posted twice is one submission.
    """

    client_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, visit, item_key=None, **kwargs):
        self.visit = visit
        self.item_key = item_key
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["client_key"].initial = uuid.uuid4

    @property
    def document(self):
        return self.visit.document

    def key(self):
        """What tells whether it arrived before. Raises ``ValidationError`` where it has none."""
        raw = self["client_key"].data if self.is_bound else None
        return self.fields["client_key"].clean(raw)

    def recorded(self) -> dict:
        """Columns of the submission that this form fills."""
        return {}


class IdentityMixin(forms.Form):
    """ "Approving as … · Not you?": another name is kept as given, by the link's owner."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your email"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def recorded(self):
        data = self.cleaned_data
        return super().recorded() | {
            "name": data.get("name") or self.visit.name,
            "email": data.get("email") or self.visit.email,
        }


class ShownItemsField(forms.Field):
    """The hashes of the items as the page showed them, ``key:hash`` separated by spaces."""

    widget = forms.HiddenInput

    def to_python(self, value):
        pairs = (part.partition(":") for part in (value or "").split()[:2000])
        found = {}
        for key, _colon, item_hash in pairs:
            try:
                found[uuid.UUID(key)] = item_hash
            except ValueError:
                raise forms.ValidationError(_("Please load the page again."), "invalid") from None
        return found


def shown_items(items) -> str:
    """The value of a ``ShownItemsField`` for ``ItemView`` rows."""
    return " ".join(f"{item.key}:{item.item_hash}" for item in items)


def about_mistake(action) -> str:
    """What the text says already where the form was opened from a receipt."""
    if action.why != "mistake":
        return ""
    if action.item_name:
        return _("I approved “%(item)s” by mistake.") % {"item": action.item_name}
    return _("I approved this by mistake.")


class TextField(forms.CharField):
    """A required text of some lines, whose absence is told in a sentence of its own."""

    def __init__(self, *, missing, label, rows=4, **kwargs):
        super().__init__(
            label=label,
            max_length=TEXT_LIMIT,
            error_messages={"required": missing},
            widget=forms.Textarea(attrs={"rows": rows}),
            **kwargs,
        )
