"""What a shop may ask for with an approval: a typed or drawn signature, the customer's own order
number, and that the proof was checked line by line. All of it off until the shop, or a document,
asks."""

import json
import unicodedata

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import strokes
from ..exceptions import TermsChanged
from ..services import asking, deciding


def checklist_id(document, keys):
    """Of the list that is shown with a form about the items; ``None`` without one."""
    found = asking.checklist(document, keys)
    return found.pk if found else None


class GivingMixin(forms.Form):
    """Fields that are there only where they are asked for; what was given is kept with the
    submission, the checklist word for word."""

    signature = forms.CharField(
        label=gettext_lazy("Type your full name as your signature"),
        max_length=200,
        error_messages={"required": gettext_lazy("Type your full name to sign.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    signature_strokes = forms.CharField(required=False, widget=forms.HiddenInput)
    purchase_order_number = forms.CharField(
        label=gettext_lazy("Your order number"), max_length=100, required=False
    )
    checklist_id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    checks = forms.MultipleChoiceField(
        label=gettext_lazy("Please check the proof and tick each line"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("Please load the page again.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._ask_signature()
        if not asking.asks_purchase_order(self.document):
            del self.fields["purchase_order_number"]
        self.checklist = asking.checklist(self.document, self.asked_keys())
        if self.checklist is None:
            del self.fields["checks"], self.fields["checklist_id"]
        else:
            lines = enumerate(asking.lines_of(self.checklist))
            self.fields["checks"].choices = [(str(place), line) for place, line in lines]
            self.fields["checklist_id"].initial = self.checklist.pk

    def _ask_signature(self):
        """A drawn one may be typed instead: not everybody can draw, and no script may be there."""
        if asking.asks_drawn_signature(self.document):
            # Not optional either: one of the two is asked for.
            self.fields["signature"].required = False
            self.fields["signature"].is_other_way = True
            return
        del self.fields["signature_strokes"]
        if not asking.asks_signature(self.document):
            del self.fields["signature"]

    def asked_keys(self):
        """Items that the form may be about."""
        return [self.item_key] if self.item_key else self.document.standing.waiting_keys

    def clean_signature(self):
        name = self.cleaned_data["signature"]
        if any(unicodedata.category(letter).startswith("C") for letter in name):
            raise forms.ValidationError(_("Type your full name to sign."))
        return name

    def clean_signature_strokes(self):
        try:
            return strokes.write(strokes.read(self.cleaned_data["signature_strokes"]))
        except ValueError:
            raise forms.ValidationError(_("Please draw your signature again.")) from None

    def clean(self):
        data = super().clean()
        is_unsigned = not data.get("signature") and not data.get("signature_strokes")
        has_told = {"signature", "signature_strokes"} & set(self.errors)
        if "signature_strokes" in self.fields and is_unsigned and not has_told:
            self.add_error("signature", _("Draw your signature, or type your full name."))
        if self.checklist is None or not self._has_proof(data):
            return data
        if data.get("checklist_id") != self.checklist.pk:
            seen, since = data.get("shown") or {}, data.get("version")
            raise TermsChanged(**deciding.what_changed(self.document, seen, since))
        if len(data.get("checks") or []) < len(self.fields["checks"].choices):
            self.add_error("checks", _("Please check the proof and tick each line."))
        return data

    def _has_proof(self, data):
        """Of several items only those count that are approved."""
        keys = [self.item_key] if self.item_key else data.get("items") or []
        return asking.has_proof(self.document, keys)

    def recorded(self):
        data = self.cleaned_data
        ticked = data.get("checks") or []
        lines = asking.lines_of(self.checklist) if self.checklist else []
        checked = [line for place, line in enumerate(lines) if str(place) in ticked]
        return super().recorded() | {
            "signature": data.get("signature", ""),
            "signature_strokes": data.get("signature_strokes", ""),
            "purchase_order_number": data.get("purchase_order_number", ""),
            "checklist": json.dumps(checked, ensure_ascii=False) if checked else "",
        }
