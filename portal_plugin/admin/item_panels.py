"""The panels of a document's line items."""

from functools import partial

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin import panels
from wagtail.admin.panels import FieldRowPanel, MultiFieldPanel, Panel

from . import item_files
from .comparing import FieldPanel
from .folded_panel import FoldedPanel
from .item_forms import LineItemForm, LineItemFormSet
from .outlines import Outlines
from .rows import RowsPanel


class ItemTools(Panel):
    """Below each item: its proofs and files, and a button that copies it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "portal_plugin/admin/item_tools.html"

        @property
        def count(self):
            return getattr(self.form, "count_of_files", 0)


class ItemPanel(MultiFieldPanel):
    """The fields of one item."""

    @cached_property
    def is_alike(self) -> bool:
        """Whether its items differ in nothing but their values: unless a site has other panels."""
        return all(_is_alike(child) for child in self.children)

    class BoundPanel(MultiFieldPanel.BoundPanel):
        outlines: Outlines | None = None

        @property
        def shape(self):
            """What looks different in two items besides the values of their fields."""
            folds = [child.is_open for child in self.children if hasattr(child, "is_open")]
            return getattr(self.form, "count_of_files", 0), *folds

        def render_form_content(self):
            if self.outlines is None or not self.panel.is_alike or self.form.errors:
                return super().render_form_content()
            return self.outlines.filled(self)


def _is_alike(panel) -> bool:
    kind = type(panel)
    if kind in (FieldPanel, panels.FieldPanel):
        return not (panel.read_only or panel.permission)
    if kind in (FieldRowPanel, MultiFieldPanel, FoldedPanel):
        return not panel.permission and all(_is_alike(child) for child in panel.children)
    return kind is ItemTools


class LineItemsPanel(RowsPanel):
    """The items, in a form of our own that carries each item's key."""

    options = {"form": LineItemForm, "formset": LineItemFormSet}

    @cached_property
    def child_edit_handler(self):
        panel = ItemPanel(self.panel_definitions, heading=self.heading)
        return panel.bind_to_model(self.db_field.related_model)

    class BoundPanel(RowsPanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            if self.form is None:
                return
            found = item_files.counts(self.instance)
            outlines = Outlines(self)
            for child in (*self.children, self.empty_child):
                child.form.count_of_files = found[child.form.instance.key]
                child.outlines = outlines
            self.outlines = outlines

        def render_html(self, parent_context=None):
            return self.outlines.put_in(super().render_html(parent_context))


# Without the button for comments, which Wagtail has on pages only and draws everywhere: with 500
# items it was a third of the edit page.
_item_field = partial(FieldPanel, disable_comments=True)

ITEM_PANELS = [
    _item_field("name"),
    _item_field("description"),
    FieldRowPanel(
        [
            _item_field("quantity"),
            _item_field("unit"),
            _item_field("unit_price"),
            _item_field("tax_rate"),
        ]
    ),
    FoldedPanel(
        [
            FieldRowPanel([_item_field("discount_percent"), _item_field("discount_amount")]),
            FieldRowPanel([_item_field("price_includes_tax"), _item_field("tax_category")]),
            FieldRowPanel(
                [
                    _item_field("is_optional", help_text=_("The customer may leave it out.")),
                    _item_field(
                        "is_selected",
                        heading=_("Ticked at first"),
                        help_text=_(
                            "Where the customer has a choice: counts until they change it."
                        ),
                    ),
                ]
            ),
            FieldRowPanel([_item_field("alternative_group", heading=_("Alternatives"))]),
        ],
        summary=_("Discount, tax and options of this item"),
    ),
    ItemTools(),
]
