"""Estimates and orders: one table for what they share, one target for everything on them."""

from functools import cache

from django.db import models, transaction
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
from ..statuses import DocumentKind
from .amounts import Amounts
from .content import DocumentContent
from .items import LineItem
from .listed import ListedQuerySet, is_out
from .prepared import Prepared
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


class SalesDocumentQuerySet(ListedQuerySet):
    def out(self):
        """What a customer may see at all."""
        return self.filter(is_out())

    def of_site(self, site):
        return self.filter(site=site)

    def as_shown(self):
        """With what every reading of one needs, so that ``as_its_kind`` costs no query."""
        related = self.select_related("customer", "stage").order_by()
        return related.annotate(source_id=models.F("order__source_estimate"))

    def real(self):
        """Without the sample documents that staff try things on."""
        return self.filter(is_sample=False)

    def remindable(self):
        """Without those of customers who want no reminders."""
        return self.exclude(customer__gets_reminders=False)


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
            # One for each filter and each sorting that the lists offer, whatever the site.
            models.Index(fields=["kind", "-created_at"], name="portal_list_newest"),
            models.Index(fields=["kind", "waiting_for", "-created_at"], name="portal_list_turn"),
            models.Index(fields=["kind", "waiting_for", "waiting_since"], name="portal_list_since"),
            models.Index(fields=["waiting_for", "waiting_since"], name="portal_waiting_longest"),
            models.Index(fields=["kind", "listed_state", "-created_at"], name="portal_list_state"),
            models.Index(fields=["kind", "stage", "-created_at"], name="portal_list_stage"),
            models.Index(fields=["kind", "responsible", "-created_at"], name="portal_list_person"),
            models.Index(fields=["kind", "customer", "-created_at"], name="portal_list_customer"),
            models.Index(fields=["kind", "number"], name="portal_list_number"),
            models.Index(fields=["kind", "listed_total"], name="portal_list_total"),
            models.Index(fields=["kind", "listed_balance"], name="portal_list_balance"),
            models.Index(fields=["kind", "listed_due_on"], name="portal_list_due"),
        ]

    def __str__(self):
        """Kept for ever in Wagtail's logs: the number alone, no words that may name a person."""
        return self.number or str(_("Draft"))

    def save(self, **kwargs):
        """With its items all at once, where they were set: modelcluster writes one by one."""
        held = getattr(self, "_cluster_related_objects", {})
        items = held.pop("line_items", None) if kwargs.get("update_fields") is None else None
        try:
            with transaction.atomic(savepoint=False):
                super().save(**kwargs)
                if items is not None:
                    LineItem.objects.write(self, items)
        except BaseException:
            if items is not None:
                held["line_items"] = items
            raise

    @property
    def specific(self):
        """The ``Estimate`` or ``Order`` of this row."""
        if type(self) is not SalesDocument:
            return self
        return self.estimate if self.kind == DocumentKind.ESTIMATE else self.order

    def as_its_kind(self):
        """``specific`` without a query, for a row that was read ``as_shown``: of its own an order
        has only its estimate's id."""
        own = {"salesdocument_ptr_id": self.pk, "source_estimate_id": self.source_id}
        model = _model_of(self.kind)
        names = [field.attname for field in model._meta.concrete_fields]
        values = [own[name] if name in own else getattr(self, name) for name in names]
        document = model.from_db(self._state.db, names, values)
        document._state.fields_cache.update(self._state.fields_cache)
        return document

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
            ("issue_invoice_order", "Can issue invoices"),
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
    return _stored(_model_of(document.kind), document.pk)


def reread(document) -> SalesDocument:
    """As it is stored now. Raises ``SalesDocument.DoesNotExist``."""
    return _stored(type(document), document.pk)


def _model_of(kind):
    return Order if kind == DocumentKind.ORDER else Estimate


def _stored(model, pk):
    found = _rows_of(model).get(pk)
    if found is None:
        raise model.DoesNotExist
    return found


@cache
def _rows_of(model):
    """Asked for by whatever anybody does."""
    return Prepared(model.objects.all(), "pk", 0)
