"""The way in: whom a document was sent to, their link, and the secrets that open it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..statuses import LinkRole


class Recipient(models.Model):
    """The person a direct link was made for: a snapshot, so that later edits rewrite no history."""

    site = models.ForeignKey("wagtailcore.Site", on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        "portal_plugin.Customer", on_delete=models.PROTECT, related_name="recipients"
    )
    contact = models.ForeignKey(
        "portal_plugin.Contact",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="recipients",
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.EmailField(_("email"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    #: By somebody with a link, and so known to no customer or contact of the shop's.
    was_invited = models.BooleanField(_("invited by a customer"), default=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["site", "email"], name="portal_recipient_email")]

    def __str__(self):
        return self.name or self.email


class DirectLinkQuerySet(models.QuerySet):
    def usable(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def approving(self):
        """Of whoever is asked for a yes. A link that has ended still asks: its person gets a new
        one, and time alone must not make a yes of what they did not say."""
        return self.filter(revoked_at=None, role=LinkRole.APPROVE)

    def paying(self):
        return self.filter(revoked_at=None, role__in=[LinkRole.APPROVE, LinkRole.PAY])

    def expired_unused(self, since):
        """Ended since a moment without having been seen by a person."""
        return self.filter(
            revoked_at=None,
            last_seen_at=None,
            expires_at__gte=since,
            expires_at__lte=timezone.now(),
        )

    def by_token_hash(self, token_hash):
        found = self.filter(tokens__token_hash=token_hash)
        return found.annotate(
            secret_id=models.F("tokens__pk"), secret_ends_at=models.F("tokens__ends_at")
        )


class DirectLink(models.Model):
    """One person's way to one document (and to the order made from it)."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="links"
    )
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, related_name="links")
    role = models.CharField(
        _("rights"), max_length=10, choices=LinkRole.choices, default=LinkRole.APPROVE
    )
    expires_at = models.DateTimeField(_("until"))
    invited_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="invited"
    )
    may_invite = models.BooleanField(_("may invite others"), default=True)
    #: Since when the person is asked for a yes, where that is not since the link was made.
    approves_since = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    opened_count = models.PositiveIntegerField(_("opened"), default=0)
    last_opened_at = models.DateTimeField(_("last opened"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last opened by a person"), null=True, blank=True)

    #: Of the secret that it was found by, where that may end before the link.
    secret_ends_at = None

    objects = DirectLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("direct link")
        verbose_name_plural = _("direct links")
        constraints = [
            models.UniqueConstraint(fields=["document", "recipient"], name="portal_link_once")
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(revoked_at=None), name="portal_link_expiry"
            )
        ]

    def __str__(self):
        return f"{self.recipient} · {self.document}"

    @property
    def asked_since(self):
        return self.approves_since or self.created_at

    @property
    def is_limited(self):
        return self.role != LinkRole.APPROVE

    @property
    def is_revoked(self):
        return self.revoked_at is not None

    @property
    def ends_at(self):
        """For whoever came by the secret that it was found by."""
        return min(self.expires_at, self.secret_ends_at or self.expires_at)

    @property
    def is_expired(self):
        return self.ends_at <= timezone.now()

    @property
    def is_usable(self):
        return not self.is_revoked and not self.is_expired


class LinkToken(models.Model):
    """The SHA-256 of one secret that opens a link. The secret itself is stored nowhere."""

    link = models.ForeignKey(DirectLink, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.ForeignKey(
        "portal_plugin.OutgoingEmail",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="tokens",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    #: Where somebody asked for a newer one: the end that the link had then. Else the link's own.
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.link_id} · {self.created_at:%Y-%m-%d}"
