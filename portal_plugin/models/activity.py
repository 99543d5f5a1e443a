"""The append-only history of a document, chained by hashes."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from ..statuses import ActorKind

#: Verbs of what nobody did and nobody has to be told of: evidence, and nothing else.
QUIET = ("pdf_drawn",)


class ActivityQuerySet(models.QuerySet):
    def noteworthy(self):
        """What somebody may want to read, or that changed something."""
        return self.exclude(verb__in=QUIET)

    def sent(self):
        """Emails with a direct link, to whomever."""
        return self.filter(verb="send")

    def first_sent(self, begin, end):
        """Of each document that was sent for the first time from ``begin`` to before ``end``. An
        order that was made from an estimate went out with it."""
        earlier = self.model.objects.sent().filter(
            document=OuterRef("document"), sequence__lt=OuterRef("sequence")
        )
        return self.sent().filter(
            ~Exists(earlier),
            created_at__gte=begin,
            created_at__lt=end,
            document__is_sample=False,
            document__order__source_estimate=None,
        )


class Activity(models.Model):
    """One entry. ``data`` is canonical JSON and holds digests where it speaks of a person."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="activities"
    )
    sequence = models.PositiveIntegerField()
    verb = models.CharField(_("what"), max_length=50)
    actor = models.CharField(_("who"), max_length=10, choices=ActorKind.choices)
    link = models.ForeignKey(
        "portal_plugin.DirectLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="activities",
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    data = models.TextField(default="{}")
    scheme = models.PositiveSmallIntegerField(default=1)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("when"))

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activity")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "sequence"], name="portal_activity_sequence"
            )
        ]
        indexes = [models.Index(fields=["verb", "created_at"], name="portal_activity_month")]

    def __str__(self):
        return f"{self.verb} · {self.document}"


class SubmissionSalt(models.Model):
    """The random key of what one submission says of its person; it goes when they are erased."""

    submission = models.OneToOneField(
        "portal_plugin.Submission", on_delete=models.CASCADE, related_name="salt"
    )
    salt = models.CharField(max_length=64)

    def __str__(self):
        return str(self.submission_id)


class PersonalSalt(models.Model):
    """The random key of one recipient's digests. Deleting it makes them meaningless for ever."""

    recipient = models.OneToOneField(
        "portal_plugin.Recipient", on_delete=models.CASCADE, related_name="salt"
    )
    salt = models.CharField(max_length=64)

    def __str__(self):
        return str(self.recipient_id)
