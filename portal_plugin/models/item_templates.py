"""Items that a shop sells again and again."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .decimals import DecimalField
from .items import TaxCategory
from .ordering import OrderedQuerySet


class ItemTemplateQuerySet(OrderedQuerySet):
    def offered(self, site):
        """Those that staff choose from, in the shop's order."""
        return self.filter(site=site, is_active=True).order_by("position", "pk")


class ItemTemplate(models.Model):
    """What a new line item starts with. An item that was filled from it keeps nothing of it."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(pgettext_lazy("of a document", "item"), max_length=200)
    description = models.TextField(_("details"), blank=True)
    unit = models.CharField(pgettext_lazy("of a quantity", "unit"), max_length=30, blank=True)
    unit_price = DecimalField(_("unit price"), max_digits=19, decimal_places=6, default=Decimal(0))
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
    is_active = models.BooleanField(
        _("offered"),
        default=True,
        help_text=_("Only what is offered can be chosen for estimates and orders."),
    )

    objects = ItemTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["site", "position", "pk"]
        verbose_name = _("item template")
        verbose_name_plural = _("item templates")
        indexes = [
            models.Index(fields=["site", "is_active", "position"], name="portal_template_offered")
        ]

    def __str__(self):
        return self.name
