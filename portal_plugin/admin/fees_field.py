"""The rows of a shop's fees by way of paying: typed in Wagtail's own list of blocks, stored as
plain rows."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from wagtail.blocks import (
    BlockField,
    ChoiceBlock,
    DecimalBlock,
    ListBlock,
    ListBlockValidationError,
    StructBlock,
)

from .. import fees
from ..fees import MethodFee, Problem
from ..gateways import stripe as gateway
from ..money import ZERO
from .plan_field import PlanWidget

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
        icon = "decimal"


class FeesField(BlockField):
    """Rows as ``fees.read`` reads them."""

    def __init__(self, **kwargs):
        block = ListBlock(
            FeeBlock(), default=[], max_num=fees.MOST, label=gettext_lazy("Fees by way of paying")
        )
        block.set_name("method_fees")
        super().__init__(block=block, widget=PlanWidget(block), required=False, **kwargs)

    def prepare_value(self, value):
        """Stored rows, or what was typed and refused."""
        if not isinstance(value, list):
            return value if value is not None else self.block.empty_value()
        rows = [vars(each) for each in fees.read(value)]
        return self.block.normalize([{**row, **_without_zeros(row)} for row in rows])

    def clean(self, value):
        found = [_fee(row) for row in super().clean(value)]
        errors = {}
        for place, problem in fees.problems(found):
            errors.setdefault(place, ValidationError(str(SENTENCES[problem])))
        if errors:
            raise ListBlockValidationError(block_errors=errors)
        return fees.written(found)

    def has_changed(self, initial, data):
        """``data`` is as it was typed; what is no number has changed, too."""
        try:
            typed = self.block.clean_deferred(data)
        except ValidationError:
            return True
        return (initial or []) != fees.written(_fee(row) for row in typed)


class TakesFees(forms.Form):
    """Mixed into the settings' form."""

    method_fees = FeesField(label=gettext_lazy("Fees by way of paying"))


def _without_zeros(row) -> dict[str, Decimal | None]:
    return {name: row[name] or None for name in ("percent", "fixed")}


def _fee(row) -> MethodFee:
    return MethodFee(row["method"], row.get("percent") or ZERO, row.get("fixed") or ZERO)
