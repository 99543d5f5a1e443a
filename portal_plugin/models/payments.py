"""Money that came or went. What was tried, what was booked, and what Stripe told us."""

from collections import defaultdict
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from ..ledger import Booking
from ..money import ZERO
from ..statuses import AMOUNT_DIFFERS, AttemptState, LedgerKind, PaymentPurpose


class PaymentAttemptQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(state__in=AttemptState.unfinished())

    def pending(self):
        """The customer has paid and the bank has not answered yet."""
        return self.filter(state=AttemptState.PROCESSING)

    def confirmable(self):
        """Those that somebody may still pay at Stripe; a declined card can be tried again there."""
        known = Q(payment_intent__isnull=False) | Q(checkout_session__isnull=False)
        return self.filter(
            Q(state__in=AttemptState.unfinished()) | Q(known, state=AttemptState.FAILED)
        )

    def to_look_at(self):
        """Those whose document changed since they were begun: they may ask for a wrong amount. What
        the bank works on already keeps its mark until there is an end to that."""
        found = self.confirmable().filter(needs_look=True)
        return found.exclude(state=AttemptState.PROCESSING)

    def failed_last(self, since):
        """Failed since a moment, and nobody tried again on the document: also what was closed at
        Stripe since, which keeps why it failed."""
        newer = self.model.objects.filter(document=OuterRef("document"), pk__gt=OuterRef("pk"))
        closed = Q(state=AttemptState.CANCELLED) & ~Q(failure_code__in=["", AMOUNT_DIFFERS])
        failed = Q(state=AttemptState.FAILED) | closed
        return self.filter(failed, ~Exists(newer), ended_at__gte=since)


class PaymentAttempt(models.Model):
    """One try to pay one amount, saved with its idempotency key before Stripe is called."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="payment_attempts"
    )
    link = models.ForeignKey(
        "portal_plugin.DirectLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="payment_attempts",
    )
    idempotency_key = models.UUIDField(unique=True)
    purpose = models.CharField(_("for"), max_length=10, choices=PaymentPurpose.choices)
    #: Which instalment it is, counted from 1; empty for anything else.
    instalment = models.PositiveSmallIntegerField(null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=19, decimal_places=4)
    #: What comes on top, as the fee of the way of paying; no part of what is paid for the order.
    surcharge = models.DecimalField(max_digits=19, decimal_places=4, default=ZERO)
    #: What Stripe may take for it: ``card`` that alone, ``-card,klarna`` all but these, empty all.
    methods = models.CharField(max_length=255, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=12, choices=AttemptState.choices, default=AttemptState.NEW
    )
    is_hosted = models.BooleanField(default=False)
    account = models.CharField(max_length=64, blank=True)
    #: The network address of whoever began it; erased with the person.
    address = models.GenericIPAddressField(null=True, blank=True)
    payment_intent = models.CharField(max_length=255, null=True, blank=True, unique=True)
    checkout_session = models.CharField(max_length=255, null=True, blank=True, unique=True)
    failure_code = models.CharField(max_length=100, blank=True)
    failure_message = models.TextField(blank=True)
    #: Its document changed: whether just this is still to be paid has to be looked at.
    needs_look = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = PaymentAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state__in=["new", "open", "processing"]),
                name="portal_attempt_one_unfinished",
            )
        ]
        indexes = [
            models.Index(fields=["state", "ended_at"], name="portal_attempt_ended"),
            models.Index(fields=["address", "created_at"], name="portal_attempt_address"),
            models.Index(
                fields=["id"], condition=Q(needs_look=True), name="portal_attempt_needs_look"
            ),
        ]

    def __str__(self):
        return f"{self.amount} {self.currency} · {self.get_state_display()}"

    @property
    def charged(self):
        """What Stripe is asked for: the amount and the fee on top."""
        return self.amount + self.surcharge


class LedgerEntryQuerySet(models.QuerySet):
    def of_stripe(self, payment):
        """The entry of a Stripe payment, by its PaymentIntent: at most one."""
        return self.filter(kind=LedgerKind.PAYMENT, stripe_object=payment)

    def total(self):
        return self.aggregate(total=Sum("amount"))["total"] or ZERO

    def paid_before(self):
        """What each of them found paid for its order, by its id. In the order in which they were
        booked, so that a later one changes nothing of those before it."""
        documents = self.order_by().values("document")
        found: dict[int, Decimal] = {}
        sums: defaultdict[int, Decimal] = defaultdict(Decimal)
        everything = self.model.objects.filter(document__in=documents).order_by("pk")
        for pk, document, amount, surcharge in everything.values_list(
            "pk", "document", "amount", "surcharge"
        ):
            found[pk] = sums[document]
            sums[document] += amount - surcharge
        return found

    def moved(self, begin, end):
        """Money that came or went from ``begin`` to before ``end``."""
        moved = self.exclude(kind=LedgerKind.FORGIVENESS)
        return moved.filter(occurred_at__gte=begin, occurred_at__lt=end, document__is_sample=False)


def _may_forgive() -> Q:
    """A refund forgives at most what it paid back, and what takes it back no more than came back.
    Nothing else forgives, but for a forgiveness. (No sums in it: SQLite reckons in floats.)"""
    gone = F("amount") * -1
    refund = Q(kind=LedgerKind.REFUND, forgiven__gt=0, forgiven__lte=gone)
    reversal = Q(kind=LedgerKind.REVERSAL, forgiven__lt=0, forgiven__gte=gone)
    forgiveness = Q(kind=LedgerKind.FORGIVENESS, amount=0, about__isnull=False) & ~Q(forgiven=0)
    nothing = Q(forgiven=0) & ~Q(kind=LedgerKind.FORGIVENESS)
    says_when = Q(forgiven__lte=0) | Q(order_total__isnull=False)
    return (nothing | refund | reversal | forgiveness) & says_when


class LedgerEntry(models.Model):
    """One booking, never changed but for ``fee``. ``amount`` is positive when money came to the
    shop. It is all that moved, to the cent what Stripe says; ``surcharge`` is the part of it that
    was paid on top of the order, as the fee of a way of paying.

    ``about`` is the entry that it changes: a refund's, chargeback's or correction's payment, and a
    reversal's refund or chargeback, or a forgiveness's refund.

    ``forgiven`` is what nobody has to pay any more by it: the part of a refund that is not owed
    again; below zero where it comes back or is owed after all. A forgiveness moves no money.
    """

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="ledger"
    )
    attempt = models.ForeignKey(
        PaymentAttempt,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
    )
    about = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="consequences"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=LedgerKind.choices)
    amount = models.DecimalField(_("amount"), max_digits=19, decimal_places=4)
    surcharge = models.DecimalField(
        _("fee paid by the customer"), max_digits=19, decimal_places=4, default=ZERO
    )
    forgiven = models.DecimalField(
        _("not owed any more"), max_digits=19, decimal_places=4, default=ZERO
    )
    #: What the order came to when something was forgiven.
    order_total = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    #: What Stripe kept of it; it says so up to some hours later, and the daily comparison asks.
    fee = models.DecimalField(_("fee"), max_digits=19, decimal_places=4, null=True, blank=True)
    method = models.CharField(_("method"), max_length=50, blank=True)
    reference = models.CharField(_("reference"), max_length=255, blank=True)
    account = models.CharField(max_length=64, blank=True)
    stripe_object = models.CharField(max_length=255, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    occurred_at = models.DateTimeField(_("paid"))
    created_at = models.DateTimeField(_("booked"), auto_now_add=True)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "stripe_object"],
                condition=Q(stripe_object__isnull=False),
                name="portal_ledger_stripe_once",
            ),
            models.CheckConstraint(condition=_may_forgive(), name="portal_ledger_forgiven"),
        ]
        indexes = [models.Index(fields=["occurred_at"], name="portal_ledger_month")]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.amount} {self.currency}"

    def as_booking(self) -> Booking:
        kind = LedgerKind(self.kind)
        return Booking(
            self.pk,
            kind,
            self.amount,
            self.about_id,
            self.surcharge,
            self.forgiven,
            self.order_total or ZERO,
        )

    @property
    def for_order(self):
        """What of it counts as paid for the order."""
        return self.amount - self.surcharge


class StripeEvent(models.Model):
    """One webhook delivery that was signed for us; kept for ever, so that none counts twice."""

    account = models.CharField(max_length=64, blank=True)
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)
    livemode = models.BooleanField(default=False)
    outcome = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="portal_stripe_event_once")
        ]

    def __str__(self):
        return f"{self.type} · {self.event_id}"
