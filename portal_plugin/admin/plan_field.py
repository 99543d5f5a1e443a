"""The rows of an instalment plan: typed in Wagtail's own list of blocks, stored as plain rows."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.forms import Media
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.telepath import register
from wagtail.blocks import (
    BlockField,
    BlockWidget,
    DateBlock,
    DecimalBlock,
    IntegerBlock,
    ListBlock,
    ListBlockValidationError,
    StructBlock,
)
from wagtail.blocks.list_block import ListBlockAdapter, ListValue

from .. import instalments
from ..instalments import Instalment, Problem

#: Of one page, with those that were taken away on it.
MOST_ROWS = 1000

SENTENCES = {
    Problem.ONE: gettext_lazy("A plan has two instalments or more."),
    Problem.REST: gettext_lazy("Write how many per cent it is; only the last may be the rest."),
    Problem.SUM: gettext_lazy("All instalments together have to be 100 %. Empty: the rest."),
    Problem.DAY: gettext_lazy("Write when it is due: only the first comes with the order."),
    Problem.BOTH_DAYS: gettext_lazy("Write a day or a number of days, not both."),
    Problem.ORDER: gettext_lazy("It is due before the one above it."),
}


class InstalmentBlock(StructBlock):
    percent = DecimalBlock(
        label=gettext_lazy("Per cent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text=gettext_lazy("Of the total. Empty in the last: the rest."),
    )
    on = DateBlock(label=gettext_lazy("Due on"), required=False)
    days = IntegerBlock(
        label=gettext_lazy("Or days after the order"),
        required=False,
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("Both empty: due with the order."),
    )

    class Meta:
        label = gettext_lazy("Instalment")
        icon = "calendar"


class PlanBlock(ListBlock):
    """A list that stands alone, which the script of Wagtail's widget does not expect."""


class PlanBlockAdapter(ListBlockAdapter):
    js_constructor = "portal_plugin.PlanBlock"

    @cached_property
    def media(self):
        return super().media + Media(js=["portal_plugin/admin/plan_block.js"])


register(PlanBlockAdapter(), PlanBlock)


class Unreadable(ListValue):
    """What no page of ours sends: the number of rows, or the place of one, is none."""


class PlanWidget(BlockWidget):
    def value_from_datadict(self, data, files, name):
        """Of a page that did not have the field, nothing is read."""
        if self.value_omitted_from_data(data, files, name):
            return self.block_def.empty_value()
        # Wagtail would read as many rows as it is told of, and believes that each of them is there.
        if not 0 <= _whole(data[f"{name}-count"]) <= MOST_ROWS:
            return Unreadable(self.block_def)
        try:
            return super().value_from_datadict(data, files, name)
        except (KeyError, ValueError, TypeError):
            return Unreadable(self.block_def)


def _whole(text) -> int:
    """A number, or -1."""
    try:
        return int(text)
    except ValueError:
        return -1


class PlanField(BlockField):
    """Rows as ``instalments.read`` reads them. A plan that is none yet may be kept in a draft."""

    def __init__(self, **kwargs):
        block = PlanBlock(
            InstalmentBlock(),
            default=[],
            max_num=instalments.MOST,
            label=gettext_lazy("Instalments"),
        )
        block.set_name("instalments")
        super().__init__(block=block, widget=PlanWidget(block), required=False, **kwargs)

    def prepare_value(self, value):
        return self._as_blocks(value)

    def clean(self, value):
        if isinstance(value, Unreadable):
            raise ValidationError(_("The instalments did not arrive whole. Write them again."))
        cleaned = super().clean(value)
        plan = tuple(_instalment(row) for row in cleaned)
        if not getattr(self, "is_deferred_validation", False):
            _refuse(instalments.problems(plan))
        return instalments.written(plan)

    def has_changed(self, initial, data):
        """``data`` is as it was typed; what is no number has changed, too."""
        if isinstance(data, Unreadable):
            return True
        try:
            typed = self.block.clean_deferred(data)
        except ValidationError:
            return True
        return (initial or []) != instalments.written(_instalment(row) for row in typed)

    def _as_blocks(self, value):
        """Stored rows, or what was typed and refused."""
        if not isinstance(value, list):
            return value if value is not None else self.block.empty_value()
        return self.block.normalize(
            [
                {"percent": part.percent, "on": part.on, "days": part.days}
                for part in instalments.read(value)
            ]
        )


def _instalment(row) -> Instalment:
    percent = row.get("percent")
    return Instalment(
        Decimal(percent) if percent is not None else None, row.get("on"), row.get("days")
    )


def _refuse(problems) -> None:
    """Raises with a sentence at each row that is wrong."""
    errors = {}
    for place, problem in problems:
        errors.setdefault(place, ValidationError(str(SENTENCES[problem])))
    if errors:
        raise ListBlockValidationError(block_errors=errors)


def both_refused() -> str:
    return _(
        "A deposit and instalments exclude each other. Leave the deposit empty: the first "
        "instalment is what is paid first."
    )
