"""Where the shop is with an order."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .ordering import OrderedQuerySet


class Stage(models.Model):
    """A step of one shop's production, with the word that its customers read for it."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    name = models.CharField(_("internal name"), max_length=100)
    customer_name = models.CharField(_("name the customer sees"), max_length=100)
    colour = models.CharField(_("colour"), max_length=7, default="#6b7280")
    waits_for_customer = models.BooleanField(_("waits for the customer"), default=False)
    uploads_allowed = models.BooleanField(_("uploads allowed"), default=True)
    is_final = models.BooleanField(_("final"), default=False)
    notifies_customer = models.BooleanField(_("tells the customer"), default=False)

    needs_deposit = models.BooleanField(_("needs the deposit"), default=False)

    objects = OrderedQuerySet.as_manager()

    class Meta:
        ordering = ["site", "position", "pk"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")

    def __str__(self):
        return self.name
