"""What stands around the fields of an item on the edit page, drawn once for all items alike.

Wagtail draws twelve fields, their labels and their frames anew for each item. With 500 items that
takes seconds and megabytes, and differs in nothing but the item's number and its values.
"""

import re
from functools import partial

from django.forms import CheckboxInput
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe

#: Before the name of a field whose value alone is there.
HIDDEN = "~"
SPACE = re.compile(r"\s+")


class Outlines:
    """Of one page. ``mark`` is in no text that anybody typed, because it is new for each page: it
    stands for the number of an item, and with a field's name for that field's widget."""

    def __init__(self, items):
        self.items = items
        self.mark = get_random_string(20)
        #: Shape to the parts between the widgets; each second one is the name of a field.
        self.outlines = {}
        #: Field to what draws its widget, and field and value to what that drew.
        self.widgets = {}
        self.drawn = {}
        #: What each item is filled with, by its number, until it is put in.
        self.contents = []

    def filled(self, panel) -> str:
        """What stands for an item until ``put_in``."""
        shape = panel is self.items.empty_child, *panel.shape
        if shape not in self.outlines:
            self.outlines[shape] = self._draw(panel)
        number = panel.form.prefix.rpartition("-")[2]
        parts = [
            self._field(panel.form, part) if place % 2 else part
            for place, part in enumerate(self.outlines[shape])
        ]
        fields = "".join(parts).replace(self.mark, number)
        self.contents.append(fields + panel.render_missing_fields())
        return mark_safe(f"{self.mark}:{len(self.contents) - 1}:{self.mark}")

    def put_in(self, html: str) -> str:
        """The whole, with no more space than is seen in what is around the items."""
        parts = re.split(f"{self.mark}:([0-9]+):{self.mark}", html)
        return mark_safe(
            "".join(
                self.contents[int(part)] if place % 2 else SPACE.sub(" ", part)
                for place, part in enumerate(parts)
            )
        )

    def _draw(self, panel) -> list[str]:
        """As Wagtail draws the item, with marks for its number and its widgets."""
        formset = self.items.formset
        form = formset.empty_form
        form.prefix = formset.add_prefix(self.mark)
        form.initial = {name: panel.form[name].value() for name in form.fields}
        form.count_of_files = panel.form.count_of_files
        if panel is not self.items.empty_child:
            form.put_off = self._put_off
        for name, field in form.fields.items():
            field.widget.render = partial(self._stand_in, name, field.widget.render)
        outline = panel.panel.get_bound_panel(
            instance=form.instance,
            request=panel.request,
            form=form,
            prefix=f"{self.items.prefix}-{self.mark}",
        )
        html = SPACE.sub(" ", outline.render_html())
        return re.split(f"{self.mark}:({HIDDEN}?[a-z_]+):{self.mark}", html)

    def _put_off(self, names) -> str:
        return mark_safe("".join(f"{self.mark}:{HIDDEN}{name}:{self.mark}" for name in names))

    def _stand_in(self, field, render, name, value, attrs=None, renderer=None) -> str:
        self.widgets[field] = partial(render, name=name, attrs=attrs, renderer=renderer)
        return mark_safe(f"{self.mark}:{field}:{self.mark}")

    def _field(self, form, part) -> str:
        """Most items have the same discount, tax and options."""
        bound_field = form[part.removeprefix(HIDDEN)]
        key = part, repr(bound_field.value())
        if key not in self.drawn:
            draw = self._hidden if part.startswith(HIDDEN) else self._widget
            self.drawn[key] = draw(bound_field)
        return self.drawn[key]

    def _widget(self, bound_field) -> str:
        return self.widgets[bound_field.name](value=bound_field.value())

    def _hidden(self, bound_field) -> str:
        """Posts what the widget would post."""
        value, widget = bound_field.value(), bound_field.field.widget
        if isinstance(widget, CheckboxInput) and not value:
            return ""
        text = widget.format_value(value)
        text = (text[0] if text else "") if isinstance(text, list) else text
        is_ticked = isinstance(widget, CheckboxInput)
        name = f"{self.items.formset.add_prefix(self.mark)}-{bound_field.name}"
        html = '<input type="hidden" name="{}" value="{}">'
        return format_html(html, name, "on" if is_ticked else text or "")
