"""Reminders that have waited too long: nobody reads on Monday that Friday's answer is missing.

An email may be held up for days where the mail server is away. What tells of something that
happened is as true then; what asks for something may have been answered meanwhile.
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from .. import days
from ..models import OutgoingEmail, SalesDocument
from ..statuses import WaitingFor

#: The next one has been written by then.
DIGEST_LIFE = timedelta(days=1)


def drop(email: OutgoingEmail) -> bool:
    """Take out of a leased email what is over. ``True`` where nothing is left of it."""
    if email.kind == "staff_digest":
        return email.created_at < timezone.now() - DIGEST_LIFE
    told = email.facts.get("happenings", [])
    left = [one for one in told if not _is_over(email, one["kind"])]
    if told and not left:
        return True
    if len(left) < len(told):
        email.kind = left[0]["kind"]
        email.facts = {**email.facts, "happenings": left}
        email.save(update_fields=["kind", "facts"])
    return False


def _is_over(email: OutgoingEmail, kind: str) -> bool:
    is_current = CURRENT.get(kind)
    if is_current is None or email.document is None:
        return False
    return not is_current(email.document, email.link)


def _is_answer_missing(document: SalesDocument, link: Any) -> bool:
    """Still by the day that the reminder is about, and by this person."""
    day = document.approve_by
    return (
        day is not None
        and day == document.reminded_of
        and day >= days.today()
        and document.waiting_for == WaitingFor.CUSTOMER
        and _is_remindable(document)
        and document.standing.asks(link)
    )


def _is_instalment_due(document: SalesDocument, link: Any) -> bool:
    if document.listed_due_on != document.reminded_of_instalment or document.has_pending_payment:
        return False
    return SalesDocument.objects.unpaid().remindable().filter(pk=document.pk).exists()


def _is_remindable(document: SalesDocument) -> bool:
    """Staff may have taken them off the list since it was written."""
    return SalesDocument.objects.remindable().filter(pk=document.pk).exists()


def _is_our_turn(document: SalesDocument, link: Any) -> bool:
    return document.waiting_for == WaitingFor.US


#: Kind of a happening to whether it is still so. All others tell of what was.
CURRENT = {
    "news_deadline": _is_answer_missing,
    "news_instalment": _is_instalment_due,
    "staff_waiting": _is_our_turn,
}
