"""Estimates and orders: one table for what they share, one target for everything on them."""

import secrets
import uuid
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    WorkflowMixin,
)

from .. import registry
from ..exceptions import EvidenceIsKept
from ..money import ZERO
from ..statuses import (
    DocumentKind,
    DocumentState,
    PaymentPurpose,
    PaysBy,
    WaitingFor,
)
from ..totals import DocumentTotals, Line, Terms, document_totals
from .standing import Standing


def make_public_id() -> str:
    """96 random bits for addresses: it opens nothing, but it tells nobody the next one."""
    return secrets.token_urlsafe(12)


class SalesDocumentQuerySet(models.QuerySet):
    def out(self):
        """What a customer may see at all."""
        return self.filter(live=True, current_version__isnull=False)

    def of_site(self, site):
        return self.filter(site=site)

    def real(self):
        """Without the sample documents that staff try things on."""
        return self.filter(is_sample=False)


class SalesDocument(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    ClusterableModel,
):
    """What an estimate and an order share.

    Publishing releases a new version to the customer. The columns in ``UNVERSIONED`` are written by
    services alone: a revision holds a copy of them that is never written back.
    """

    UNVERSIONED = frozenset(
        [
            "site",
            "public_id",
            "kind",
            "family",
            "number",
            "is_sample",
            "responsible",
            "stage",
            "valid_until_override",
            "cancelled_at",
            "cancelled_by",
            "cancel_reason",
            "completed_at",
            "converted_at",
            "final_state",
            "current_version",
            "listed_state",
            "listed_total",
            "listed_balance",
            "waiting_for",
            "waiting_since",
            "created_at",
            "live",
            "has_unpublished_changes",
            "first_published_at",
            "last_published_at",
            "live_revision",
            "latest_revision",
            "expire_at",
            "expired",
            "locked",
            "locked_at",
            "locked_by",
        ]
    )
    VERSIONED = frozenset(
        [
            "id",
            "customer",
            "title",
            "language",
            "currency",
            "introduction",
            "closing",
            "valid_until",
            "delivery_on",
            "delivery_text",
            "purchase_order_number",
            "pays_by",
            "payment_days",
            "discount_percent",
            "discount_amount",
            "shipping_amount",
            "shipping_tax_rate",
            "shipping_includes_tax",
            "deposit_percent",
            "deposit_amount",
            "go_live_at",
        ]
    )

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    public_id = models.CharField(max_length=24, unique=True, default=make_public_id, editable=False)
    kind = models.CharField(max_length=10, choices=DocumentKind.choices, editable=False)
    family = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    number = models.CharField(_("number"), max_length=60, null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
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
    delivery_on = models.DateField(_("delivery"), null=True, blank=True)
    delivery_text = models.TextField(_("delivery details"), blank=True)
    purchase_order_number = models.CharField(
        _("customer's order number"), max_length=100, blank=True
    )
    pays_by = models.CharField(_("pays by"), max_length=10, choices=PaysBy.choices, blank=True)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), null=True, blank=True)
    discount_percent = models.DecimalField(
        _("discount (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    discount_amount = models.DecimalField(
        _("discount (amount)"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    shipping_amount = models.DecimalField(
        _("shipping"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    shipping_tax_rate = models.DecimalField(
        _("tax on shipping (%)"),
        max_digits=6,
        decimal_places=3,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    shipping_includes_tax = models.BooleanField(_("shipping includes tax"), default=False)
    deposit_percent = models.DecimalField(
        _("deposit (%)"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    deposit_amount = models.DecimalField(
        _("deposit (amount)"),
        max_digits=19,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    stage = models.ForeignKey(
        "portal_plugin.Stage",
        verbose_name=_("stage"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
    )
    valid_until_override = models.DateField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    cancel_reason = models.TextField(blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    converted_at = models.DateTimeField(null=True, blank=True, editable=False)
    final_state = models.CharField(max_length=20, blank=True, editable=False)
    current_version = models.ForeignKey(
        "portal_plugin.DocumentVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    listed_state = models.CharField(max_length=20, blank=True, editable=False)
    listed_total = models.DecimalField(
        max_digits=19, decimal_places=4, default=Decimal(0), editable=False
    )
    listed_balance = models.DecimalField(
        max_digits=19, decimal_places=4, default=Decimal(0), editable=False
    )
    waiting_for = models.CharField(
        max_length=10, choices=WaitingFor.choices, default=WaitingFor.NOBODY, editable=False
    )
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Wagtail's default is True; a row that nobody published must not be one that is out.
    live = models.BooleanField(verbose_name=_("live"), default=False, editable=False)

    objects = SalesDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind", "number"], name="portal_document_number_once"
            )
        ]
        indexes = [
            models.Index(fields=["site", "kind", "-created_at"], name="portal_document_list"),
            models.Index(fields=["site", "waiting_for"], name="portal_document_waiting"),
        ]

    def __str__(self):
        name = self.number or str(_("Draft"))
        return f"{name} · {self.title}" if self.title else name

    # -- kinds -----------------------------------------------------------------------------------

    @property
    def specific(self):
        """The ``Estimate`` or ``Order`` of this row."""
        if type(self) is not SalesDocument:
            return self
        return self.estimate if self.kind == DocumentKind.ESTIMATE else self.order

    @property
    def is_order(self):
        return self.kind == DocumentKind.ORDER

    @property
    def is_estimate(self):
        return self.kind == DocumentKind.ESTIMATE

    @classmethod
    def get_base_content_type(cls):
        """Its own class: reports and mails of workflows look rows up by this, and the shared base
        has no admin views."""
        return ContentType.objects.get_for_model(cls, for_concrete_model=False)

    # -- publishing ------------------------------------------------------------------------------

    def with_content_json(self, content):
        """The revision's content on the row of now: nothing that services wrote goes back."""
        document = super().with_content_json(content)
        for name in self.UNVERSIONED:
            field = self._meta.get_field(name)
            setattr(document, field.attname, getattr(self, field.attname))
        document.expire_at = None
        self._match_by_key(document)
        return document

    def _match_by_key(self, document):
        """Rows that were added in a draft have no id in its revision: find the live ones by key."""
        if not self.pk or not hasattr(document, "line_items"):
            return
        live = dict(self.line_items.model.objects.filter(document=self.pk).values_list("key", "pk"))
        for item in document.line_items.all():
            item.pk = live.get(item.key)

    def publish(self, revision, *args, **kwargs):
        """Lock, reload, then what Wagtail does: the revision's cached object may be older than what
        a customer wrote a moment ago."""
        with transaction.atomic():
            lock(self)
            fresh = Revision.objects.get(pk=revision.pk)
            return super().publish(fresh, *args, **kwargs)

    def unpublish(self, *args, **kwargs):
        if self.has_evidence:
            raise EvidenceIsKept
        return super().unpublish(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.current_version_id is not None:
            raise EvidenceIsKept
        return super().delete(*args, **kwargs)

    @property
    def has_evidence(self):
        return self.decisions.exists() or self.ledger.exists() or self.payment_attempts.exists()

    # -- preview ---------------------------------------------------------------------------------

    @property
    def preview_modes(self):
        return [("page", _("Customer page")), ("pdf", _("PDF")), ("email", _("Email"))]

    def serve_preview(self, request, mode_name):
        return registry.present("preview", self, request, mode_name)

    # -- what it is now --------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list:
        """The line items in order; works on unsaved ones in a preview."""
        items = self.line_items.all()
        return sorted(items, key=lambda item: (item.sort_order or 0, item.pk or 0))

    @cached_property
    def standing(self) -> Standing:
        return Standing(self)

    @property
    def state(self) -> DocumentState:
        return self.standing.state

    @property
    def last_valid_day(self):
        return self.valid_until_override or self.valid_until

    @property
    def is_past_validity(self):
        """True once the last valid day has ended in the site's time zone."""
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        return self.last_valid_day is not None and self.last_valid_day < today

    @property
    def whose_turn(self) -> WaitingFor:
        """Whom the work waits for now."""
        state = self.state
        if state in (
            DocumentState.CONVERTED,
            DocumentState.DECLINED,
            DocumentState.CANCELLED,
            DocumentState.EXPIRED,
        ):
            return WaitingFor.US if self.has_unanswered_comment else WaitingFor.NOBODY
        if state in (DocumentState.UNPUBLISHED, DocumentState.CHANGES_REQUESTED):
            return WaitingFor.US
        if self.standing.open_requests or self.has_unanswered_comment:
            return WaitingFor.US
        if state in (DocumentState.WAITING, DocumentState.PARTLY_APPROVED):
            return WaitingFor.CUSTOMER
        return self._turn_after_approval(state)

    def _turn_after_approval(self, state):
        if state == DocumentState.COMPLETED:
            return WaitingFor.CUSTOMER if self.balance_due else WaitingFor.NOBODY
        if self.is_order and (self.deposit_due or (self.stage and self.stage.waits_for_customer)):
            return WaitingFor.CUSTOMER
        return WaitingFor.US

    @property
    def has_unanswered_comment(self):
        return self.comments.filter(link__isnull=False, answered_at=None, removed_at=None).exists()

    # -- money -----------------------------------------------------------------------------------

    @cached_property
    def totals(self) -> DocumentTotals:
        """Sums of what is counted; on an order a declined item is not."""
        declined = set()
        if self.is_order and self.current_version_id and not self._state.adding:
            declined = set(self.standing.keys("declined"))
        lines = [
            item.as_line(is_counted=item.is_counted and item.key not in declined)
            for item in self.lines
        ]
        return document_totals(lines, self.currency or "EUR", self._terms())

    def _terms(self):
        shipping = None
        if self.shipping_amount:
            shipping = Line(
                unit_price=self.shipping_amount,
                tax_rate=self.shipping_tax_rate or ZERO,
                price_includes_tax=self.shipping_includes_tax,
            )
        return Terms(
            discount_percent=self.discount_percent or ZERO,
            discount_amount=self.discount_amount or ZERO,
            shipping=shipping,
            deposit_percent=self.deposit_percent or ZERO,
            deposit_amount=self.deposit_amount or ZERO,
        )

    @cached_property
    def bookings(self) -> list:
        """The ledger's entries, newest first; only orders have any."""
        return [] if self.pk is None or self.is_estimate else list(self.ledger.all())

    @property
    def paid(self) -> Decimal:
        return sum((entry.amount for entry in self.bookings), ZERO)

    @property
    def balance_due(self) -> Decimal:
        return max(ZERO, self.totals.total - self.paid)

    @property
    def overpaid(self) -> Decimal:
        return max(ZERO, self.paid - self.totals.total)

    @property
    def deposit_due(self) -> Decimal:
        return max(ZERO, min(self.totals.deposit - self.paid, self.balance_due))

    @property
    def due_purpose(self) -> PaymentPurpose:
        return PaymentPurpose.DEPOSIT if self.deposit_due else PaymentPurpose.BALANCE

    @property
    def amount_due(self) -> Decimal:
        """What Pay Now asks for: the deposit while one is due, else the balance."""
        return self.deposit_due or self.balance_due

    @cached_property
    def has_pending_payment(self) -> bool:
        """The customer has paid and the bank has not answered yet."""
        if self.pk is None or self.is_estimate:
            return False
        return self.payment_attempts.pending().exists()

    @property
    def effective_pays_by(self) -> str:
        customer = self.customer.pays_by if self.customer else ""
        return self.pays_by or customer or PaysBy.ONLINE


class Estimate(SalesDocument):
    """The priced offer before the customer agrees."""

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = DocumentKind.ESTIMATE


class Order(SalesDocument):
    """What the customer agreed to."""

    source_estimate = models.OneToOneField(
        Estimate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="resulting_order",
    )

    UNVERSIONED = SalesDocument.UNVERSIONED | {"source_estimate"}

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = DocumentKind.ORDER


def lock(document) -> SalesDocument:
    """Lock the document's row until the transaction ends, and read it anew, as its own kind.

    It is the first row that anything locks; after it only a counter row. On SQLite the transaction
    itself is the lock (IMMEDIATE).
    """
    SalesDocument.objects.select_for_update().values_list("pk").get(pk=document.pk)
    model = Order if document.kind == DocumentKind.ORDER else Estimate
    return model.objects.get(pk=document.pk)
