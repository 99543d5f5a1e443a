"""Several emails to one person about one document, shortly after each other, become one."""

from django.db import transaction
from django.utils.translation import gettext as _

from ..models import OutgoingEmail
from ..statuses import EmailState


def absorb(email: OutgoingEmail) -> int:
    """Take into a leased email what waits in its thread. Returns how many emails it stands for now.

    The others are kept as not sent, with the reason; all of it in one transaction, so that a crash
    leaves either the many or the one.

    Only at the first try: where its answer was lost the letter may have arrived, and many mailboxes
    drop a second one with the same Message-ID, with whatever it tells besides.
    """
    if not email.is_delayed or not email.thread or email.attempts > 1:
        return 1
    with transaction.atomic():
        taken = [other for other in _waiting_beside(email) if _take(other)]
        if taken:
            email.facts = {**email.facts, "happenings": _all_happenings([email, *taken])}
            email.attaches_pdf = email.attaches_pdf or any(other.attaches_pdf for other in taken)
            email.save(update_fields=["facts", "attaches_pdf"])
    return 1 + len(taken)


def _waiting_beside(email: OutgoingEmail) -> list[OutgoingEmail]:
    found = OutgoingEmail.objects.filter(
        thread=email.thread,
        state=EmailState.WAITING,
        is_delayed=True,
        attempts=0,
        written_subject="",
        written_text="",
        pk__gt=email.pk,
    )
    return list(found.order_by("pk"))


def _take(other: OutgoingEmail) -> bool:
    """Unless a worker has leased it a moment ago."""
    still = OutgoingEmail.objects.filter(pk=other.pk, state=EmailState.WAITING, attempts=0)
    reason = _("Sent together with another email.")
    return bool(still.update(state=EmailState.WITHHELD, error=reason))


def _all_happenings(emails: list[OutgoingEmail]) -> list[dict]:
    return [happening for email in emails for happening in email.facts.get("happenings", [])]
