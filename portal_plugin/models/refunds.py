"""Money on its way back: what staff had paid back through Stripe, and what customers' banks ask."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ..statuses import DisputeState, LedgerKind, RefundState
from .payments import LedgerEntry


class RefundQuerySet(models.QuerySet):
    def asked(self):
        """Stripe has not paid them back yet, or not said so: they are in no booking."""
        return self.filter(state=RefundState.NEW)

    def unfinished(self):
        return self.filter(state__in=[RefundState.NEW, RefundState.PENDING])

    def failed_last(self, since):
        """Failed since a moment, and nobody paid that money back in another way."""
        newer = self.model.objects.filter(payment=OuterRef("payment"), pk__gt=OuterRef("pk"))
        otherwise = LedgerEntry.objects.filter(
            about=OuterRef("payment"),
            kind=LedgerKind.REFUND,
            stripe_object=None,
            created_at__gte=OuterRef("ended_at"),
        )
        return self.filter(
            ~Exists(newer), ~Exists(otherwise), state=RefundState.FAILED, ended_at__gte=since
        )


class Refund(models.Model):
    """One try to pay back through Stripe, saved with its idempotency key before Stripe is called;
    or one that somebody made in Stripe's own dashboard."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="refunds"
    )
    payment = models.ForeignKey(
        "portal_plugin.LedgerEntry", on_delete=models.PROTECT, related_name="refunds"
    )
    idempotency_key = models.UUIDField(unique=True)
    amount = models.DecimalField(_("amount"), max_digits=19, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.TextField(_("reason"), blank=True)
    #: Whether the customer is to pay it again. Who refunds in Stripe's dashboard is not asked.
    is_owed_again = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=RefundState.choices, default=RefundState.NEW
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    account = models.CharField(max_length=64, blank=True)
    stripe_refund = models.CharField(max_length=255, null=True, blank=True, unique=True)
    failure_code = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="portal_refund_positive")
        ]
        indexes = [models.Index(fields=["state", "ended_at"], name="portal_refund_ended")]

    def __str__(self):
        return f"{self.amount} {self.currency} · {self.get_state_display()}"

    @property
    def is_unanswered(self):
        """Nobody knows whether Stripe has it."""
        return self.state == RefundState.NEW and self.stripe_refund is None


class DisputeQuerySet(models.QuerySet):
    def waiting(self):
        """The shop has to answer them."""
        return self.filter(state__in=DisputeState.waiting())


class Dispute(models.Model):
    """A payment that the customer's bank asks about, or has taken back; answered at Stripe."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="disputes"
    )
    payment = models.ForeignKey(
        "portal_plugin.LedgerEntry", on_delete=models.PROTECT, related_name="disputes"
    )
    account = models.CharField(max_length=64, blank=True)
    stripe_dispute = models.CharField(max_length=255, unique=True)
    amount = models.DecimalField(_("amount"), max_digits=19, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=16, choices=DisputeState.choices)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    is_live = models.BooleanField(default=False)
    opened_at = models.DateTimeField(_("opened"))
    updated_at = models.DateTimeField(auto_now=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        indexes = [models.Index(fields=["state", "answer_by"], name="portal_dispute_waiting")]

    def __str__(self):
        return f"{self.amount} {self.currency} · {self.get_state_display()}"
