"""Write a document's history: one chain of hashes per document, without clear-text persons."""

import hmac
import json
import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from .. import signals
from ..canonical import HISTORY_SCHEME, canonical_bytes, digest
from ..models import Activity, DirectLink, PersonalSalt, Recipient, SalesDocument, Submission
from ..statuses import ActorKind
from . import said


def record(
    document: SalesDocument,
    verb: str,
    *,
    link: DirectLink | None = None,
    staff: Any = None,
    data: dict[str, Any] | None = None,
    submission: Submission | None = None,
) -> Activity:
    """Add one entry. The caller holds the document's lock: the sequence has no gap and no fork.

    ``data`` holds ids, digests, amounts and words, never a name or an address; the person behind
    ``link`` goes in as a digest that dies with their salt. With a ``submission`` the entry holds
    digests of what was sent with it.
    """
    last = document.activities.order_by("-sequence").first()
    entry = Activity(
        document_id=document.pk,
        sequence=last.sequence + 1 if last else 1,
        verb=verb,
        actor=_actor(link, staff),
        link=link,
        staff=staff,
        scheme=HISTORY_SCHEME,
        previous_hash=last.hash if last else "",
        created_at=_now(),
    )
    kept = dict(data or {})
    if submission is not None:
        kept |= said.facts(submission)
    if link is not None:
        kept["person"] = person_digest(link.recipient)
    entry.data = canonical_bytes(kept).decode()
    entry.hash = entry_hash(entry, document.public_id)
    entry.save(force_insert=True)
    transaction.on_commit(
        lambda: signals.activity_recorded.send(
            sender=type(document), document=document, activity=entry
        ),
        robust=True,
    )
    return entry


def _now() -> datetime:
    """In whole milliseconds: no more of it survives ``dumpdata``."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def entry_hash(entry: Activity, public_id: str) -> str:
    """SHA-256 over everything that the entry says and the hash of the one before."""
    return digest(
        canonical_bytes(
            {
                "document": public_id,
                "sequence": entry.sequence,
                "verb": entry.verb,
                "actor": str(entry.actor),
                "at": entry.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "data": entry.data,
                "previous": entry.previous_hash,
                "scheme": entry.scheme,
            }
        )
    )


def facts(entry: Activity) -> dict[str, Any]:
    """What the entry keeps besides who and when."""
    found: dict[str, Any] = json.loads(entry.data)
    return found


def facts_of(document: SalesDocument, verb: str, key: Any) -> dict[str, Any] | None:
    """What an earlier entry of the verb keeps that was made with the same ``key``, that of one
    press of a button; ``None`` where it is new. Asked under the document's lock."""
    made = document.activities.filter(verb=verb, data__contains=f'"{key}"').first()
    return facts(made) if made is not None else None


def first_broken(document: SalesDocument) -> Activity | None:
    """The first entry whose hash, place or predecessor is not what it was; ``None`` if all hold."""
    previous = ""
    entries = document.activities.order_by("sequence").iterator()
    for sequence, entry in enumerate(entries, start=1):
        holds = entry.sequence == sequence and entry.previous_hash == previous
        if not holds or entry.hash != entry_hash(entry, document.public_id):
            return entry
        previous = entry.hash
    return None


def person_digest(recipient: Recipient) -> str:
    """HMAC of name and email under the recipient's own salt: a plain digest of either is guessed
    in seconds."""
    who = canonical_bytes({"name": recipient.name, "email": recipient.email.lower()})
    return _personal(recipient, who)


def is_person(recipient: Recipient, digest: str) -> bool:
    """Whether the digest is of this person. Reads: whoever has no salt was in no entry."""
    if not PersonalSalt.objects.filter(recipient=recipient).exists():
        return False
    return hmac.compare_digest(person_digest(recipient), digest)


def digest_of(recipient: Recipient, text: str) -> str:
    """The same of something personal that they wrote."""
    return _personal(recipient, canonical_bytes({"text": text}))


def _personal(recipient: Recipient, content: bytes) -> str:
    salt, _ = PersonalSalt.objects.get_or_create(
        recipient=recipient, defaults={"salt": secrets.token_hex(32)}
    )
    return hmac.new(bytes.fromhex(salt.salt), content, sha256).hexdigest()


def _actor(link: DirectLink | None, staff: Any) -> ActorKind:
    if link is not None:
        return ActorKind.CUSTOMER
    return ActorKind.STAFF if staff is not None else ActorKind.SYSTEM
