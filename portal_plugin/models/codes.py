"""Codes by email, asked for before something that binds. The code itself is stored nowhere."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

#: How long a code can be typed, and how long what it opened stays open.
LIFE = timedelta(minutes=10)
TRIES = 5


class EmailCodeQuerySet(models.QuerySet):
    def of(self, link, action, browser, about=""):
        return self.filter(link=link, action=action, browser=browser, about=about)

    def covering(self, amount):
        """Those that were asked for at this amount or a higher one."""
        return self.filter(amount__gte=amount)

    def open(self):
        """Those whose code can still be typed, or is on its way."""
        since = timezone.now() - LIFE
        return self.filter(confirmed_at=None, created_at__gt=since, tries__lt=TRIES)

    def confirmed(self):
        return self.filter(confirmed_at__gt=timezone.now() - LIFE)


class EmailCode(models.Model):
    """One code for one person, one browser, and one thing that they were about to do.

    ``about`` is a digest of what was decided, where the action says so; ``amount`` is what was at
    stake then, in the document's currency: the code counts for no other thing and for no more.
    ``browser`` is the SHA-256 of the browser's cookie. ``code_hash`` is empty until the email is
    written: the code is made then, and an email that is tried again has another one.
    """

    link = models.ForeignKey(
        "portal_plugin.DirectLink", on_delete=models.CASCADE, related_name="codes"
    )
    action = models.CharField(max_length=50)
    browser = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True)
    amount = models.DecimalField(max_digits=19, decimal_places=4, default=0)
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EmailCodeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["link", "browser"], name="portal_code_browser")]

    def __str__(self):
        return f"{self.action} · {self.link_id}"
