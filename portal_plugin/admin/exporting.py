"""Spreadsheets that are safe to open: a customer's name may not become a formula."""

from decimal import Decimal

#: What spreadsheet programs take for the beginning of a formula (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value):
    """Text that would be read as a formula gets an apostrophe before it; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(DANGEROUS):
        return f"'{value}"
    return value


class FormulaSafeExport:
    """For views with Wagtail's ``SpreadsheetExportMixin``, before it in the bases."""

    def preprocess_field_value(self, field, value, export_format):
        if isinstance(value, Decimal):
            return value
        return harmless(super().preprocess_field_value(field, value, export_format))
