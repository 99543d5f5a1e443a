"""What the rows of a register are narrowed by, beside their columns."""

from django.contrib.admin import SimpleListFilter
from django.utils.translation import gettext_lazy as _

from . import timeline


class VerbFilter(SimpleListFilter):
    """One choice for each sentence, whatever number of verbs has it. What is evidence and no news
    is there for whoever looks for it."""

    title = _("what happened")
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        verbs = {}
        for verb, label in timeline.labels():
            verbs.setdefault(label, []).append(verb)
        return [(",".join(found), label) for label, found in verbs.items()]

    def queryset(self, request, queryset):
        if self.value():
            return queryset.filter(verb__in=self.value().split(","))
        return queryset.noteworthy()
