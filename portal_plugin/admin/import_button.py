"""The way from a list to the page that imports rows into it."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from . import sites


class ImportButton:
    """For the list of rows that can be imported: a button in its header."""

    import_url_name = ""

    @cached_property
    def header_buttons(self):
        found = super().header_buttons
        if sites.of_user(self.request.user, self.model, "add").exists():
            url = reverse(self.import_url_name)
            found = [*found, HeaderButton(_("Import"), url=url, icon_name="upload")]
        return found
