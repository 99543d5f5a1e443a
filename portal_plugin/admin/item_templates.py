"""Settings › Item templates: what the shop sells again and again."""

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column

from ..models import ItemTemplate, PortalSettings
from ..money import format_bare_price
from . import defaults, set_up
from .forms import TrimsDecimals
from .import_button import ImportButton
from .panels import SitePanel
from .words import language_of_admin


class ItemTemplateForm(TrimsDecimals, set_up.SetUpForm):
    pass


class ItemTemplateCreateView(set_up.SetUpCreateView):
    def fill(self, instance):
        for name, value in defaults.item_defaults(PortalSettings.of(instance.site)).items():
            setattr(instance, name, value)


class ItemTemplateIndexView(ImportButton, set_up.SetUpIndexView):
    import_url_name = "portal_admin:import_item_templates"
    page_title = _("Item templates")

    @cached_property
    def columns(self):
        name, *rest = super().columns
        return [
            name,
            Column("unit_price", label=_("Unit price"), accessor=shown_price, width="12%"),
            Column("unit", label=_("Unit"), width="12%"),
            BooleanColumn("is_active", label=_("Offered"), width="10%"),
            *rest,
        ]


def shown_price(template) -> str:
    return format_bare_price(template.unit_price, language_of_admin())


class ItemTemplateViewSet(set_up.SetUpViewSet):
    model = ItemTemplate
    name = "portal_item_templates"
    url_prefix = "portal/item-templates"
    icon = "list-ul"
    menu_label = _("Item templates")
    menu_name = "portal-item-templates"
    menu_order = 1020
    list_display = ["name"]
    list_filter = ["is_active"]
    search_fields = ["name", "description"]
    search_backend_name = None
    index_view_class = ItemTemplateIndexView
    add_view_class = ItemTemplateCreateView

    def get_panels(self):
        """What staff fill in."""
        return [
            SitePanel("site"),
            FieldPanel("name"),
            FieldPanel("description"),
            FieldRowPanel([FieldPanel("unit_price"), FieldPanel("unit")]),
            FieldRowPanel(
                [FieldPanel("tax_rate"), FieldPanel("tax_category", classname="portal-admin-fit")]
            ),
            FieldPanel("price_includes_tax"),
            FieldPanel("is_active"),
        ]

    def get_edit_handler(self):
        handler = ObjectList(self.get_panels(), base_form_class=ItemTemplateForm)
        return handler.bind_to_model(self.model)
