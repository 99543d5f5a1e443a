"""Files that customers and staff added, and the pictures made from them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..statuses import FileCheckState, WorkState
from .storage import private_name, private_storage
from .threads import ThreadQuerySet


class AttachmentQuerySet(ThreadQuerySet):
    def shown(self):
        """What the customer may see."""
        return self.filter(is_internal=False, removed_at=None)


class Attachment(models.Model):
    """A file on a document or on one of its items. Staff's stay internal until they show them."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="attachments"
    )
    public_id = models.UUIDField(unique=True, editable=False)
    item_key = models.UUIDField(null=True, blank=True)
    file = models.FileField(upload_to=private_name, storage=private_storage, max_length=255)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(max_length=64)
    is_previewable = models.BooleanField(default=False)
    is_internal = models.BooleanField(_("internal"), default=True)
    check_state = models.CharField(
        max_length=10, choices=FileCheckState.choices, default=FileCheckState.UNCHECKED
    )
    link = models.ForeignKey(
        "portal_plugin.DirectLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
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
        related_name="attachments",
    )
    author_name = models.CharField(_("by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    shown_at = models.DateTimeField(_("shown to the customer"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self):
        return self.name

    def folder(self):
        return f"files/{self.document.public_id}"

    @property
    def is_from_customer(self):
        return self.link_id is not None


class Preview(models.Model):
    """A re-encoded picture of one page of a stored file, found by the file's own hash.

    The row is also the work order: it waits until a worker has made the picture.
    """

    digest = models.CharField(max_length=64)
    page = models.PositiveSmallIntegerField(default=1)
    size = models.CharField(max_length=10)
    source = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    state = models.CharField(
        max_length=10, choices=WorkState.choices, default=WorkState.WAITING, db_index=True
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveSmallIntegerField(default=1)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    file = models.FileField(
        upload_to=private_name, storage=private_storage, max_length=255, blank=True
    )
    # How many pages the file has; ``pages`` is how many of them can be shown. On page 1 only.
    file_pages = models.PositiveIntegerField(default=0)
    # On page 1 only: "scripts" and "files" that a PDF carries, for staff; "colours" of printers.
    warnings = models.CharField(max_length=50, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "page", "size"], name="portal_preview_once")
        ]

    def __str__(self):
        return f"{self.digest[:12]} · {self.page} · {self.size}"

    def folder(self):
        return f"previews/{self.digest[:2]}"
