"""A field of rows: typed in Wagtail's own list of blocks, stored as plain rows."""

from django.core.exceptions import ValidationError
from django.forms import Media
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.admin.telepath import register
from wagtail.blocks import BlockField, BlockWidget, ListBlock, ListBlockValidationError, StructBlock
from wagtail.blocks.list_block import ListBlockAdapter, ListValue

#: Of one page, with those that were taken away on it.
MOST_ROWS = 1000


class AloneBlock(ListBlock):
    """A list that stands alone, which the script of Wagtail's widget does not expect."""


class AloneBlockAdapter(ListBlockAdapter):
    js_constructor = "portal_plugin.AloneBlock"

    @cached_property
    def media(self):
        return super().media + Media(js=["portal_plugin/admin/alone_block.js"])


register(AloneBlockAdapter(), AloneBlock)


class Unreadable(ListValue):
    """What no page of ours sends: the number of rows, or the place of one, is none."""


class ListWidget(BlockWidget):
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


class ListField(BlockField):
    """Write the attributes and the four methods at the end; ``name`` is the field's in its form. A
    list that is none yet may be kept in a draft."""

    name = ""
    label = ""
    row_block = StructBlock
    most = 1
    #: Problem to what is said of it.
    sentences = {}
    unreadable = gettext_lazy("Please load the page again.")

    def __init__(self, **kwargs):
        label = self.label
        block = AloneBlock(self.row_block(), default=[], max_num=self.most, label=label)
        block.set_name(self.name)
        widget = ListWidget(block)
        super().__init__(block=block, widget=widget, required=False, label=label, **kwargs)

    def prepare_value(self, value):
        """Stored rows, or what was typed and refused."""
        if not isinstance(value, list):
            return value if value is not None else self.block.empty_value()
        return self.block.normalize(self.shown(value))

    def clean(self, value):
        if isinstance(value, Unreadable):
            raise ValidationError(self.unreadable)
        rows = [self.row(each) for each in super().clean(value)]
        if not getattr(self, "is_deferred_validation", False):
            self._refuse(self.problems(rows))
        return self.stored(rows)

    def has_changed(self, initial, data):
        """``data`` is as it was typed; what is no number has changed, too."""
        if isinstance(data, Unreadable):
            return True
        try:
            typed = self.block.clean_deferred(data)
        except ValidationError:
            return True
        return (initial or []) != self.stored([self.row(each) for each in typed])

    def _refuse(self, problems) -> None:
        """Raises with a sentence at each row that is wrong."""
        errors = {}
        for place, problem in problems:
            errors.setdefault(place, ValidationError(str(self.sentences[problem])))
        if errors:
            raise ListBlockValidationError(block_errors=errors)

    def row(self, typed):
        """One row, of the values of its block."""
        raise NotImplementedError

    def problems(self, rows):
        """Place, from 0, of each row that is wrong, with the key of its sentence."""
        raise NotImplementedError

    def stored(self, rows) -> list:
        """As the column holds them."""
        raise NotImplementedError

    def shown(self, stored) -> list[dict]:
        """Values of the blocks."""
        raise NotImplementedError
