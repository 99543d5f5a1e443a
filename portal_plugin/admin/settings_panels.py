"""Settings › Customer portal: the tabs of one shop's settings."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)

from . import languages, stripe_keys_form
from .folded_panel import FoldedPanel
from .settings_form import KINDS, OPTIONAL_KINDS, form_class, terms_field

ROUNDS = _(
    "For currencies without small coins, such as CHF or SEK. The difference is a line of its own, "
    "and holds for what is written from now on."
)


INVOICES = _(
    "A formal invoice has a number of its own and never changes; it is taken back by a credit "
    "note. Until then the order's PDF is an order confirmation. Where invoices come when the order "
    "is completed, a deposit has its own one when the order is made."
)

FEES = _(
    "What the customer pays on top for paying online in this way, shown before they pay. In the EU "
    "this is forbidden for consumers' cards and for SEPA (directive (EU) 2015/2366, article "
    "62(4)), and other countries have limits of their own: ask before you take any. Choose only "
    "ways that you have switched on at Stripe. Without a row nothing is added."
)

QR_CODE = _(
    "Beside what is to be paid. A transfer is in euro, to the IBAN in your bank details. The page "
    "opens only in a browser that the customer's link opened before. Never a direct link: papers "
    "are passed on, and whoever scans one would be let in as your customer."
)


class Tab(ObjectList):
    """A tab with an address that does not change with the admin's language."""

    def __init__(self, children=(), *args, name="", **kwargs):
        super().__init__(children, *args, **kwargs)
        self.name = name

    def clone_kwargs(self):
        return {**super().clone_kwargs(), "name": self.name}

    @property
    def clean_name(self):
        return self.name


def handler() -> TabbedInterface:
    return TabbedInterface(
        [_brand(), _addresses(), _terms(), _money(), _numbers(), _links()],
        base_form_class=form_class(),
    )


def _brand():
    return Tab(
        [
            FieldPanel("shop_name", help_text=_("Empty: the site's name.")),
            FieldPanel("logo", help_text=_("PNG, JPEG or WebP, up to 2 MB.")),
            FieldPanel("brand_colour"),
            FieldPanel("footer"),
        ],
        heading=_("Brand"),
        name="brand",
    )


def _addresses():
    return Tab(
        [
            FieldPanel("address"),
            FieldRowPanel([FieldPanel("phone"), FieldPanel("email")]),
            FieldPanel("mailbox"),
            FieldPanel("sender"),
        ],
        heading=_("Address and mailbox"),
        name="addresses",
    )


def _terms():
    help_text = _(
        "Customers read these before they approve, and each approval keeps the wording that was "
        "accepted. A new wording holds from now on; approvals that were given stay."
    )
    return Tab(
        [
            HelpPanel(content=help_text),
            *(
                MultiFieldPanel(
                    [FieldPanel(terms_field(language, kind)) for kind in KINDS],
                    heading=languages.name(language),
                )
                for language in languages.codes()
            ),
            FieldPanel("proof_disclaimer"),
            MultiFieldPanel(
                [
                    FieldPanel("sells_to_consumers"),
                    FieldPanel("asks_signature"),
                    FieldPanel("asks_drawn_signature"),
                    FieldPanel("asks_purchase_order"),
                    FieldPanel("asks_checklist"),
                    *(
                        FieldPanel(terms_field(language, kind))
                        for kind in OPTIONAL_KINDS
                        for language in languages.codes()
                    ),
                ],
                heading=_("More"),
                classname="collapsed",
            ),
        ],
        heading=pgettext_lazy("of an agreement", "Terms"),
        name="terms",
    )


def _money():
    return Tab(
        [
            FieldRowPanel([FieldPanel("currency"), FieldPanel("deposit_percent")]),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("tax_rate"), FieldPanel("tax_number")]),
                    FieldPanel("prices_include_tax"),
                ],
                heading=_("Tax"),
            ),
            FieldPanel(
                "bank_details",
                help_text=_("Shown to customers who pay by transfer, with the number to quote."),
            ),
            FoldedPanel(
                [
                    # In rows of their own: a panel that stands alone has no label here.
                    FieldRowPanel([FieldPanel("rounds_totals", help_text=ROUNDS)]),
                    FieldRowPanel([FieldPanel("invoicing", help_text=INVOICES)]),
                    FieldRowPanel([FieldPanel("sends_einvoices"), FieldPanel("country")]),
                    FieldRowPanel([FieldPanel("qr_code", help_text=QR_CODE)]),
                    FieldRowPanel([FieldPanel("least_deposit"), FieldPanel("takes_instalments")]),
                    FieldRowPanel([FieldPanel("takes_other_amounts"), FieldPanel("least_amount")]),
                    MultiFieldPanel(
                        [FieldPanel("method_fees", help_text=FEES)],
                        heading=_("Fees by way of paying"),
                    ),
                    FieldRowPanel([FieldPanel(name) for name in stripe_keys_form.FIELDS[:2]]),
                    FieldRowPanel([FieldPanel(name) for name in stripe_keys_form.FIELDS[2:]]),
                ],
                summary=_("More"),
            ),
        ],
        heading=_("Money"),
        name="money",
    )


def _numbers():
    pattern = _("{number} is needed; {number:04} has four digits. {year} and {month} may be used.")
    return Tab(
        [
            FieldRowPanel(
                [
                    FieldPanel("estimate_pattern", help_text=pattern),
                    FieldPanel("next_estimate_number"),
                ]
            ),
            FieldRowPanel(
                [
                    FieldPanel("order_pattern", help_text=pattern),
                    FieldPanel("next_order_number"),
                ]
            ),
            FoldedPanel(
                [
                    FieldRowPanel(
                        [
                            FieldPanel("invoice_pattern", help_text=pattern),
                            FieldPanel("next_invoice_number"),
                        ]
                    ),
                    FieldRowPanel(
                        [
                            FieldPanel("credit_note_pattern", help_text=pattern),
                            FieldPanel("next_credit_note_number"),
                        ]
                    ),
                ],
                summary=_("Formal invoices"),
            ),
        ],
        heading=_("Numbers"),
        name="numbers",
    )


def _links():
    return Tab(
        [
            FieldRowPanel([FieldPanel("language"), FieldPanel("page_size")]),
            FieldRowPanel([FieldPanel("validity_days"), FieldPanel("link_days")]),
            FieldPanel("who_converts", classname="portal-admin-fit"),
            FieldPanel("attaches_pdf"),
            FieldPanel("how_it_works"),
            MultiFieldPanel(
                [
                    FieldPanel("lets_invite"),
                    FieldPanel("code_above", classname="portal-admin-fit"),
                    FieldPanel("code_for_new_browsers"),
                    FieldPanel("file_kinds"),
                    FieldPanel("file_max_mb", classname="portal-admin-fit"),
                    FieldPanel("files_kept_months", classname="portal-admin-fit"),
                ],
                heading=_("More"),
                classname="collapsed",
            ),
        ],
        heading=_("Links and orders"),
        name="links",
    )
