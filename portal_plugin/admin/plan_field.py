"""The rows of an instalment plan."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.blocks import DateBlock, DecimalBlock, IntegerBlock, StructBlock

from .. import instalments
from ..instalments import Instalment, Problem
from .list_field import ListField

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


class PlanField(ListField):
    """Rows as ``instalments.read`` reads them."""

    name = "instalments"
    label = gettext_lazy("Instalments")
    row_block = InstalmentBlock
    most = instalments.MOST
    sentences = SENTENCES
    unreadable = gettext_lazy("The instalments did not arrive whole. Write them again.")

    def row(self, typed):
        percent = typed.get("percent")
        percent = Decimal(percent) if percent is not None else None
        return Instalment(percent, typed.get("on"), typed.get("days"))

    def problems(self, rows):
        return instalments.problems(tuple(rows))

    def stored(self, rows):
        return instalments.written(rows)

    def shown(self, stored):
        return [
            {"percent": part.percent, "on": part.on, "days": part.days}
            for part in instalments.read(stored)
        ]


def both_refused() -> str:
    return _(
        "A deposit and instalments exclude each other. Leave the deposit empty: the first "
        "instalment is what is paid first."
    )
