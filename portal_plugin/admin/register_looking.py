"""One row of a register, as staff read it, and what happened as a filter."""

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.utils import label_for_field
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.views import InspectView

from . import timeline


class RegisterInspectView(InspectView):
    """What the register says of a row in words of its own stands here, too."""

    def get_page_title(self):
        return capfirst(self.verbose_name)

    def get_page_subtitle(self):
        return self.model_admin.title_of(self.instance)

    def get_field_label(self, field_name, field=None):
        return capfirst(label_for_field(field_name, self.model, self.model_admin))

    def get_field_display_value(self, field_name, field=None):
        if said := getattr(self.model_admin, field_name, None):
            return said(self.instance) or self.model_admin.get_empty_value_display(field_name)
        return super().get_field_display_value(field_name, field)


class VerbFilter(SimpleListFilter):
    """One choice for each sentence, whatever number of verbs has it."""

    title = _("what happened")
    parameter_name = "verb"

    def lookups(self, request, model_admin):
        verbs = {}
        for verb, label in timeline.labels():
            verbs.setdefault(label, []).append(verb)
        return [(",".join(found), label) for label, found in verbs.items()]

    def queryset(self, request, queryset):
        return queryset.filter(verb__in=self.value().split(",")) if self.value() else queryset
