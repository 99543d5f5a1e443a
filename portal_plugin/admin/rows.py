"""Rows on an edit page, such as items and contacts. What a page sends of their number and ids is
taken for what it is: nonsense is an error of the form."""

from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.utils.functional import cached_property
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.panels import InlinePanel

from .comparing import of_rows
from .posted import row_id


class RowsFormSet(BaseChildFormSet):
    @cached_property
    def management_form(self):
        """Without a readable id for each row that is said to have been there before, Django takes
        the form for one that was tampered with."""
        form = super().management_form
        if not self.is_bound or not form.is_valid():
            return form
        counts = form.cleaned_data
        before = range(min(counts[INITIAL_FORM_COUNT], counts[TOTAL_FORM_COUNT], self.absolute_max))
        if not all(self._has_id(number) for number in before):
            form.add_error(INITIAL_FORM_COUNT, "")
            counts |= {TOTAL_FORM_COUNT: 0, INITIAL_FORM_COUNT: 0}
        return form

    def _has_id(self, number) -> bool:
        """A row of a draft has an empty one."""
        name = f"{self.add_prefix(number)}-{self.model._meta.pk.name}"
        text = self.data.get(name)
        return text is not None and (text == "" or bool(row_id(text)))


class RowsPanel(InlinePanel):
    class BoundPanel(InlinePanel.BoundPanel):
        def get_comparison(self):
            return of_rows(super().get_comparison())

    #: Of the formset.
    options = {"formset": RowsFormSet}

    def get_form_options(self):
        options = super().get_form_options()
        options["formsets"][self.relation_name] |= self.options
        return options
