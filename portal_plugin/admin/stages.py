"""Settings › Stages: the steps of a shop's production."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import EditView

from ..models import Stage
from ..models.shop import hex_colour
from ..services import staging
from . import set_up
from .panels import SitePanel
from .refusals import stage_in_use
from .settings_form import ColourInput

#: Flags that say whose turn it is.
OF_TURNS = {"waits_for_customer", "is_final"}


class StageColourInput(ColourInput):
    word = pgettext_lazy("stage", "In production")


class StageForm(set_up.SetUpForm):
    colour = forms.CharField(
        label=_("Colour"), max_length=7, widget=StageColourInput, validators=[hex_colour]
    )


class StageColumn(Column):
    cell_template_name = "portal_plugin/admin/cells/colour.html"


class StageIndexView(set_up.SetUpIndexView):
    page_title = _("Stages")

    @cached_property
    def columns(self):
        name, *rest = super().columns
        told = Column("customer_name", label=_("The customer sees"))
        return [StageColumn("colour", label=_("Colour"), width="4rem"), name, told, _flags(), *rest]


def _flags():
    return Column("flags", label=_("What it does"), accessor=flags_of)


def flags_of(stage) -> str:
    """In words, joined; empty where it only says where the order is."""
    words = {
        _("waits for the customer"): stage.waits_for_customer,
        _("tells the customer"): stage.notifies_customer,
        _("no uploads"): not stage.uploads_allowed,
        _("needs the deposit"): stage.needs_deposit,
        _("final"): stage.is_final,
    }
    return ", ".join(str(word) for word, holds in words.items() if holds)


class StageEditView(EditView):
    def save_instance(self):
        stage = super().save_instance()
        if OF_TURNS & set(self.form.changed_data):
            staging.flags_changed(stage)
        return stage


class StageDeleteView(set_up.KeepingDeleteView):
    def why_kept(self):
        return stage_in_use(self.object)


class StageViewSet(set_up.SetUpViewSet):
    model = Stage
    name = "portal_stages"
    url_prefix = "portal/stages"
    icon = "order"
    menu_label = _("Stages")
    menu_name = "portal-stages"
    menu_order = 1010
    list_display = ["name"]
    index_view_class = StageIndexView
    edit_view_class = StageEditView
    delete_view_class = StageDeleteView

    def get_panels(self):
        """What staff fill in."""
        return _panels()

    def get_edit_handler(self):
        handler = ObjectList(self.get_panels(), base_form_class=StageForm)
        return handler.bind_to_model(self.model)


def _panels():
    return [
        SitePanel("site"),
        FieldRowPanel([FieldPanel("name"), FieldPanel("customer_name")]),
        FieldPanel("colour"),
        MultiFieldPanel(
            [
                FieldPanel(
                    "waits_for_customer",
                    help_text=_("For example, until they fetch it."),
                ),
                FieldPanel("uploads_allowed"),
                FieldPanel(
                    "notifies_customer",
                    help_text=_("They get an email when an order comes into this stage."),
                ),
                FieldPanel(
                    "needs_deposit",
                    help_text=_("No order comes into it before, but with a note that says why."),
                ),
                FieldPanel(
                    "is_final",
                    help_text=_("Nothing is left to do once the order is paid."),
                ),
            ],
            heading=_("What it does"),
        ),
    ]
