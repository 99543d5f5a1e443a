"""What a person of the staff wants to be told, as they set it in their account."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import days
from ..statuses import Telling


class StaffPreferenceQuerySet(models.QuerySet):
    def here(self, day):
        """Of those who can sign in and are not away on that day."""
        return self.filter(Q(away_until=None) | Q(away_until__lt=day), user__is_active=True)


class StaffPreference(models.Model):
    """Who has no row is told of what they are responsible for, at once.

    ``away_until`` is the last day away. ``digest_on`` is the day of the newest daily email.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="portal_preference"
    )
    told = models.CharField(
        _("emails about what customers do"),
        max_length=10,
        choices=Telling.choices,
        default=Telling.MINE,
    )
    away_until = models.DateField(
        _("away until"),
        null=True,
        blank=True,
        help_text=_("Your last day away. Until then the shop's mailbox is told in your place."),
    )
    digest_on = models.DateField(null=True, blank=True, editable=False)

    objects = StaffPreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff preference")
        verbose_name_plural = _("staff preferences")

    def __str__(self):
        return str(self.user_id)

    @classmethod
    def of(cls, user):
        """The person's row, or an unsaved one with the defaults: reading never writes."""
        return cls.objects.filter(user=user).first() or cls(user=user)

    @property
    def is_away(self):
        return self.away_until is not None and self.away_until >= days.today()
