"""The rows of a shop's fees by way of paying."""

from django import forms
from django.utils.translation import gettext_lazy
from wagtail.blocks import ChoiceBlock, DecimalBlock, StructBlock

from .. import fees
from ..fees import MethodFee, Problem
from ..gateways import stripe as gateway
from ..money import ZERO
from .list_field import ListField

SENTENCES = {
    Problem.NOTHING: gettext_lazy("Write a percentage or an amount, or take the row away."),
    Problem.TWICE: gettext_lazy("This way of paying stands above already."),
}


class FeeBlock(StructBlock):
    method = ChoiceBlock(label=gettext_lazy("Way of paying"), choices=gateway.method_names)
    percent = DecimalBlock(
        label=gettext_lazy("Per cent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=6,
        decimal_places=3,
    )
    fixed = DecimalBlock(
        label=gettext_lazy("And an amount"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=4,
        help_text=gettext_lazy("In the shop's currency; left out in any other."),
    )

    class Meta:
        label = gettext_lazy("Fee")
        icon = "portal-money"


class FeesField(ListField):
    """Rows as ``fees.read`` reads them."""

    name = "method_fees"
    label = gettext_lazy("Fees by way of paying")
    row_block = FeeBlock
    most = fees.MOST
    sentences = SENTENCES

    def row(self, typed):
        return MethodFee(typed["method"], typed.get("percent") or ZERO, typed.get("fixed") or ZERO)

    def problems(self, rows):
        return fees.problems(rows)

    def stored(self, rows):
        return fees.written(rows)

    def shown(self, stored):
        return [
            {"method": each.method, "percent": each.percent or None, "fixed": each.fixed or None}
            for each in fees.read(stored)
        ]


class TakesFees(forms.Form):
    """Mixed into the settings' form."""

    method_fees = FeesField()
