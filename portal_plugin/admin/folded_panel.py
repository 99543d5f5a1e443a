"""What most leave as it is, folded away."""

from django.utils.functional import cached_property
from wagtail.admin.panels import PanelGroup


class FoldedPanel(PanelGroup):
    """What most leave as it is. Open where something was filled in, or is wrong.

    It has no heading of Wagtail's: the line that opens it is one.
    """

    def __init__(self, children=(), *args, summary="", **kwargs):
        super().__init__(children, *args, **kwargs)
        self.summary = summary

    @cached_property
    def field_names(self) -> list[str]:
        return self.get_form_options()["fields"]

    def clone_kwargs(self):
        return {**super().clone_kwargs(), "summary": self.summary}

    class BoundPanel(PanelGroup.BoundPanel):
        template_name = "portal_plugin/admin/folded_panel.html"

        @cached_property
        def is_open(self):
            fields = [self.form[name] for name in self.panel.field_names]
            model = self.form._meta.model
            return any(field.errors or _is_unusual(field, model) for field in fields)

        @property
        def is_put_off(self):
            """The page draws what is in it when it is opened, and has its values until then."""
            return hasattr(self.form, "put_off") and not self.is_open

        @property
        def hidden_fields(self):
            return self.form.put_off(self.panel.field_names)


def _is_unusual(bound_field, model) -> bool:
    columns = {field.name: field for field in model._meta.concrete_fields}
    if bound_field.name not in columns:
        return False
    column = columns[bound_field.name]
    if bound_field.name == "price_includes_tax":
        return False
    default = column.get_default()
    return column.to_python(bound_field.value() or default) != default
