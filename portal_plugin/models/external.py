"""Files that stay where a customer keeps them; the portal has their address and nothing else."""

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from .threads import ThreadQuerySet


class ExternalFile(models.Model):
    """An https address that a customer sent in place of a file. It is never fetched by us, so that
    nobody has checked what is there, and it may be something else tomorrow."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="external_files"
    )
    item_key = models.UUIDField(null=True, blank=True)
    url = models.URLField(_("link"), max_length=2000)
    link = models.ForeignKey("portal_plugin.DirectLink", on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(
        "portal_plugin.Submission", on_delete=models.PROTECT, related_name="+"
    )
    author_name = models.CharField(_("by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        verbose_name = _("link to a file")
        verbose_name_plural = _("links to files")

    def __str__(self):
        return self.url

    @property
    def host(self):
        """Where it leads, as the browser will ask for it: letters that only look like others are
        written out (punycode)."""
        host = urlsplit(self.url).hostname or ""
        try:
            return host.encode("idna").decode()
        except UnicodeError:
            return host
