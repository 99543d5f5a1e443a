"""What staff fill in, tab by tab."""

from django.forms import Media, Script
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldRowPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.models import Site

from . import document_bar, live_totals
from .comparing import FieldPanel
from .folded_panel import FoldedPanel
from .forms import ContactForm, CustomerForm, DocumentForm
from .item_panels import ITEM_PANELS, LineItemsPanel
from .plan_panel import PlanPanel
from .rows import RowsFormSet, RowsPanel
from .template_picker import ItemTemplatesPanel

PLAN = _(
    "In place of a deposit: what is due, and when. What is due with the order is paid before you "
    "start. The last instalment takes what rounding leaves."
)


LEAST_DEPOSIT = _("Where a deposit is asked for, it is this or more.")


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


class ContactsPanel(RowsPanel):
    options = {"form": ContactForm, "formset": RowsFormSet}


def customer_handler(panels):
    return ObjectList(panels, base_form_class=CustomerForm)


def customer_panels():
    return [
        SitePanel("site"),
        FieldRowPanel([FieldPanel("name"), FieldPanel("company")]),
        FieldRowPanel([FieldPanel("email"), FieldPanel("phone")]),
        FieldPanel("address"),
        ContactsPanel(
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
        FieldPanel("gets_reminders"),
        FieldPanel("notes"),
    ]
