"""The panel of an instalment plan. What changed between two versions of it is read row by row."""

from difflib import SequenceMatcher

from django.utils.translation import gettext as _
from wagtail.admin.compare import FieldComparison, TextDiff
from wagtail.admin.panels import FieldPanel

from .. import instalments
from ..money import format_percent
from ..services.presentation.plan import when
from .words import language_of_admin


class PlanPanel(FieldPanel):
    def get_comparison_class(self):
        return PlanComparison


class PlanComparison(FieldComparison):
    def htmldiff(self):
        old, new = in_words(self.val_a), in_words(self.val_b)
        changes = []
        for what, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
            if what == "equal":
                changes += [("equal", line) for line in old[a:b]]
                continue
            changes += [("deletion", line) for line in old[a:b]]
            changes += [("addition", line) for line in new[c:d]]
        return TextDiff(changes, separator="<br>").to_html()


def in_words(rows) -> list[str]:
    """``30% (with the order)`` and so on, of a stored plan."""
    plan, language = instalments.read(rows), language_of_admin()
    return [
        _("%(amount)s (%(when)s)")
        % {"amount": format_percent(percent, language), "when": when(part)}
        for part, percent in zip(plan, instalments.percents(plan), strict=True)
    ]
