"""Write decisions: what was seen, what was said, and nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from .. import faults, signals
from ..canonical import HISTORY_SCHEME, digest, moment_text
from ..exceptions import NotAvailable, StaleDocument
from ..models import Decision, Order, PortalSettings, SalesDocument, Submission
from ..models.shop import WhoConverts
from ..statuses import DocumentState, ItemState, Verdict
from . import converting, pdfs, proof_files, versions
from .presentation.decided import first_sentence


def decide(
    document: SalesDocument,
    keys: Sequence[UUID],
    verdict: str,
    *,
    submission: Submission,
    hashes: Mapping[UUID, str],
    files: Collection[str] = (),
    since: int | None = None,
    reason: str = "",
) -> list[Decision]:
    """One decision for each key, all or none. The caller holds the document's lock.

    ``hashes`` says what the page showed of each item, ``files`` which proofs were read before the
    lock and found whole (``proof_files.read``), and ``since`` the number of the version that the
    page showed, where what is payable matters. Raises ``StaleDocument`` when the shop has changed
    one of them since, or raised the total; ``NotAvailable`` when an item does not wait.
    """
    standing, version = document.standing, document.current_version
    if version is None:
        raise NotAvailable
    version_items = {item.key: item for item in standing.version_items}
    changed = what_changed(document, {key: hashes.get(key, "") for key in keys}, since)
    if any(changed.values()):
        raise StaleDocument(**changed)
    refuse_decided(document, keys, submission.link if verdict == Verdict.APPROVE else None)
    proof_files.refuse_unread([version_items[key].canonical for key in keys], files)
    decisions = [
        Decision(
            submission=submission,
            document_id=document.pk,
            version_id=version.pk,
            since_id=version_items[key].since_id,
            item_key=key,
            verdict=verdict,
            item_hash=version_items[key].item_hash,
            scheme=version.scheme,
            canonical=version_items[key].canonical,
            reason=reason,
        )
        for key in dict.fromkeys(keys)
    ]
    decisions = Decision.objects.bulk_create(decisions)
    faults.reach("decide.written")
    pdfs.order_receipt(submission, version)
    pdfs.order_render(document)
    forget(document)
    transaction.on_commit(
        lambda: signals.items_decided.send(
            sender=type(document), document=document, submission=submission, decisions=decisions
        ),
        robust=True,
    )
    return decisions


def refuse_decided(document: SalesDocument, keys: Sequence[UUID], link: Any = None) -> None:
    """Of two at once the first wins, and the second is told who that was and when. ``link`` is that
    of whoever says yes, where others have to say it, too."""
    standing = document.standing
    if keys and set(keys) <= set(standing.waiting_for(link)):
        return
    items = [standing.items[key] for key in keys if key in standing.items]
    if any(item.has_yes_of(link) for item in items):
        raise NotAvailable(_("You have approved this. It waits for others now."))
    first = next((item.decision for item in items if item.decision), None)
    if first is not None:
        raise NotAvailable(first_sentence(first))
    raise NotAvailable(_("This item does not wait for approval any more."))


def history_facts(submission: Submission) -> dict[str, Any]:
    """What the history keeps of a submission with decisions, so that none can be changed or lost
    without it: the decisions, and the hashes of the texts as they were shown."""
    return {
        "decided": kept_of(submission.decisions.with_since()),
        "terms": submission.terms_digest,
        "withdrawal": submission.withdrawal_digest,
        **given(submission),
    }


def given(submission: Submission) -> dict[str, Any]:
    """What was given besides; the signature is part of what the submission says of its person."""
    found = {}
    if submission.purchase_order_number:
        found["purchase_order"] = digest(submission.purchase_order_number.encode())
    if submission.checklist:
        found["checklist"] = digest(submission.checklist.encode())
    return found


def kept_of(decisions: Iterable[Decision], scheme: int = HISTORY_SCHEME) -> list[list[str]]:
    """What an entry of the scheme holds of each, in the order of the items; see ``kept``."""
    return sorted(kept(decision, scheme) for decision in decisions)


def kept(decision: Decision, scheme: int = HISTORY_SCHEME) -> list[str]:
    """Item, verdict, item hash and hash of the reason; from scheme 3 on also the version since
    which the item was so, by which it counts, and when it was made. Read ``with_since``."""
    found = [str(decision.item_key), str(decision.verdict), decision.item_hash]
    found.append(digest(decision.reason.encode()))
    if scheme >= 3:
        found += [decision.since.reference, moment_text(decision.created_at)]
    return found


def what_changed(
    document: SalesDocument, hashes: Mapping[UUID, str], since: int | None
) -> dict[str, Any]:
    """``changes`` and ``since`` of a ``StaleDocument``; both are empty where the page is fresh."""
    standing = document.standing
    stale = {key: seen for key, seen in hashes.items() if _is_stale(standing, key, seen)}
    return {
        "changes": stale,
        "since": since if versions.asks_again(document, since) else None,
    }


def undo(document: SalesDocument, key: UUID, *, submission: Submission, reason: str) -> Decision:
    """Staff take a decision back by a new entry; the old one stays. Needs a reason."""
    item, version = document.standing.items.get(key), document.current_version
    taken = item and (item.decision or next(iter(item.approvals), None))
    if item is None or version is None or not taken:
        raise NotAvailable(_("There is no decision to take back."))
    decision = Decision.objects.create(
        submission=submission,
        document_id=document.pk,
        version_id=version.pk,
        since_id=item.since_id,
        item_key=key,
        verdict=Verdict.UNDO,
        item_hash=item.item_hash,
        scheme=taken.scheme,
        canonical=taken.canonical,
        reason=reason,
    )
    forget(document)
    return decision


def settle(document: SalesDocument) -> Order | None:
    """After a decision: make the order, where nothing else is missing for it."""
    return converting.convert(document) if makes_order(document) else None


def makes_order(document: SalesDocument) -> bool:
    """Whether all of an estimate is decided, and the site lets a yes make the order."""
    is_decided = document.is_estimate and document.state == DocumentState.APPROVED
    return is_decided and not staff_convert(document)


def staff_convert(document: SalesDocument) -> bool:
    """Where the site says so; and where an item was declined and an amount is fixed for the whole,
    because nobody but staff can say what of it still holds."""
    if PortalSettings.of(document.site).who_converts == WhoConverts.STAFF:
        return True
    has_fixed = document.discount_amount or document.shipping_amount or document.deposit_amount
    return bool(has_fixed and document.standing.keys(ItemState.DECLINED))


def _is_stale(standing: Any, key: UUID, shown_hash: str) -> bool:
    item = standing.items.get(key)
    return item is None or item.item_hash != shown_hash


def forget(document: SalesDocument) -> None:
    """Rows were written that the document's reading of itself does not know."""
    for name in ("standing", "totals", "counted_keys", "chosen", "planned"):
        document.__dict__.pop(name, None)
