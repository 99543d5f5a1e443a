"""The fields of points on a picture: what should be different, and where."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ..models.decimals import FiniteDecimalField

MOST_POINTS = 30
POINT_LETTERS = 1000
#: Rows that are there before any script.
EMPTY_ROWS = 4

_THIRDS = (Decimal("0.1667"), Decimal("0.5"), Decimal("0.8333"))
#: For whoever does not point: the middle of each ninth of the page.
PLACES = {
    f"{row}-{column}": (_THIRDS[column], _THIRDS[row]) for row in range(3) for column in range(3)
}
PLACE_NAMES = [
    ("", gettext_lazy("No particular place")),
    ("0-0", gettext_lazy("Top left")),
    ("0-1", gettext_lazy("Top centre")),
    ("0-2", gettext_lazy("Top right")),
    ("1-0", gettext_lazy("Middle left")),
    ("1-1", gettext_lazy("In the middle")),
    ("1-2", gettext_lazy("Middle right")),
    ("2-0", gettext_lazy("Bottom left")),
    ("2-1", gettext_lazy("Bottom centre")),
    ("2-2", gettext_lazy("Bottom right")),
]


def _fraction():
    return FiniteDecimalField(
        min_value=0,
        max_value=1,
        max_digits=5,
        decimal_places=4,
        required=False,
        widget=forms.HiddenInput,
    )


class PointForm(forms.Form):
    """``x`` and ``y`` come from a script, and count before ``where``."""

    text = forms.CharField(
        label=gettext_lazy("What should be different here?"),
        max_length=POINT_LETTERS,
        error_messages={"required": gettext_lazy("Write what should be different here.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    page = forms.IntegerField(
        label=pgettext_lazy("of a proof", "Page"), min_value=1, required=False
    )
    where = forms.ChoiceField(label=gettext_lazy("Where?"), choices=PLACE_NAMES, required=False)
    x = _fraction()
    y = _fraction()

    def clean(self):
        data = super().clean()
        if (data.get("x") is None) != (data.get("y") is None):
            raise forms.ValidationError(_("Please set this point again."))
        return data

    @property
    def point(self):
        """Columns of its row."""
        data = self.cleaned_data
        x, y = data["x"], data["y"]
        if x is None:
            x, y = PLACES.get(data["where"], (None, None))
        return {"text": data["text"], "page": data["page"] or 1, "x": x, "y": y}


class BasePointFormSet(forms.BaseFormSet):
    #: How many pages the proof has; the action's form knows it.
    pages = 1

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("form_kwargs", {"label_suffix": ""})
        super().__init__(*args, **kwargs)

    def clean(self):
        if any(self.errors):
            return
        if not self.written:
            raise forms.ValidationError(_("Write what should be different."))
        if any(point["page"] > self.pages for point in self.written):
            raise forms.ValidationError(
                ngettext(
                    "This proof has %(count)d page.",
                    "This proof has %(count)d pages.",
                    self.pages,
                )
                % {"count": self.pages}
            )

    @property
    def written(self) -> list[dict]:
        """The points in their order, those that were left empty aside."""
        return [form.point for form in self.forms if form.has_changed()]


PointFormSet = forms.formset_factory(
    PointForm,
    formset=BasePointFormSet,
    extra=EMPTY_ROWS,
    max_num=MOST_POINTS,
    absolute_max=MOST_POINTS,
)
