"""Spreadsheets that are safe to open: a customer's name may not become a formula."""

from decimal import Decimal

from django.utils import translation

from ..formulas import harmless

#: Rows that are held in memory at a time.
CHUNK = 1000


def in_language(language, rows):
    """The rows of a generator, each made in that language; between them nothing has changed."""
    ended = object()
    while True:
        with translation.override(language):
            row = next(rows, ended)
        if row is ended:
            return
        yield row


class Flowing:
    """The rows of a queryset one after the other, none of which is kept."""

    def __init__(self, queryset):
        self.queryset, self.model = queryset, queryset.model

    def __iter__(self):
        return self.queryset.iterator(chunk_size=CHUNK)


class FormulaSafeExport:
    """For views with Wagtail's ``SpreadsheetExportMixin``, before it in the bases."""

    def as_spreadsheet(self, queryset, spreadsheet_format):
        return super().as_spreadsheet(Flowing(queryset), spreadsheet_format)

    def stream_csv(self, queryset):
        """In the language of whoever asked, also for what is written after the view has ended."""
        return in_language(translation.get_language(), super().stream_csv(queryset))

    def preprocess_field_value(self, field, value, export_format):
        if isinstance(value, Decimal):
            return value
        return harmless(super().preprocess_field_value(field, value, export_format))
