"""Send a document once more to everybody who has it."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable
from ..models import DirectLink, OutgoingEmail, SalesDocument
from ..models.documents import lock
from . import links, sending
from .mail_receivers import newest_of_each

#: A second press within this time is taken for the first.
PAUSE = timedelta(minutes=10)


def remind(document: SalesDocument, user: Any = None) -> list[OutgoingEmail]:
    """A new email to each person whose link was not stopped, an expired one living again.

    Raises ``NotAvailable`` when the document is not out or has ended, when nobody has a link yet,
    and when such an email was written a moment ago.
    """
    with transaction.atomic():
        fresh = lock(document)
        if not fresh.live or fresh.current_version_id is None:
            raise NotAvailable(_("Publish the document first."))
        if fresh.cancelled_at or fresh.converted_at:
            raise NotAvailable(_("It has ended: there is nothing to remind anybody of."))
        people = _people(fresh)
        if not people:
            raise NotAvailable(_("It was sent to nobody yet."))
        since = timezone.now() - PAUSE
        if OutgoingEmail.objects.filter(
            document=fresh.pk, kind="link", created_at__gt=since
        ).exists():
            raise NotAvailable(_("It was sent a moment ago."))
        return [sending.send_again(link, user) for link in people]


def _people(document: SalesDocument) -> list[DirectLink]:
    """The newest link of each, with an address to write to. Where all have to say yes and some
    have, only the others."""
    found = links.of_document(document).exclude(recipient__email="").order_by("pk")
    people = [link for link in newest_of_each(found) if not link.is_revoked]
    if document.standing.missing_people:
        return [link for link in people if document.standing.asks(link)]
    return people
