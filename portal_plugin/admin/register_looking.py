"""One row of a register, as staff read it."""

from django.contrib.admin.utils import label_for_field
from django.utils.text import capfirst
from wagtail_modeladmin.views import InspectView


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
