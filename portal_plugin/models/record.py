"""What services write of a document. No revision brings any of it back."""

import secrets
import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..statuses import DocumentKind, MoneyAfterCancel, WaitingFor


def make_public_id() -> str:
    """96 random bits for addresses: it opens nothing, but it tells nobody the next one. With a
    hyphen in front, a command would take it for an option."""
    made = secrets.token_urlsafe(12)
    return made if not made.startswith("-") else make_public_id()


class DocumentRecord(models.Model):
    """Columns of a document that are not versioned: services alone write them."""

    site = models.ForeignKey(
        "wagtailcore.Site", verbose_name=_("site"), on_delete=models.PROTECT, related_name="+"
    )
    public_id = models.CharField(max_length=24, unique=True, default=make_public_id, editable=False)
    kind = models.CharField(max_length=10, choices=DocumentKind.choices, editable=False)
    family = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    #: Ids of the documents that it was made from, the nearest first.
    ancestors = models.JSONField(default=list, blank=True, editable=False)
    number = models.CharField(_("number"), max_length=60, null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)
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
    #: The day to answer by that the customer was reminded of.
    reminded_of = models.DateField(null=True, blank=True, editable=False)
    #: The due day of the instalment that the customer was reminded of.
    reminded_of_instalment = models.DateField(null=True, blank=True, editable=False)
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
    money_after_cancel = models.CharField(
        max_length=10, choices=MoneyAfterCancel.choices, blank=True, editable=False
    )
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
    listed_deposit_due = models.DecimalField(
        max_digits=19, decimal_places=4, default=Decimal(0), editable=False
    )
    listed_due_on = models.DateField(null=True, blank=True, editable=False)
    waiting_for = models.CharField(
        max_length=10, choices=WaitingFor.choices, default=WaitingFor.NOBODY, editable=False
    )
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
