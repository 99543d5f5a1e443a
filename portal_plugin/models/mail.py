"""Emails on their way. The row is written in the transaction of what it tells about."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from ..statuses import EmailState


class OutgoingEmailQuerySet(models.QuerySet):
    def lost(self, since):
        """To a customer, due since a moment, not delivered, and no later one was."""
        later = self.model.objects.filter(
            document=OuterRef("document"),
            recipient=OuterRef("recipient"),
            pk__gt=OuterRef("pk"),
            state__in=[EmailState.SENT, EmailState.DELIVERED],
        )
        return self.filter(
            ~Exists(later),
            recipient__isnull=False,
            state__in=[EmailState.BOUNCED, EmailState.PARKED],
            not_before__gte=since,
        )


class OutgoingEmail(models.Model):
    """One email to one person. The rendered body is never stored: it holds the secret of a link.

    ``facts`` are ids and plain words that the email's template is filled from when it is sent.
    ``written_subject`` and ``written_text`` are what staff typed. Staff's emails have ``staff`` or
    ``address`` and no ``recipient``. ``thread`` is the same for all emails to one person about one
    document: they go out in order, and those that are ``is_delayed`` become one.
    """

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey(
        "portal_plugin.SalesDocument",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emails",
    )
    kind = models.CharField(_("kind"), max_length=50)
    link = models.ForeignKey(
        "portal_plugin.DirectLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emails",
    )
    recipient = models.ForeignKey(
        "portal_plugin.Recipient",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emails",
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    address = models.EmailField(_("to"), blank=True)
    language = models.CharField(max_length=15, blank=True)
    written_subject = models.CharField(_("subject"), max_length=300, blank=True)
    written_text = models.TextField(_("text"), blank=True)
    facts = models.JSONField(default=dict, blank=True)
    thread = models.CharField(max_length=350, blank=True)
    is_delayed = models.BooleanField(default=False)
    attaches_pdf = models.BooleanField(default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=EmailState.choices, default=EmailState.WAITING
    )
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=255, unique=True)
    provider_id = models.CharField(max_length=255, blank=True, db_index=True)
    error = models.CharField(max_length=500, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("bounced"), null=True, blank=True)

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        indexes = [
            models.Index(fields=["state", "not_before"], name="portal_email_waiting"),
            models.Index(fields=["thread", "state"], name="portal_email_thread"),
        ]

    def __str__(self):
        return f"{self.kind} · {self.address or self.recipient_id}"
