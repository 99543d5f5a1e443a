"""Spreadsheets that are safe to open: a customer's name may not become a formula, nor "Größe"
"GrÃ¶ÃŸe": Excel takes a CSV file for UTF-8 only where it begins with the mark of it."""

import codecs
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice

from django.utils import translation

from .. import days
from ..formulas import harmless
from . import export_log

#: Rows that are held in memory at a time.
CHUNK = 1000
#: Rows for which together is read what hangs on them: each may have hundreds of items.
FEW = 200


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
    """The rows of a queryset one after the other, none of which is kept. ``read_ahead`` is called
    with the next few of them before they come."""

    def __init__(self, queryset, read_ahead):
        self.queryset, self.model, self.read_ahead = queryset, queryset.model, read_ahead

    def __iter__(self):
        rows = self.queryset.iterator(chunk_size=CHUNK)
        while few := list(islice(rows, FEW)):
            self.read_ahead(few)
            yield from few


class FormulaSafeExport:
    """For views with Wagtail's ``SpreadsheetExportMixin``, before it in the bases."""

    def as_spreadsheet(self, queryset, spreadsheet_format):
        export_log.note(self.request, queryset.model, spreadsheet_format)
        flowing = Flowing(queryset, self.read_ahead)
        return super().as_spreadsheet(flowing, spreadsheet_format)

    def read_ahead(self, rows):
        """Asks once for what each of the rows would ask for."""

    def stream_csv(self, queryset):
        """In the language of whoever asked, also for what is written after the view has ended."""
        rows = in_language(translation.get_language(), super().stream_csv(queryset))
        return chain([codecs.BOM_UTF8], rows)

    def generate_xlsx_row(self, worksheet, row_dict, date_format=None):
        """Amounts with the digits that they have: of itself a spreadsheet shows 285.60 as 285.6."""
        made = super().generate_xlsx_row(worksheet, row_dict, date_format)
        for cell, value in zip(made, row_dict.values(), strict=True):
            if isinstance(value, Decimal):
                cell.number_format = _with_digits(value)
            yield cell

    def preprocess_field_value(self, field, value, export_format):
        if isinstance(value, Decimal):
            return value
        if isinstance(value, datetime):
            value = _by_the_shops_clock(value, export_format)
        return harmless(super().preprocess_field_value(field, value, export_format))


def _by_the_shops_clock(moment: datetime, export_format: str) -> datetime:
    """With what it is ahead of others; a workbook has no place for that, and Wagtail would write
    there what it was in London."""
    local = days.local(moment)
    return local.replace(tzinfo=None) if export_format == "xlsx" else local


def _with_digits(value: Decimal) -> str:
    exponent = value.as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"#,##0.{'0' * digits}" if digits else "#,##0"
