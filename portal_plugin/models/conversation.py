"""What is said about a document. Internal notes have their own table and no flag to leak by."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from ..statuses import ChangeRequestState
from .threads import ThreadQuerySet


class Said(models.Model):
    """A text by the customer (``link``) or by staff (``staff``), on the document or on one item."""

    item_key = models.UUIDField(null=True, blank=True)
    text = models.TextField(_("text"), max_length=5000)
    link = models.ForeignKey(
        "portal_plugin.DirectLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    submission = models.ForeignKey(
        "portal_plugin.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    author_name = models.CharField(_("by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["created_at", "pk"]

    def __str__(self):
        return self.text[:80]

    @property
    def is_from_customer(self):
        return self.link_id is not None


class CommentQuerySet(ThreadQuerySet):
    def unanswered(self):
        """The customer's that wait for us."""
        return self.filter(link__isnull=False, answered_at=None, removed_at=None)

    def first_unanswered(self):
        """One of each document: what has waited there the longest."""
        waiting = CommentQuerySet(self.model).unanswered()
        before = waiting.filter(document=OuterRef("document"), pk__lt=OuterRef("pk"))
        return self.unanswered().filter(~Exists(before))


class Comment(Said):
    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="comments"
    )
    removed_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta(Said.Meta):
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [
            models.Index(
                fields=["-created_at"],
                condition=Q(link__isnull=False, answered_at=None, removed_at=None),
                name="portal_comment_unanswered",
            )
        ]


class InternalNote(models.Model):
    """For staff only. No query of the portal reads this table."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="internal_notes"
    )
    item_key = models.UUIDField(null=True, blank=True)
    text = models.TextField(_("text"), max_length=5000)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")

    def __str__(self):
        return self.text[:80]


class ChangeRequestQuerySet(ThreadQuerySet):
    def open(self):
        return self.filter(state=ChangeRequestState.OPEN)


class ChangeRequest(Said):
    """The customer's "not yet". Its items leave approval until staff answer it."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="change_requests"
    )
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ChangeRequestState.choices,
        default=ChangeRequestState.OPEN,
    )
    is_late = models.BooleanField(_("after approval"), default=False)
    reply = models.TextField(_("answer"), blank=True, max_length=5000)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ChangeRequestQuerySet.as_manager()

    class Meta(Said.Meta):
        verbose_name = _("change request")
        verbose_name_plural = _("change requests")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="portal_change_request_number"
            )
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="portal_change_request_open")]

    @property
    def is_open(self):
        return self.state == ChangeRequestState.OPEN
