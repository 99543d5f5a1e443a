"""Above the items of a document: add one that is filled from a template."""

from django import forms
from django.utils.functional import cached_property
from wagtail.admin.panels import Panel

from ..canonical import decimal_text
from ..models import ItemTemplate
from ..money import format_bare_price
from . import sites
from .words import language_of_admin

#: Columns of a template that an item is filled with.
TEXTS = ("name", "description", "unit", "tax_category")
NUMBERS = ("unit_price", "tax_rate")


class ItemTemplatesPanel(Panel):
    """A choice that adds an item filled from a template; a script's work alone."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "portal_plugin/admin/item_templates.html"

        @cached_property
        def templates(self) -> list[dict]:
            return [_as_data(row) for row in self._rows()]

        def _rows(self):
            """Of the document's site, and of every site that a new one may still move to."""
            if self.form is not None and "site" in self.form.fields:
                found = sites.of_user(self.request.user, type(self.instance), "add")
                rows = ItemTemplate.objects.filter(site__in=found, is_active=True)
                return rows.order_by("site", "position", "pk")
            return ItemTemplate.objects.offered(self.instance.site)

        def is_shown(self):
            return bool(self.templates)

        def get_context_data(self, parent_context=None):
            return {**super().get_context_data(parent_context), "templates": self.templates}

        @property
        def media(self):
            script = forms.Script("portal_plugin/admin/item_templates.js", type="module")
            return super().media + forms.Media(js=[script])


def _as_data(template) -> dict:
    """Plain words and numbers as form fields hold them, with a decimal point."""
    price = format_bare_price(template.unit_price, language_of_admin())
    return {
        "site": template.site_id,
        "label": f"{template.name} · {price}",
        "fields": {
            **{name: getattr(template, name) for name in TEXTS},
            **{name: decimal_text(getattr(template, name)) for name in NUMBERS},
            "price_includes_tax": template.price_includes_tax,
        },
    }
