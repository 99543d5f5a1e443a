"""What staff write of a document. A revision holds it, and a publish releases it."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..statuses import ApprovalsNeeded, AsksFor, PaysBy
from .decimals import DecimalField


class DocumentContent(models.Model):
    """Columns of a document that are versioned."""

    customer = models.ForeignKey(
        "portal_plugin.Customer",
        verbose_name=_("customer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=15, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    closing = models.TextField(_("closing text"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    approve_by = models.DateField(
        _("approve by"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Shown to the customer, who is reminded once, the day before."),
    )
    approve_by_reason = models.CharField(
        _("what this day is for"),
        max_length=200,
        blank=True,
        help_text=_("For example: for delivery on Friday."),
    )
    approvals_needed = models.CharField(
        _("of several people"),
        max_length=3,
        choices=ApprovalsNeeded.choices,
        default=ApprovalsNeeded.ONE,
        help_text=_("Whose yes an item needs, where several people may approve."),
    )
    asks_signature = models.CharField(
        _("ask for a typed signature"), max_length=3, choices=AsksFor.choices, blank=True
    )
    asks_drawn_signature = models.CharField(
        _("ask for a drawn signature"), max_length=3, choices=AsksFor.choices, blank=True
    )
    asks_purchase_order = models.CharField(
        _("ask for the customer's order number"), max_length=3, choices=AsksFor.choices, blank=True
    )
    asks_checklist = models.CharField(
        _("ask to check proofs line by line"), max_length=3, choices=AsksFor.choices, blank=True
    )
    delivery_on = models.DateField(_("delivery"), null=True, blank=True)
    delivery_text = models.TextField(_("delivery details"), blank=True)
    purchase_order_number = models.CharField(
        _("customer's order number"), max_length=100, blank=True
    )
    buyer_reference = models.CharField(
        _("customer's reference"),
        max_length=100,
        blank=True,
        help_text=_("What their accounts department asks for: a cost centre, a route ID."),
    )
    pays_by = models.CharField(_("pays by"), max_length=10, choices=PaysBy.choices, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), null=True, blank=True)
    discount_percent = DecimalField(
        _("discount (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    discount_amount = DecimalField(
        _("discount (amount)"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    shipping_amount = DecimalField(
        _("shipping"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    shipping_tax_rate = DecimalField(
        _("tax on shipping (%)"),
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    shipping_includes_tax = models.BooleanField(_("shipping includes tax"), default=False)
    deposit_percent = DecimalField(
        _("deposit (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    deposit_amount = DecimalField(
        _("deposit (amount)"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    deposit_least = DecimalField(
        _("deposit, at least"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    #: The instalment plan, as ``instalments.read`` reads it; empty for none. In its place there is
    #: no deposit: the first instalment is what is payable first.
    instalments = models.JSONField(_("instalments"), default=list, blank=True)

    #: The smallest coin that the total is rounded to, as it was when staff wrote it; 0 for none.
    rounding_unit = DecimalField(
        max_digits=19, decimal_places=4, default=Decimal(0), editable=False
    )

    class Meta:
        abstract = True
