"""Stripe's keys of one site, where they are not in the settings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StripeKeys(models.Model):
    """Written in the admin and never shown again. ``serialize=False`` leaves the keys out of
    ``dumpdata``; the row is no part of any revision, log or export."""

    site = models.OneToOneField(
        "wagtailcore.Site", on_delete=models.CASCADE, related_name="stripe_keys"
    )
    secret_key = models.CharField(max_length=255, blank=True, serialize=False)
    publishable_key = models.CharField(max_length=255, blank=True, serialize=False)
    #: One a line; two while one is being changed.
    webhook_secrets = models.TextField(blank=True, serialize=False)

    class Meta:
        verbose_name = _("Stripe keys")
        verbose_name_plural = _("Stripe keys")
        default_permissions = ()

    def __str__(self):
        return f"{self._meta.verbose_name} · {self.site_id}"
