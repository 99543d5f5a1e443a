"""What comparing with Stripe left: when it was done, what nobody can explain, what was declined."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..statuses import DiscrepancyKind
from .payments import PaymentAttempt


class DeclineQuerySet(models.QuerySet):
    def near(self, document, address, since):
        """Those of the document, or of whoever sits at the network address, newest first."""
        near = Q(attempt__document=document)
        if address:
            near |= Q(attempt__address=address)
        return self.filter(near, created_at__gte=since).order_by("-created_at")


class Decline(models.Model):
    """One card or account that a bank declined: many of them in a short time are somebody who
    tries stolen cards. ``reference`` is the charge's id at Stripe."""

    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="declines")
    reference = models.CharField(max_length=255)
    code = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = DeclineQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["attempt", "reference"], name="portal_decline_once")
        ]

    def __str__(self):
        return f"{self.reference} · {self.code}"


class Reconciliation(models.Model):
    """When everything of one Stripe account was last compared; ``events_until`` is how far its
    events were read."""

    account = models.CharField(max_length=64, unique=True)
    events_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.account} · {self.ended_at}"


class DiscrepancyQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None)


class Discrepancy(models.Model):
    """Something that Stripe and our rows do not say alike, for a person to look at. ``document`` is
    the one whose name is on it, where it is one of ours."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discrepancies",
    )
    account = models.CharField(max_length=64, blank=True)
    kind = models.CharField(_("what"), max_length=10, choices=DiscrepancyKind.choices)
    stripe_object = models.CharField(_("reference"), max_length=255)
    amount = models.DecimalField(_("amount"), max_digits=19, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    closed_at = models.DateTimeField(_("explained"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payment to explain")
        verbose_name_plural = _("payments to explain")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "stripe_object"], name="portal_discrepancy_once"
            )
        ]
        indexes = [models.Index(fields=["closed_at"], name="portal_discrepancy_open")]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.stripe_object}"
