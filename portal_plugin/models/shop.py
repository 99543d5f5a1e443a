"""What one shop decides about its portal, in the admin."""

from decimal import Decimal
from functools import cache

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.contrib.settings.models import BaseSiteSetting

from .. import fees
from ..money import USUAL_CURRENCY
from .decimals import DecimalField
from .prepared import Prepared
from .storage import logo_name

country_code = RegexValidator(r"^[A-Z]{2}$", _("Write the country as two letters, such as DE."))
hex_colour = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour as # and six characters."))


class WhoConverts(models.TextChoices):
    CUSTOMER = "customer", _("The customer's last approval makes the order")
    STAFF = "staff", _("Staff make the order")


class RoundsTotals(models.TextChoices):
    NEVER = "", _("To the cent")
    OFFLINE = "offline", _("To the smallest coin, where it is not paid online")
    ALWAYS = "always", _("To the smallest coin")


class Invoicing(models.TextChoices):
    SIMPLE = "", _("The order's PDF is the invoice")
    STAFF = "staff", _("Formal invoices, issued by staff")
    COMPLETED = "completed", _("Formal invoices, issued when the order is completed")
    ORDERED = "ordered", _("Formal invoices, issued when the order is made")


class QrCode(models.TextChoices):
    NONE = "", pgettext_lazy("of a QR code", "None")
    TRANSFER = "transfer", _("A transfer, for banking apps")
    PAGE = "page", _("The address of the order's page")


class PageSize(models.TextChoices):
    A4 = "A4", "A4"
    LETTER = "Letter", "Letter"


class PortalSettings(BaseSiteSetting):
    """One row per site. Empty values fall back to what the site already says about itself."""

    shop_name = models.CharField(_("shop name"), max_length=200, blank=True)
    logo = models.ImageField(_("logo"), upload_to=logo_name, blank=True)
    brand_colour = models.CharField(
        _("brand colour"), max_length=7, default="#1d4ed8", validators=[hex_colour]
    )
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("phone"), max_length=50, blank=True)
    email = models.EmailField(_("email for customers"), blank=True)
    mailbox = models.EmailField(
        _("shop mailbox"),
        blank=True,
        help_text=_("Gets what customers do, where no responsible person is set."),
    )
    sender = models.EmailField(
        _("sender of emails"), blank=True, help_text=_("Empty: the site's default sender.")
    )
    bank_details = models.TextField(_("bank details"), blank=True)
    tax_number = models.CharField(_("tax number"), max_length=50, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, validators=[country_code])
    currency = models.CharField(_("currency"), max_length=3, default=USUAL_CURRENCY)
    language = models.CharField(_("language of documents"), max_length=15, blank=True)
    tax_rate = DecimalField(
        _("usual tax rate (%)"),
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    estimate_pattern = models.CharField(
        _("number pattern of estimates"), max_length=50, default="E-{year}-{number:04}"
    )
    order_pattern = models.CharField(
        _("number pattern of orders"), max_length=50, default="{year}-{number:04}"
    )
    validity_days = models.PositiveSmallIntegerField(
        _("estimates are valid for (days)"), default=30
    )
    link_days = models.PositiveSmallIntegerField(_("direct links live for (days)"), default=30)
    who_converts = models.CharField(
        _("who makes the order"),
        max_length=10,
        choices=WhoConverts.choices,
        default=WhoConverts.CUSTOMER,
    )
    deposit_percent = DecimalField(
        _("usual deposit (%)"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    takes_instalments = models.BooleanField(
        _("orders may be paid in instalments"),
        default=False,
        help_text=_("Each document then has a plan under Money: what is due, and when."),
    )
    least_deposit = DecimalField(
        _("least deposit"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
        help_text=_("What new documents ask for at least, where they ask for a deposit."),
    )
    invoicing = models.CharField(
        _("invoices"),
        max_length=10,
        choices=Invoicing.choices,
        default=Invoicing.SIMPLE,
        blank=True,
    )
    invoice_pattern = models.CharField(
        _("number pattern of invoices"), max_length=50, default="I-{year}-{number:04}"
    )
    credit_note_pattern = models.CharField(
        _("number pattern of credit notes"), max_length=50, default="C-{year}-{number:04}"
    )
    sends_einvoices = models.BooleanField(
        _("formal invoices are e-invoices"),
        default=False,
        help_text=_(
            "Their PDF carries the same invoice for machines: Factur-X 1.0 (ZUGFeRD 2), EN 16931. "
            "It needs the shop's tax number, address and country."
        ),
    )
    qr_code = models.CharField(
        _("QR code for paying"),
        max_length=10,
        choices=QrCode.choices,
        default=QrCode.NONE,
        blank=True,
    )
    rounds_totals = models.CharField(
        _("totals are rounded"),
        max_length=10,
        choices=RoundsTotals.choices,
        default=RoundsTotals.NEVER,
        blank=True,
    )
    page_size = models.CharField(
        _("paper"), max_length=10, choices=PageSize.choices, default=PageSize.A4
    )
    proof_disclaimer = models.TextField(_("note beside proofs"), blank=True)
    how_it_works = models.TextField(_("extra text on “How this works”"), blank=True)
    footer = models.TextField(_("footer of PDFs"), blank=True)
    attaches_pdf = models.BooleanField(_("attach the PDF to emails"), default=False)
    takes_other_amounts = models.BooleanField(
        _("customers may pay another amount"),
        default=False,
        help_text=_("Not only what is due: any part of what is left, in as many payments."),
    )
    least_amount = DecimalField(
        _("least amount of a payment"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    #: As ``fees.written`` writes them.
    method_fees = models.JSONField(_("fees by way of paying"), default=list, blank=True)
    sells_to_consumers = models.BooleanField(
        _("we sell to consumers in the EU"),
        default=False,
        help_text=_(
            "The button that makes an order reads “Order with obligation to pay”, with price, tax "
            "and delivery above it and your text on withdrawal."
        ),
    )
    asks_signature = models.BooleanField(
        _("ask for a typed signature"),
        default=False,
        help_text=_("With each approval. A document may ask for it or leave it out by itself."),
    )
    asks_drawn_signature = models.BooleanField(
        _("ask for a drawn signature"),
        default=False,
        help_text=_(
            "Drawn with a finger or the mouse. Whoever cannot draw types their name instead."
        ),
    )
    asks_purchase_order = models.BooleanField(
        _("ask for the customer's order number"), default=False
    )
    asks_checklist = models.BooleanField(
        _("ask to check proofs line by line"),
        default=False,
        help_text=_("The lines are below, for each language; all of them have to be ticked."),
    )
    code_above = DecimalField(
        _("ask for a code above"),
        max_digits=19,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_(
            "Before a decision or a payment of more than this amount, in the document's currency, "
            "the customer types a code that they get by email. Empty: never."
        ),
    )
    code_for_new_browsers = models.BooleanField(
        _("ask for a code in a new browser"),
        default=False,
        help_text=_("Before the first decision or payment in each browser, whatever the amount."),
    )
    lets_invite = models.BooleanField(
        _("customers may invite colleagues"),
        default=False,
        help_text=_(
            "Whoever has a link can have one sent to a colleague, with the same rights or fewer. "
            "You see them under “People with access”."
        ),
    )
    files_kept_months = models.PositiveSmallIntegerField(
        _("months to keep customers' files"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_(
            "Files that customers sent are deleted so long after the last thing that happened, "
            "once no order is open. Proofs, approvals and PDFs stay. Empty: they are kept."
        ),
    )
    traces_kept_months = models.PositiveSmallIntegerField(
        _("months to keep network addresses"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_(
            "From which address and browser something was sent, and when an ended link was opened, "
            "are forgotten so long afterwards. Empty: they are kept as proof."
        ),
    )
    file_kinds = models.CharField(
        _("kinds of files from customers"),
        max_length=300,
        blank=True,
        help_text=_("Such as: pdf, jpg, ai. Empty: all that the portal takes."),
    )
    file_max_mb = models.PositiveIntegerField(
        _("largest file from customers, in MB"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as large as the portal takes."),
    )
    steps_done = models.JSONField(default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("Customer portal")
        verbose_name_plural = _("Customer portal")

    def __str__(self):
        return self.name

    @property
    def name(self):
        """What customers call the shop."""
        return self.shop_name or self.site.site_name or self.site.hostname

    @property
    def has_formal_invoices(self):
        return bool(self.invoicing)

    @property
    def fees(self):
        """A ``MethodFee`` of each way of paying that costs one."""
        return fees.read(self.method_fees)

    @property
    def asks_codes(self):
        """Whether somebody may have to type a code before they approve or pay."""
        return self.code_above is not None or self.code_for_new_browsers

    @classmethod
    def of(cls, site):
        """The site's row, or an unsaved one with the defaults: reading never writes."""
        found = _of_sites().get(site.pk) if site.pk else None
        return found or cls(site=site)


@cache
def _of_sites() -> Prepared[PortalSettings]:
    """Asked for several times by whatever a customer does."""
    return Prepared(PortalSettings.objects.all(), "site_id", 0)
