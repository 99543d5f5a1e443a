"""Columns and form fields of numbers that people type, and sums of amounts."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Round

#: Of an amount, as many as its column has.
DIGITS = 4


class FiniteDecimalField(forms.DecimalField):
    """Django refuses what is no number only after it has compared it with what was there before;
    and one of them (``sNaN``) raises when it is compared with anything."""

    def to_python(self, value):
        number = super().to_python(value)
        if number is not None and not number.is_finite():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return number


class DecimalField(models.DecimalField):
    """Django's column, typed into the field above. Migrations see no difference."""

    def formfield(self, **kwargs):
        return super().formfield(**{"form_class": FiniteDecimalField, **kwargs})

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs


def exact(total):
    """The expression of a sum of amounts, to the last digit: SQLite adds up in floats, to which
    three times 0.10 are not quite 0.30."""
    return Round(total, precision=DIGITS, output_field=models.DecimalField())
