"""Files that are still on their way, and how much room a site has given out."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class UploadInProgressQuerySet(models.QuerySet):
    def reserving(self):
        """Those whose declared size is kept free for them."""
        return self.filter(finished_at=None, expires_at__gt=timezone.now())

    def expired(self):
        return self.filter(expires_at__lte=timezone.now())


class UploadInProgress(models.Model):
    """A file that a customer sends in pieces (tus). Its bytes lie in the staging folder, and how
    many came is that file's size: the row would be wrong after a crash.

    Once the attachment is written the row stays until it expires, so that whoever did not hear the
    last answer still learns that all of it arrived.
    """

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.CASCADE, related_name="uploads_in_progress"
    )
    link = models.ForeignKey("portal_plugin.DirectLink", on_delete=models.CASCADE, related_name="+")
    public_id = models.UUIDField(unique=True, editable=False)
    client_key = models.UUIDField()
    item_key = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = UploadInProgressQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "client_key"], name="portal_upload_in_progress_once"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def is_finished(self):
        return self.finished_at is not None

    @property
    def is_expired(self):
        return self.expires_at <= timezone.now()


class SiteStorageQuerySet(models.QuerySet):
    def take(self, site_id: int, size: int, most: int) -> bool:
        """Add ``size`` bytes unless that is more than ``most``; one statement, so that it is exact
        whoever else counts."""
        room = self.filter(site=site_id, used_bytes__lte=most - size)
        return bool(room.update(used_bytes=F("used_bytes") + size))

    def give_back(self, site_id: int, size: int) -> None:
        enough = Q(used_bytes__gte=size)
        self.filter(enough, site=site_id).update(used_bytes=F("used_bytes") - size)


class SiteStorage(models.Model):
    """Bytes of all files of a site, those on their way included: a counter row, kept only where the
    site has a limit."""

    site = models.OneToOneField("wagtailcore.Site", on_delete=models.CASCADE, related_name="+")
    used_bytes = models.PositiveBigIntegerField(default=0)

    objects = SiteStorageQuerySet.as_manager()

    def __str__(self):
        return f"{self.site_id} · {self.used_bytes}"
