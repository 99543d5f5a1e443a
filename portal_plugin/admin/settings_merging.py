"""Two people with a shop's settings open, or one with a page of yesterday: what was saved meanwhile
stays, but for the fields that are changed here."""

import json

from django import forms
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ..canonical import canonical_bytes, digest

#: Written only where something is typed or chosen; an empty field leaves what is there.
WRITE_ONLY = ("logo", "shown", "removes_stripe_keys")
#: Characters of the other's wording that a sentence quotes.
QUOTED = 200
#: Of the digest of a value: enough to tell one from another.
MARK = 12


class MergesWithOthers(forms.Form):
    """Mixed into the settings' form; ``shown`` has a mark of what each field held on the page."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    @cached_property
    def held(self) -> dict:
        """What each field holds now, before anything of this form."""
        names = [n for n in self.fields if n not in WRITE_ONLY and not n.startswith("stripe_")]
        own = {field.name for field in self._meta.model._meta.fields}
        return {n: getattr(self.instance, n) if n in own else self.initial.get(n) for n in names}

    def remember_what_is_shown(self) -> None:
        """To be called when every field has its value."""
        marks = {name: mark(value) for name, value in self.held.items()}
        self.initial["shown"] = self.fields["shown"].initial = json.dumps(marks)

    def clean(self):
        """Before the rules about several fields, which then hold for what will be saved, and before
        the instance has anything of it."""
        conflicts = [name for name, theirs in self.held.items() if self._collides(name, theirs)]
        for name in conflicts:
            self.add_error(name, self._told(name))
        if conflicts:
            self._show_again(conflicts)
        return super().clean()

    def _collides(self, name, theirs) -> bool:
        """Whether both have changed the field. Where only they did, theirs stays."""
        now = mark(theirs)
        shown = self._shown.get(name, now)
        if name not in self.cleaned_data or shown == now:
            return False
        sent = mark(self.cleaned_data[name])
        if sent == shown:
            self.cleaned_data[name] = theirs
        return sent not in (shown, now)

    @cached_property
    def _shown(self) -> dict:
        """Empty for what no page of ours sends: then nothing is compared."""
        try:
            found = json.loads(self.cleaned_data.get("shown") or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _show_again(self, names) -> None:
        """The page now tells of the others' values; saved again, it replaces them."""
        marks = self._shown | {name: mark(self.held[name]) for name in names}
        self.data = self.data.copy()
        self.data[self.add_prefix("shown")] = json.dumps(marks)

    def _told(self, name) -> str:
        value, field = self.held[name], self.fields[name]
        words = dict(getattr(field, "choices", ())).get(value, value)
        if isinstance(value, list) or words in (None, ""):
            return _(
                "Somebody else changed this while you had it open. Save again, and yours takes its "
                "place."
            )
        return _(
            "Somebody else changed this while you had it open, to “%(value)s”. Save again, and "
            "yours takes its place."
        ) % {"value": Truncator(str(words)).chars(QUOTED)}


def mark(value) -> str:
    """The same for a value as it is stored and as a page sends it untouched."""
    plain = value.strip() if isinstance(value, str) else value
    return digest(canonical_bytes(plain))[:MARK]
