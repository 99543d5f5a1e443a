"""What a customer said on the phone or at the counter, written down by staff."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exceptions import PortalError
from ..models import Attachment, Order, SalesDocument, Submission
from ..models.documents import lock
from ..statuses import OPEN_TO_AGREEMENT, DocumentState, Verdict
from . import activity, confirming_changes, deciding, listing, notifications, pdfs, proof_files
from .files import add as add_file
from .files import keeping, prepare
from .mail_receivers import staff_name

#: Verdict to the verb of the receipt, and to that of the history.
VERBS = {Verdict.APPROVE: "approve", Verdict.DECLINE: "decline"}
KEPT = {Verdict.APPROVE: "approved_for_customer", Verdict.DECLINE: "declined_for_customer"}
#: States in which an answer can be written down, though an estimate may have expired meanwhile.
OPEN = {
    DocumentState.WAITING,
    DocumentState.PARTLY_APPROVED,
    DocumentState.CHANGES_REQUESTED,
    DocumentState.EXPIRED,
}


def record(
    document: SalesDocument,
    keys: Sequence[UUID],
    verdict: str,
    note: str,
    user: Any,
    *,
    files: Collection[str] | None = None,
    evidence: UploadedFile | None = None,
    seen: int | None = None,
) -> Order | None:
    """Decide items for the customer, as the document is out now. ``note`` says how it was agreed,
    and ``seen`` is the number of the version that staff had before them: what changed since is not
    what the customer said yes or no to. Raises ``StaleDocument`` then.

    Everybody with a way in gets a receipt, so that nothing is agreed behind their back. Returns the
    order where this was the last decision and made one. ``files`` are proofs that were read and
    found whole, by a caller who holds the lock already. ``evidence`` shows how it was agreed, such
    as a photo of a signed page, and is kept with the answer for staff alone. Raises
    ``PortalError``.
    """
    note = _required(note, _("Write how the customer agreed, for example “on the phone”."))
    if not keys:
        raise PortalError(_("Tick at least one item."))
    if files is None:
        files = proof_files.read(document, keys)
    stored = [prepare(Attachment(document=document), evidence)] if evidence else []
    with keeping(*stored), transaction.atomic():
        fresh = lock(document)
        if fresh.state not in OPEN:
            raise PortalError(_("This document does not wait for an answer."))
        verb, kept = VERBS[Verdict(verdict)], KEPT[Verdict(verdict)]
        submission = _submission(fresh, f"{verb}_for_customer", note, user)
        shown = _hashes(fresh, seen)
        deciding.decide(
            fresh, keys, verdict, submission=submission, hashes=shown, files=files, since=seen
        )
        facts = {"items": [str(key) for key in keys], **deciding.history_facts(submission)}
        activity.record(fresh, kept, staff=user, data=facts, submission=submission)
        for file in stored:
            add_file(fresh, file, staff=user, author_name=staff_name(user), submission=submission)
        order = deciding.settle(fresh)
        listing.refresh(fresh)
        facts = {"items": [str(key) for key in keys], "by": staff_name(user)}
        facts["receipt"] = submission.pk
        notifications.customer_acted(fresh, verb, link=None, facts=facts)
    return order


def _hashes(document: SalesDocument, seen: int | None) -> dict[UUID, str]:
    """Item key to the hash that it had in the version that was seen, or else has now."""
    version = document.versions.filter(number=seen).first() if seen else None
    rows = version.items.all() if version else document.standing.items.values()
    return {row.key: row.item_hash for row in rows}


def publish_agreed(document: SalesDocument, note: str, user: Any) -> None:
    """Publish the newest draft and keep what was decided on the items that it changes: staff have
    talked to the customer, and say so in ``note``. Each gets a new decision, and a receipt; so does
    what changes around the items."""
    note = _required(note, _("Write how the customer agreed, for example “on the phone”."))
    files = proof_files.read_also_waiting(document)
    with transaction.atomic():
        fresh = lock(document)
        go_live_at = fresh.get_latest_revision_as_object().go_live_at
        if go_live_at and go_live_at > timezone.now():
            raise PortalError(_("What goes out later cannot be agreed now. Publish it at once."))
        decided = {k: i.decision.verdict for k, i in fresh.standing.items.items() if i.decision}
        fresh.latest_revision.publish(user=user, skip_permission_checks=True)
        # The last approval may make the order, so it comes last.
        for verdict in (Verdict.DECLINE, Verdict.APPROVE):
            waiting = set(lock(document).standing.waiting_keys)
            keys = [key for key in waiting if decided.get(key) == verdict]
            if keys:
                record(document, keys, verdict, note, user, files=files)
        notifications.take_back(fresh, "version", _("It was agreed with the customer."))
        now = lock(document)
        if now.state in OPEN_TO_AGREEMENT and now.standing.change_to_confirm:
            confirm_change(now, note, user)


def confirm_change(
    document: SalesDocument, note: str, user: Any, *, shown: int | None = None
) -> Order | None:
    """Write down that the customer agreed to what changed around the items. ``shown`` is the number
    of the version that staff had before them, the newest where it is not given. Everybody with a
    way in gets a receipt. Raises ``PortalError``."""
    note = _required(note, _("Write how the customer agreed, for example “on the phone”."))
    with transaction.atomic():
        fresh = lock(document)
        version = fresh.current_version
        submission = _submission(fresh, "confirm_change_for_customer", note, user)
        order = confirming_changes.confirm(
            fresh,
            "confirmed_for_customer",
            shown=shown or (version.number if version else None),
            submission=submission,
            user=user,
        )
        listing.refresh(fresh)
        facts = {"by": staff_name(user), "text": note}
        notifications.customer_acted(fresh, "confirm_change", link=None, facts=facts)
    return order


def take_back(document: SalesDocument, key: UUID, reason: str, user: Any) -> None:
    """Staff undo a decision; the old one stays in the history, and the item waits again."""
    reason = _required(reason, _("Write why the decision is taken back."))
    with transaction.atomic():
        fresh = lock(document)
        _refuse_undo(fresh)
        submission = _submission(fresh, "undo", reason, user)
        deciding.undo(fresh, key, submission=submission, reason=reason)
        facts = {"item": str(key), **deciding.history_facts(submission)}
        activity.record(fresh, "undo", staff=user, data=facts, submission=submission)
        listing.refresh(fresh)
        pdfs.order_render(fresh)
        told = {"items": [str(key)], "by": staff_name(user), "reason": reason}
        notifications.shop_acted(fresh, "undo", facts=told)


def _refuse_undo(document: SalesDocument) -> None:
    if document.converted_at:
        raise PortalError(_("An order was made from this. Take it back there."))
    if document.cancelled_at:
        raise PortalError(_("This was cancelled: nothing of it waits for an answer."))
    if document.completed_at:
        raise PortalError(_("The order is completed. Open it again first."))


def _submission(document: SalesDocument, action: str, note: str, user: Any) -> Submission:
    return Submission.objects.create(
        document_id=document.pk,
        client_key=uuid4(),
        action=action,
        staff=user,
        name=document.customer.name if document.customer else "",
        note=note,
    )


def _required(text: str, sentence: str) -> str:
    text = text.strip()
    if not text:
        raise PortalError(sentence, fields={"note": sentence})
    return text
