"""PDFs that were made, found by the hash of what they show."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..statuses import WorkState
from .storage import private_name, private_storage


class RenderedPdf(models.Model):
    """One PDF and its work order. A file that was shown is kept."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="pdfs"
    )
    version = models.ForeignKey(
        "portal_plugin.DocumentVersion", on_delete=models.PROTECT, related_name="pdfs"
    )
    #: Whose receipt it is, where it is one.
    submission = models.ForeignKey(
        "portal_plugin.Submission",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pdfs",
    )
    kind = models.CharField(_("kind"), max_length=20)
    input_hash = models.CharField(max_length=64)
    file_hash = models.CharField(max_length=64, blank=True)
    file = models.FileField(
        upload_to=private_name, storage=private_storage, max_length=255, blank=True
    )
    state = models.CharField(
        max_length=10, choices=WorkState.choices, default=WorkState.WAITING, db_index=True
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    first_shown_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind", "input_hash"], name="portal_pdf_once"
            )
        ]

    def __str__(self):
        return f"{self.kind} · {self.document_id} · {self.input_hash[:12]}"

    def folder(self):
        return f"pdfs/{self.document.public_id}"
