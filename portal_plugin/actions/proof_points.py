"""Mark on a proof what should be different: several points are one change request."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..exceptions import StaleProof
from ..models import ProofPin
from ..registry import register_action
from ..services import previews, proofs
from ..services.presentation.proofs import proof_page
from .base import Scope
from .change_request import ChangeRequest
from .forms import ActionForm
from .outcomes import Done
from .points import PointFormSet


class ProofPointsForm(ActionForm):
    """``points`` are the fields of each point, and ``proof`` the version that was shown."""

    proof = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, files, **kwargs)
        self.points = PointFormSet(data, prefix="point")

    def clean_proof(self):
        """Any version of the item that the customer ever saw: ``perform`` says which is stale."""
        found = proofs.released(self.document).filter(
            public_id=self.cleaned_data["proof"], proof__item_key=self.item_key
        )
        version = found.first()
        if version is None:
            raise forms.ValidationError(_("Please load the page again."))
        return version

    def clean(self):
        data = super().clean()
        self.points.pages = _pages(data.get("proof"))
        if not self.points.is_valid():
            problems = self.points.non_form_errors() or [_("Please look at the points below.")]
            raise forms.ValidationError(list(problems))
        return data


@register_action
class ProofPoints(ChangeRequest):
    name = "proof_points"
    title = gettext_lazy("What should be different?")
    submit_label = gettext_lazy("Submit Change Request")
    scope = Scope.ITEM
    form_class = ProofPointsForm
    is_offered = False

    #: Public id of the version that is shown; the item's first proof where nobody says.
    proof_id = None

    def is_available(self):
        return super().is_available() and bool(self._current())

    def initial(self):
        current = self._current()
        known = self.proof_id or (current[0].public_id if current else None)
        return {"proof": known}

    def untick(self, data, error):
        """The points stay as they were written, on the picture as it is now."""
        form = self.form(data)
        form.is_valid()
        shown = form.cleaned_data.get("proof")
        if shown is not None:
            self.proof_id = proofs.newest_of(shown, self.document).public_id

    def context(self, form):
        return {
            "is_late": self.is_late,
            "proof_page": proof_page(self.document, self._shown(form).public_id),
            "points": form.points,
        }

    def _shown(self, form):
        """The proof that the form is about; where it names none of the item's, the first."""
        named = form["proof"].value()
        known = [row for row in self._released() if str(row.public_id) == str(named)]
        return (known or self._current())[0]

    def facts(self, form):
        return super().facts(form) | {"points": len(form.points.written)}

    def perform(self, form, submission):
        version = form.cleaned_data["proof"]
        if proofs.newest_of(version, self.document) != version:
            raise StaleProof
        written = form.points.written
        request = self.request = self.write(_as_words(written), submission)
        ProofPin.objects.bulk_create(
            ProofPin(change_request=request, proof_version=version, position=number, **point)
            for number, point in enumerate(written, 1)
        )
        said = ngettext(
            "Change request %(number)s with %(count)d point was sent to the shop.",
            "Change request %(number)s with %(count)d points was sent to the shop.",
            len(written),
        )
        words = {"number": request.number, "count": len(written)}
        return Done(said % words, document=self.document)

    def _current(self):
        """The newest released version of each of the item's proofs."""
        newest = {version.slot: version for version in self._released()}
        return list(newest.values())

    def _released(self):
        rows = proofs.released(self.document).filter(proof__item_key=self.item_key)
        return rows.order_by("proof__position", "proof", "number")


def _pages(version) -> int:
    """How many pages of it can be seen; 1 where none can."""
    if version is None:
        return 1
    state = previews.states([version.digest]).get(version.digest, previews.NONE)
    return max(state.pages, 1)


def _as_words(points) -> str:
    """The request's text, for wherever it is told without its picture."""
    return "\n".join(f"{number}. {point['text']}" for number, point in enumerate(points, 1))
