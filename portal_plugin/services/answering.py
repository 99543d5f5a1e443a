"""What staff say: an answer to the customer, a note for themselves, the end of a change request."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exceptions import NotAvailable, PortalError
from ..models import ChangeRequest, Comment, InternalNote, SalesDocument
from ..models.documents import lock
from ..statuses import ChangeRequestState
from . import activity, listing, notifications, outbox, points
from .mail_receivers import staff_name

#: As long as the email about a message waits for others to join it.
TAKE_BACK_TIME = timedelta(minutes=2)


def reply(
    document: SalesDocument,
    text: str,
    user: Any,
    item_key: UUID | None = None,
    *,
    seen: int | None = None,
) -> Comment:
    """A message to the customer, who is told by email. It answers all of theirs, or those up to
    ``seen``, the id of the newest that staff had before them: 0 where they had none.

    Raises ``NotAvailable`` while the document is not out: nobody could read it.
    """
    text = _said(text)
    with transaction.atomic():
        fresh = lock(document)
        if not fresh.live or fresh.current_version_id is None:
            raise NotAvailable(_("Publish the document first: nobody can read a message yet."))
        comment = Comment.objects.create(
            document_id=fresh.pk,
            item_key=item_key,
            text=text,
            staff=user,
            author_name=staff_name(user),
        )
        _answer(fresh, seen, comment.created_at)
        activity.record(fresh, "reply", staff=user, data={"comment": comment.pk})
        listing.refresh(fresh)
        notifications.shop_acted(fresh, "comment", facts={"comment": comment.pk})
    return comment


def _answer(document: SalesDocument, seen: int | None, moment: datetime) -> int:
    """Returns how many messages waited."""
    waiting = _waiting(document, seen)
    answered = list(waiting.values_list("document_id", flat=True))
    waiting.update(answered_at=moment)
    listing.thread_changed(document, of=answered)
    return len(answered)


def _waiting(document: SalesDocument, seen: int | None) -> QuerySet[Comment]:
    """The customer's messages that nobody has answered, without those that came after ``seen``."""
    waiting = Comment.objects.of_thread(document).filter(link__isnull=False, answered_at=None)
    return waiting if seen is None else waiting.filter(pk__lte=seen)


def can_take_back(comment: Comment) -> bool:
    """For two minutes, and only what staff said."""
    is_ours = comment.link_id is None and comment.removed_at is None
    return is_ours and timezone.now() - comment.created_at <= TAKE_BACK_TIME


def take_back(comment: Comment, user: Any) -> bool:
    """The customer's page shows nothing of it any more, and what it answered waits again.

    Returns ``False`` where its email had gone out already. Raises ``NotAvailable`` after two
    minutes; a second time it changes nothing.
    """
    with transaction.atomic():
        fresh = lock(comment.document)
        row = Comment.objects.get(pk=comment.pk)
        if row.removed_at is None:
            if not can_take_back(row):
                raise NotAvailable(_("A message can be taken back for two minutes only."))
            row.removed_at = timezone.now()
            row.save(update_fields=["removed_at"])
            answered = Comment.objects.of_thread(fresh).filter(link__isnull=False)
            answered = answered.filter(answered_at=row.created_at)
            listing.thread_changed(fresh, of=answered.values_list("document_id", flat=True))
            answered.update(answered_at=None)
            activity.record(fresh, "reply_taken_back", staff=user, data={"comment": row.pk})
            listing.refresh(fresh)
        return outbox.withhold(fresh, "comment", row.pk, _("The message was taken back."))


def settle_comments(document: SalesDocument, user: Any, *, seen: int | None = None) -> None:
    """The customer's messages need no answer. ``seen`` is the id of the newest that staff had
    before them: what came after it goes on waiting."""
    with transaction.atomic():
        fresh = lock(document)
        if _answer(fresh, seen, timezone.now()):
            activity.record(fresh, "comments_read", staff=user)
            listing.refresh(fresh)


def note(
    document: SalesDocument, text: str, user: Any, item_key: UUID | None = None
) -> InternalNote:
    """For staff only, and nobody is told."""
    text = _said(text)
    with transaction.atomic():
        fresh = lock(document)
        written = InternalNote.objects.create(
            document_id=fresh.pk, item_key=item_key, text=text, staff=user
        )
        activity.record(fresh, "note", staff=user, data={"internal_note": written.pk})
    return written


def close_change_request(request: ChangeRequest, answer: str, user: Any) -> ChangeRequest:
    """Done, with a reply that the customer gets. Its items wait for approval again."""
    answer = _said(answer)
    with transaction.atomic():
        fresh = lock(request.document)
        request = ChangeRequest.objects.get(pk=request.pk)
        if not request.is_open:
            raise NotAvailable(_("This change request is closed already."))
        request.state = ChangeRequestState.DONE
        request.reply = answer
        request.closed_at = timezone.now()
        request.closed_by = user
        request.save(update_fields=["state", "reply", "closed_at", "closed_by"])
        facts = {"change_request": request.number, **points.tally([request])}
        activity.record(fresh, "change_answered", staff=user, data=facts)
        listing.refresh(fresh)
        listing.thread_changed(fresh)
        notifications.shop_acted(fresh, "change_answered", facts=facts)
    return request


def _said(text: str) -> str:
    text = text.strip()
    if not text:
        raise PortalError(_("Write a text first."), fields={"text": _("Write a text first.")})
    return text
