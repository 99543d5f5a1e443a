"""Who took which list out of the admin: in Wagtail's own log, as it is about no one document."""

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter, log

ACTION = "portal_plugin.export"
FORMATS = {"csv": "CSV", "xlsx": "XLSX"}


class ExportFormatter(LogFormatter):
    label = gettext_lazy("Customer portal: export a list")

    def format_message(self, log_entry):
        found = log_entry.data
        said = {"list": _name(found.get("list", "")), "format": FORMATS.get(found.get("format"))}
        if found.get("narrowed_by"):
            return _("Exported as %(format)s: %(list)s, filtered") % said
        return _("Exported as %(format)s: %(list)s") % said


def _name(label) -> str:
    """That of a list which is no more is the one that it was kept by."""
    try:
        return apps.get_model(label)._meta.verbose_name_plural
    except (LookupError, ValueError):
        return label


def note(request, model, spreadsheet_format) -> None:
    """What the list was narrowed by is known by its names alone: what was looked for may be a
    customer's."""
    narrowed_by = sorted({name for name, text in request.GET.items() if text} - {"export"})
    data = {"list": model._meta.label_lower, "format": spreadsheet_format}
    log(request.user, ACTION, user=request.user, data=data | {"narrowed_by": narrowed_by})
