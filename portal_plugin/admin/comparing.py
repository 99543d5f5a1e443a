"""Two versions beside each other, as staff read them: a number as they typed it, yes or no, a day;
and of the rows only those that differ, by what differs in them."""

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.admin import panels
from wagtail.admin.compare import (
    ChildObjectComparison,
    ChildRelationComparison,
    FieldComparison,
    TextDiff,
)

from .. import days
from ..money import format_bare_price, format_number
from .words import language_of_admin


class FieldPanel(panels.FieldPanel):
    def get_comparison_class(self):
        found = super().get_comparison_class()
        return ValueComparison if found is FieldComparison else found


class ValueComparison(FieldComparison):
    def __init__(self, field, obj_a, obj_b):
        super().__init__(field, obj_a, obj_b)
        is_money = field.name.endswith(("price", "amount"))
        self.val_a, self.val_b = (
            in_words(value, is_money=is_money) for value in (self.val_a, self.val_b)
        )

    def htmldiff(self):
        """The old value and the new one apart: two prices in one word would be a third."""
        if not self.has_changed():
            return super().htmldiff()
        both = [("deletion", self.val_a), ("addition", self.val_b)]
        return TextDiff([each for each in both if each[1] != ""], separator=" ").to_html()


def in_words(value: Any, *, is_money: bool = False) -> Any:
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case Decimal():
            shown = format_bare_price if is_money else format_number
            return shown(value, language_of_admin())
        case datetime():
            return days.day_and_time(localtime(value), is_short=True)
        case date():
            return date_format(value, "SHORT_DATE_FORMAT")
    return value


class RowComparison(ChildObjectComparison):
    """The first field says which row it is. A row that came or went is shown whole."""

    def get_field_comparisons(self):
        first, *others = super().get_field_comparisons()
        if self.is_addition() or self.is_deletion():
            return [first, *others]
        return [first, *(other for other in others if other.has_changed())]


class RowsComparison(ChildRelationComparison):
    def get_child_comparison(self, obj_a, obj_b):
        return RowComparison(self.field.related_model, self.field_comparisons, obj_a, obj_b)

    def get_child_comparisons(self):
        return [
            row
            for row in super().get_child_comparisons()
            if row.is_addition() or row.is_deletion() or row.has_changed()
        ]


def of_rows(comparisons):
    """What an inline panel compares by, with ``RowsComparison`` in place of Wagtail's own."""
    return [partial(RowsComparison, *made.args, **made.keywords) for made in comparisons]
