"""Document numbers without gaps."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NumberSequence(models.Model):
    """The next number of one site, kind and period (a year, or nothing)."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=20)
    period = models.CharField(_("period"), max_length=10, blank=True)
    next_number = models.PositiveBigIntegerField(_("next number"), default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "period"], name="portal_sequence_once")
        ]

    def __str__(self):
        return f"{self.kind} {self.period} {self.next_number}"
