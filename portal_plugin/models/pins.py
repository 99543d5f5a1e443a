"""Points on a proof: where, and what should be different there. Several make one change request."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .threads import ThreadQuerySet


class ProofPinQuerySet(ThreadQuerySet):
    through = "change_request__"
    is_also_of_whole = False

    def done(self):
        return self.exclude(done_at=None)


class ProofPin(models.Model):
    """One point of a change request, on the version of the proof that the customer had before them.

    ``x`` and ``y`` are fractions of the page's width and height, from its left and its top whatever
    the language; without them the point is about the page as a whole.
    """

    change_request = models.ForeignKey(
        "portal_plugin.ChangeRequest", on_delete=models.PROTECT, related_name="pins"
    )
    proof_version = models.ForeignKey(
        "portal_plugin.ProofVersion", on_delete=models.PROTECT, related_name="pins"
    )
    position = models.PositiveSmallIntegerField(_("number"))
    page = models.PositiveSmallIntegerField(pgettext_lazy("of a proof", "page"), default=1)
    x = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    y = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    text = models.TextField(_("text"), max_length=1000)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ProofPinQuerySet.as_manager()

    class Meta:
        ordering = ["change_request", "position"]
        verbose_name = _("point on a proof")
        verbose_name_plural = _("points on proofs")
        constraints = [
            models.UniqueConstraint(
                fields=["change_request", "position"], name="portal_proof_pin_position"
            ),
            models.CheckConstraint(
                condition=models.Q(x=None, y=None)
                | models.Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1),
                name="portal_proof_pin_on_the_page",
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.text[:80]}"

    @property
    def is_done(self):
        return self.done_at is not None
