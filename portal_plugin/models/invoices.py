"""Formal invoices and credit notes: issued once, and never changed."""

import json
import uuid
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from ..money import ZERO
from ..shares import less, negative, summed, worth
from ..statuses import InvoiceKind
from ..totals import TaxBand
from .decimals import exact


class InvoiceQuerySet(models.QuerySet):
    def standing(self):
        """Invoices of which something was not taken back, oldest first: what is added up has no
        order of its own."""
        left = exact(models.F("total") + Coalesce(models.Sum("credit_notes__total"), ZERO))
        invoices = self.exclude(kind=InvoiceKind.CREDIT_NOTE).order_by("pk")
        return invoices.annotate(what_is_left=left, notes=models.Count("credit_notes")).exclude(
            what_is_left=0, notes__gt=0
        )


class Invoice(models.Model):
    """``content`` is canonical JSON with all that the paper says, as it was said: later changes of
    the shop, the customer or a template change nothing of it. Amounts of a credit note are below
    zero. ``pdf`` is made from it once."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(
        "portal_plugin.SalesDocument",
        verbose_name=_("order"),
        on_delete=models.PROTECT,
        related_name="invoices",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=InvoiceKind.choices)
    number = models.CharField(_("number"), max_length=60)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    refers_to = models.ForeignKey(
        "self",
        verbose_name=_("takes back"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
    )
    reason = models.TextField(_("reason"), blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    net = models.DecimalField(_("net"), max_digits=19, decimal_places=4)
    tax = models.DecimalField(_("tax"), max_digits=19, decimal_places=4)
    rounding = models.DecimalField(
        _("rounding"), max_digits=19, decimal_places=4, default=Decimal(0)
    )
    total = models.DecimalField(_("total"), max_digits=19, decimal_places=4)
    content = models.TextField()
    scheme = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    pdf = models.OneToOneField(
        "portal_plugin.RenderedPdf", on_delete=models.PROTECT, related_name="invoice"
    )
    issued_on = models.DateField(_("date"))
    issued_at = models.DateTimeField(_("issued"), auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("issued by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="portal_invoice_number_once")
        ]
        indexes = [models.Index(fields=["site", "issued_on"], name="portal_invoice_day")]

    def __str__(self):
        return self.number

    @cached_property
    def said(self) -> dict:
        """``content``, read. Amounts in ``figures`` are texts as ``decimal_text`` writes them."""
        return json.loads(self.content)

    @property
    def is_credit_note(self):
        return self.kind == InvoiceKind.CREDIT_NOTE

    @property
    def bands(self) -> tuple[TaxBand, ...]:
        """What it charges, or takes back, by rate and kind of tax."""
        return tuple(
            TaxBand(Decimal(row["rate"]), row["category"], Decimal(row["net"]), Decimal(row["tax"]))
            for row in self.said["figures"]["bands"]
        )

    @property
    def left(self) -> tuple[TaxBand, ...]:
        """What its credit notes have not taken back."""
        notes = [band for note in self.credit_notes.all() for band in note.bands]
        return less(self.bands, negative(notes))

    @property
    def due_on(self) -> date | None:
        """The last day to pay it, where it says one."""
        said = self.said.get("payment", {}).get("due_on")
        return date.fromisoformat(said) if said else None

    @property
    def items(self) -> list[dict]:
        """Its rows that are items of the order. ``charged`` is net and tax with their share of the
        discount on the whole taken off. Invoices from before rows had keys have none."""
        return [row for row in self.said["figures"]["rows"] if "key" in row]

    def bands_of(self, keys) -> tuple[TaxBand, ...]:
        """What the items with ``keys`` were charged with, whatever they would cost now."""
        wanted = {str(key) for key in keys}
        return summed(item_band(row) for row in self.items if row["key"] in wanted)

    @property
    def credited_keys(self) -> set[str]:
        """Of the items that its credit notes take back by name."""
        notes = self.credit_notes.all()
        return {key for note in notes for key in note.said["figures"].get("keys", ())}

    @property
    def left_rounding(self) -> Decimal:
        return self.rounding + sum((note.rounding for note in self.credit_notes.all()), ZERO)

    @property
    def left_total(self) -> Decimal:
        return worth(self.left) + self.left_rounding


def item_band(row: dict) -> TaxBand:
    """What one of ``Invoice.items`` was charged with."""
    net, tax = Decimal(row["charged"]["net"]), Decimal(row["charged"]["tax"])
    return TaxBand(Decimal(row["rate"]), row["category"], net, tax)
