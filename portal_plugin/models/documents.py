"""Estimates and orders: one table for what they share, one target for everything on them."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from .. import registry
from ..statuses import DocumentKind, DocumentState, Verdict, WaitingFor
from .amounts import Amounts
from .content import DocumentContent
from .decisions import Decision
from .record import DocumentRecord
from .releasing import Releasing
from .turns import Turns

#: Columns of Wagtail's mixins that a revision must not bring back.
OF_WAGTAIL = frozenset(
    {
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
    }
)


class SalesDocumentQuerySet(models.QuerySet):
    def out(self):
        """What a customer may see at all."""
        return self.filter(live=True, current_version__isnull=False)

    def of_site(self, site):
        return self.filter(site=site)

    def real(self):
        """Without the sample documents that staff try things on."""
        return self.filter(is_sample=False)

    def past_validity(self):
        """Their last valid day is over, in the site's time zone."""
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        last_day = Coalesce("valid_until_override", "valid_until")
        return self.annotate(last_day=last_day).filter(last_day__lt=today)

    def half_approved(self):
        """Some item was approved, and the rest was left open."""
        states = [DocumentState.PARTLY_APPROVED, DocumentState.EXPIRED]
        return self.filter(
            Exists(Decision.objects.filter(document=OuterRef("pk"), verdict=Verdict.APPROVE)),
            listed_state__in=states,
        )

    def to_start(self):
        """Approved, our turn, and in no stage yet: nobody has begun."""
        return self.filter(
            waiting_for=WaitingFor.US, listed_state=DocumentState.APPROVED, stage=None
        )

    def waiting_longer(self, waiting_for, than):
        """Since before a moment, on one side's turn."""
        return self.filter(waiting_for=waiting_for, waiting_since__lt=than)


class SalesDocument(
    Releasing,
    Turns,
    Amounts,
    DocumentRecord,
    DocumentContent,
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

    UNVERSIONED = OF_WAGTAIL | {field.name for field in DocumentRecord._meta.fields}
    VERSIONED = frozenset(
        {"id", "go_live_at"} | {field.name for field in DocumentContent._meta.fields}
    )

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
        """Kept for ever in Wagtail's logs: the number alone, no words that may name a person."""
        return self.number or str(_("Draft"))

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

    @property
    def preview_modes(self):
        return [("page", _("Customer page")), ("pdf", _("PDF")), ("email", _("Email"))]

    def serve_preview(self, request, mode_name):
        return registry.present("preview", self, request, mode_name)


class Estimate(SalesDocument):
    """The priced offer before the customer agrees."""

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        permissions = [
            ("send_estimate", "Can send estimate"),
            ("decide_estimate", "Can record decisions"),
        ]

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
        permissions = [
            ("send_order", "Can send order"),
            ("decide_order", "Can record decisions"),
            ("record_payment_order", "Can record payments"),
            ("refund_order", "Can refund order"),
        ]

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
