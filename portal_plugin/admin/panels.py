"""What staff fill in, tab by tab."""

from functools import partial

from django.forms import Media, Script
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PanelGroup,
    TabbedInterface,
)
from wagtail.models import Site

from . import document_bar, item_files, live_totals
from .forms import CustomerForm, DocumentForm
from .item_forms import LineItemForm, LineItemFormSet
from .plan_panel import PlanPanel
from .template_picker import ItemTemplatesPanel

PLAN = _(
    "In place of a deposit: what is due, and when. What is due with the order is paid before you "
    "start. The last instalment takes what rounding leaves."
)


LEAST_DEPOSIT = _("Where a deposit is asked for, it is this or more.")


class LineItemsPanel(InlinePanel):
    """The items, in a form of our own that carries each item's key."""

    def get_form_options(self):
        options = super().get_form_options()
        options["formsets"][self.relation_name] |= {
            "form": LineItemForm,
            "formset": LineItemFormSet,
        }
        return options

    class BoundPanel(InlinePanel.BoundPanel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            if self.form is not None:
                found = item_files.counts(self.instance)
                for form in self.formset.forms:
                    form.count_of_files = found[form.instance.key]


class ItemTools(Panel):
    """Below each item: its proofs and files, and a button that copies it."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "portal_plugin/admin/item_tools.html"

        def get_context_data(self, parent_context=None):
            count = getattr(self.form, "count_of_files", 0)
            return {**super().get_context_data(parent_context), "count": count}


class FoldedPanel(PanelGroup):
    """What most leave as it is. Open where something was filled in, or is wrong.

    It has no heading of Wagtail's: the line that opens it is one.
    """

    def __init__(self, children=(), *args, summary="", **kwargs):
        super().__init__(children, *args, **kwargs)
        self.summary = summary

    def clone_kwargs(self):
        return {**super().clone_kwargs(), "summary": self.summary}

    class BoundPanel(PanelGroup.BoundPanel):
        template_name = "portal_plugin/admin/folded_panel.html"

        @property
        def is_open(self):
            fields = [self.form[name] for name in self.panel.get_form_options()["fields"]]
            model = self.form._meta.model
            return any(field.errors or _is_unusual(field, model) for field in fields)


def _is_unusual(bound_field, model) -> bool:
    columns = {field.name: field for field in model._meta.concrete_fields}
    if bound_field.name not in columns:
        return False
    column = columns[bound_field.name]
    if bound_field.name == "price_includes_tax":
        return False
    default = column.get_default()
    return column.to_python(bound_field.value() or default) != default


class DocumentTabs(TabbedInterface):
    """Wagtail's tabs between a bar that says where the document stands, and its totals."""

    class BoundPanel(TabbedInterface.BoundPanel):
        template_name = "portal_plugin/admin/document_tabs.html"

        @property
        def media(self):
            names = ("totals", "items")
            scripts = [Script(f"portal_plugin/admin/{name}.js", type="module") for name in names]
            return super().media + Media(js=scripts)

        def get_context_data(self, parent_context=None):
            return {
                **super().get_context_data(parent_context),
                "bar": document_bar.bar(self.instance),
                "totals": live_totals.sums(self.instance),
                "totals_url": live_totals.url(self.instance),
                "is_typed": self.form.is_bound,
            }


class SitePanel(FieldPanel):
    """Shown only where there is a choice: on a new row, with several sites."""

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self):
            if not super().is_shown() or self.bound_field is None:
                return False
            return Site.objects.count() > 1


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
            FieldRowPanel([_item_field("is_optional"), _item_field("is_selected")]),
            FieldRowPanel([_item_field("alternative_group")]),
        ],
        summary=_("Discount, tax and options of this item"),
    ),
    ItemTools(),
]


def document_tabs(*, valid_until):
    dates = [FieldPanel("valid_until")] if valid_until else []
    return [
        ObjectList(
            [
                SitePanel("site"),
                FieldRowPanel([FieldPanel("customer"), FieldPanel("title")]),
                ItemTemplatesPanel(),
                LineItemsPanel(
                    "line_items", panels=ITEM_PANELS, heading=_("Items"), label=_("Item")
                ),
                FieldPanel("introduction"),
                FieldPanel("closing"),
            ],
            heading=_("Items"),
        ),
        ObjectList(
            [
                FieldRowPanel([FieldPanel("language"), FieldPanel("currency")]),
                FieldRowPanel([*dates, FieldPanel("delivery_on")]),
                FieldPanel("delivery_text"),
                FieldRowPanel([FieldPanel("purchase_order_number"), FieldPanel("buyer_reference")]),
                MultiFieldPanel(
                    [
                        FieldRowPanel([FieldPanel("approve_by"), FieldPanel("approve_by_reason")]),
                        FieldPanel("approvals_needed", classname="portal-admin-fit"),
                        FieldRowPanel(
                            [
                                FieldPanel("asks_signature"),
                                FieldPanel("asks_drawn_signature"),
                                FieldPanel("asks_purchase_order"),
                                FieldPanel("asks_checklist"),
                            ]
                        ),
                    ],
                    heading=_("More"),
                    classname="collapsed",
                ),
                FieldPanel(
                    "go_live_at",
                    heading=_("Goes out at"),
                    help_text=_("Empty: at once when you publish. Else then, once you published."),
                ),
            ],
            heading=_("Customer and dates"),
        ),
        ObjectList(
            [
                MultiFieldPanel(
                    [
                        FieldRowPanel(
                            [FieldPanel("deposit_percent"), FieldPanel("deposit_amount")]
                        ),
                        FieldPanel("deposit_least", help_text=LEAST_DEPOSIT),
                        FieldRowPanel([FieldPanel("pays_by"), FieldPanel("payment_days")]),
                        FoldedPanel(
                            [PlanPanel("instalments", help_text=PLAN)], summary=_("Instalments")
                        ),
                    ],
                    heading=_("Paying"),
                ),
                MultiFieldPanel(
                    [
                        FieldRowPanel(
                            [FieldPanel("discount_percent"), FieldPanel("discount_amount")]
                        )
                    ],
                    heading=_("Discount on the whole"),
                ),
                MultiFieldPanel(
                    [
                        FieldRowPanel(
                            [FieldPanel("shipping_amount"), FieldPanel("shipping_tax_rate")]
                        ),
                        FieldPanel("shipping_includes_tax"),
                    ],
                    heading=_("Shipping"),
                ),
            ],
            heading=_("Money"),
        ),
    ]


def document_handler(tabs):
    return DocumentTabs(tabs, base_form_class=DocumentForm)


def customer_handler(panels):
    return ObjectList(panels, base_form_class=CustomerForm)


def customer_panels():
    return [
        SitePanel("site"),
        FieldRowPanel([FieldPanel("name"), FieldPanel("company")]),
        FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
        FieldPanel("address"),
        InlinePanel(
            "contacts",
            panels=[
                FieldRowPanel([FieldPanel("name"), FieldPanel("email")]),
                FieldRowPanel([FieldPanel("phone"), FieldPanel("gets_documents")]),
            ],
            heading=_("Contacts"),
            label=_("Contact"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("language"), FieldPanel("currency")]),
                FieldRowPanel([FieldPanel("pays_by"), FieldPanel("payment_days")]),
                FieldRowPanel([FieldPanel("tax_number"), FieldPanel("country")]),
            ],
            heading=_("Language and money"),
        ),
        FieldPanel("notes"),
    ]
