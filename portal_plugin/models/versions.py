"""What went out to the customer, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentVersion(models.Model):
    """One release. ``content`` is canonical JSON as text: JSON columns reorder and reformat."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    content = models.TextField()
    scheme = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    net = models.DecimalField(max_digits=19, decimal_places=4)
    tax = models.DecimalField(max_digits=19, decimal_places=4)
    total = models.DecimalField(max_digits=19, decimal_places=4)
    deposit = models.DecimalField(max_digits=19, decimal_places=4)
    created_at = models.DateTimeField(_("released"), auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="portal_version_number")
        ]

    def __str__(self):
        return f"{self.document} · {self.number}"

    @property
    def reference(self):
        """The same after dump and restore, wherever its row is then. As ``written_reference``."""
        return written_reference(self.document.public_id, self.number)


def written_reference(public_id, number):
    return f"{public_id}:{number}"


class VersionItem(models.Model):
    """One item of a version: its exact bytes, their hash, and the version since which it has it."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="items")
    key = models.UUIDField()
    position = models.PositiveIntegerField()
    canonical = models.TextField()
    item_hash = models.CharField(max_length=64)
    since = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="portal_version_item_once")
        ]

    def __str__(self):
        return f"{self.version_id} · {self.key}"
