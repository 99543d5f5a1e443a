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

from .. import languages
from . import stripe_keys_form
from .folded_panel import FoldedPanel
from .settings_form import KINDS, OPTIONAL_KINDS, LogoInput, form_class, terms_field

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

PATTERN = _("{number} is needed; {number:04} has four digits. {year} and {month} may be used.")

LAST_DAY = _("0: a new estimate has no last day.")
LINK_DAYS = _("From the day it is sent, and never less than its estimate is valid.")

#: Beside a field whose help is longer, what is typed into stands as low.
LOW = "portal-admin-low"

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
            FieldPanel("logo", help_text=_("PNG, JPEG or WebP, up to 2 MB."), widget=LogoInput),
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
            _row("phone", "email"),
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
            FoldedPanel(
                [
                    _row("sells_to_consumers"),
                    _row("asks_signature", "asks_drawn_signature"),
                    _row("asks_purchase_order", "asks_checklist"),
                    *(
                        _row(terms_field(language, kind))
                        for kind in OPTIONAL_KINDS
                        for language in languages.codes()
                    ),
                ],
                summary=_("More"),
            ),
        ],
        heading=pgettext_lazy("of an agreement", "Terms"),
        name="terms",
    )


def _money():
    return Tab(
        [
            _row("currency", "deposit_percent"),
            MultiFieldPanel(
                [
                    _row("tax_rate", "tax_number"),
                    FieldPanel("prices_include_tax"),
                ],
                heading=_("Tax"),
            ),
            FieldPanel(
                "bank_details",
                help_text=_("Shown to customers who pay by transfer, with the number to quote."),
            ),
            FoldedPanel(
                [_invoices(), _amounts(), _stripe()],
                summary=_("More"),
            ),
        ],
        heading=_("Money"),
        name="money",
    )


def _row(*names, **kwargs):
    """Fields beside each other, or one. What is folded has no label outside of a row."""
    return FieldRowPanel([FieldPanel(name, classname=LOW, **kwargs) for name in names])


def _invoices():
    return MultiFieldPanel(
        [
            _row("rounds_totals", help_text=ROUNDS),
            _row("invoicing", help_text=INVOICES),
            _row("sends_einvoices", "country"),
            _row("qr_code", help_text=QR_CODE),
        ],
        heading=_("Invoices and rounding"),
    )


def _amounts():
    return MultiFieldPanel(
        [
            _row("least_deposit", "takes_instalments"),
            _row("takes_other_amounts", "least_amount"),
            FieldPanel("method_fees", help_text=FEES),
        ],
        heading=_("What customers pay"),
    )


def _stripe():
    return MultiFieldPanel(
        [
            _row(*stripe_keys_form.FIELDS[:2]),
            _row(*stripe_keys_form.FIELDS[2:]),
        ],
        heading=_("Stripe"),
    )


def _numbers():
    return Tab(
        [
            _pattern("estimate"),
            _pattern("order"),
            FoldedPanel(
                [_pattern("invoice"), _pattern("credit_note")],
                summary=_("Formal invoices"),
            ),
        ],
        heading=_("Numbers"),
        name="numbers",
    )


def _pattern(kind):
    """How the numbers of a kind look, and the one that comes next."""
    return FieldRowPanel(
        [
            FieldPanel(f"{kind}_pattern", help_text=PATTERN, classname=LOW),
            FieldPanel(f"next_{kind}_number", classname=LOW),
        ]
    )


def _links():
    return Tab(
        [
            _row("language", "page_size"),
            FieldRowPanel(
                [
                    FieldPanel("validity_days", help_text=LAST_DAY, classname=LOW),
                    FieldPanel("link_days", help_text=LINK_DAYS, classname=LOW),
                ]
            ),
            FieldPanel("who_converts", classname="portal-admin-fit"),
            FieldPanel("attaches_pdf"),
            FieldPanel("how_it_works"),
            FoldedPanel(
                [
                    MultiFieldPanel(
                        [
                            _row("lets_invite"),
                            _row("code_above", "code_for_new_browsers"),
                            _row("traces_kept_months"),
                        ],
                        heading=_("Access"),
                    ),
                    MultiFieldPanel(
                        [
                            _row("file_kinds"),
                            _row("file_max_mb", "files_kept_months"),
                        ],
                        heading=_("Files from customers"),
                    ),
                ],
                summary=_("More"),
            ),
        ],
        heading=_("Links and orders"),
        name="links",
    )
