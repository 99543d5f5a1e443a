"""The priced rows of a document."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import model_from_serializable_data
from wagtail.models import Orderable

from ..totals import Line
from .decimals import DecimalField


class TaxCategory(models.TextChoices):
    """The category codes of EN 16931 (UNCL 5305) that such shops need."""

    STANDARD = "S", _("Standard rate")
    ZERO = "Z", _("Zero rated")
    EXEMPT = "E", _("Exempt")
    REVERSE_CHARGE = "AE", _("Reverse charge")
    WITHIN_EU = "K", _("Delivery to another EU country")
    EXPORT = "G", _("Export out of the EU")
    OUTSIDE = "O", _("Outside the scope of tax")


class LineItemQuerySet(models.QuerySet):
    def write(self, document, items):
        """Make ``items`` those of the document, in as many queries for many as for a few: those
        that left, those that came, and those that are not as they were."""
        found = {row.pk: row for row in self.filter(document=document.pk)}
        for item in items:
            item.document = document
        stay = {item.pk for item in items}
        if gone := [pk for pk in found if pk not in stay]:
            self.filter(pk__in=gone).delete()
        self.bulk_create([item for item in items if item.pk not in found])
        changed = [item for item in items if item.pk in found and item.differs(found[item.pk])]
        self.bulk_update(changed, self.model.written_fields())


class LineItem(Orderable):
    """One priced row. ``key`` stays the same through every publish, revert and conversion."""

    document = ParentalKey(
        "portal_plugin.SalesDocument", on_delete=models.CASCADE, related_name="line_items"
    )
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    name = models.CharField(pgettext_lazy("of a document", "item"), max_length=200)
    description = models.TextField(_("details"), blank=True)
    quantity = DecimalField(
        _("quantity"),
        max_digits=14,
        decimal_places=4,
        default=Decimal(1),
        validators=[MinValueValidator(0)],
    )
    unit = models.CharField(pgettext_lazy("of a quantity", "unit"), max_length=30, blank=True)
    unit_price = DecimalField(_("unit price"), max_digits=19, decimal_places=6, default=Decimal(0))
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
    tax_rate = DecimalField(
        _("tax (%)"),
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    tax_category = models.CharField(
        _("kind of tax"), max_length=2, choices=TaxCategory.choices, default=TaxCategory.STANDARD
    )
    price_includes_tax = models.BooleanField(_("price includes tax"), default=False)
    is_optional = models.BooleanField(_("optional"), default=False)
    is_selected = models.BooleanField(_("selected"), default=True)

    alternative_group = models.CharField(
        _("one of"),
        max_length=100,
        blank=True,
        help_text=_("Items with the same words here are alternatives: one of them is chosen."),
    )

    objects = LineItemQuerySet.as_manager()

    class Meta(Orderable.Meta):
        verbose_name = pgettext_lazy("of a document", "item")
        verbose_name_plural = pgettext_lazy("of a document", "items")
        constraints = [
            models.UniqueConstraint(fields=["document", "key"], name="portal_line_item_key")
        ]

    def __str__(self):
        return self.name

    @classmethod
    def written_fields(cls):
        return [field.name for field in cls._meta.concrete_fields if not field.primary_key]

    def differs(self, other):
        return any(
            getattr(self, field.attname) != getattr(other, field.attname)
            for field in self._meta.concrete_fields
        )

    @classmethod
    def from_serializable_data(cls, data, check_fks=True, strict_fks=False):
        """An item of a revision. Its one foreign key is the document that asks, which would
        otherwise be looked up anew for each item."""
        return model_from_serializable_data(cls, data, check_fks=False, strict_fks=strict_fks)

    @property
    def has_wrong_tax(self):
        """No kind of tax but the standard one has a rate (EN 16931, BR-Z-05, BR-E-05 and alike)."""
        return bool(self.tax_rate) and self.tax_category != TaxCategory.STANDARD

    @property
    def is_choice(self):
        """Whether it counts only once it is chosen."""
        return self.is_optional or bool(self.alternative_group)

    def as_line(self, *, is_counted) -> Line:
        """Plain data for ``totals``."""
        return Line(
            quantity=self.quantity or Decimal(0),
            unit_price=self.unit_price or Decimal(0),
            discount_percent=self.discount_percent or Decimal(0),
            discount_amount=self.discount_amount or Decimal(0),
            tax_rate=self.tax_rate or Decimal(0),
            tax_category=self.tax_category,
            price_includes_tax=self.price_includes_tax,
            is_counted=is_counted,
        )
