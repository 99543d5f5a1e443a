"""Against whoever tries stolen cards on an order: counted on rows, which no cache forgets."""

from datetime import timedelta
from math import ceil

from django.utils import timezone
from django.utils.translation import gettext_noop, ngettext

from ...conf import conf
from ...exceptions import PortalError, TooManyRequests
from ...gateways import stripe as gateway
from ...models import Decline, PaymentAttempt, SalesDocument, Submission
from .starting import take_back

HOUR = timedelta(hours=1)
#: One network address may begin so many times what one document may: an office has several orders.
DOCUMENTS_OF_AN_ADDRESS = 5


class PaymentsPaused(PortalError):
    """Many cards were declined in a short time."""

    sentence = gettext_noop(
        "Several payments were declined. You can try again a little later, or pay by bank "
        "transfer. You have not been charged."
    )
    status = 429

    def __init__(self, minutes: int = 0) -> None:
        message = ngettext(
            "Several payments were declined. You can try again in %(minutes)s minute, or pay by "
            "bank transfer. You have not been charged.",
            "Several payments were declined. You can try again in %(minutes)s minutes, or pay by "
            "bank transfer. You have not been charged.",
            minutes,
        )
        super().__init__(message % {"minutes": minutes} if minutes else "")


def check_pace(document: SalesDocument, address: str | None) -> None:
    """Raises ``PaymentsPaused`` or ``TooManyRequests``, also where the cache has forgotten who came
    before. The submission that asks is counted already."""
    if minutes := pause(document, address):
        raise PaymentsPaused(minutes)
    since, most = timezone.now() - HOUR, conf.payments_per_hour
    begun = Submission.objects.filter(document=document.pk, action="pay", created_at__gte=since)
    if begun.count() > most:
        raise TooManyRequests
    if address is None:
        return
    from_here = PaymentAttempt.objects.filter(address=address, created_at__gte=since)
    if from_here.count() >= most * DOCUMENTS_OF_AN_ADDRESS:
        raise TooManyRequests


def pause(document: SalesDocument, address: str | None) -> int:
    """Minutes that are left to wait; 0 where nobody has to."""
    now = timezone.now()
    lately = Decline.objects.near(document, address, now - HOUR)
    newest = list(lately.values_list("created_at", flat=True)[: conf.declines_per_hour])
    if len(newest) < conf.declines_per_hour or not newest:
        return 0
    left = newest[0] + timedelta(minutes=conf.decline_pause_minutes) - now
    return max(0, ceil(left.total_seconds() / 60))


def stop_testing(attempt: PaymentAttempt) -> None:
    """Where there is a pause, what is open is closed at Stripe too: whoever has its client secret
    needs no page of ours to try the next card."""
    if attempt.declines.exists() and pause(attempt.document, attempt.address):
        try:
            take_back(attempt)
        except gateway.StripeTrouble:
            return  # the next press of Pay, or the sweep, closes it
