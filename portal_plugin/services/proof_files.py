"""Whether the file of a proof is still the one that was uploaded, byte for byte.

Its hash is taken when it is stored, and again whenever the whole of it is read: to draw it, to
serve it, to decide on it. Nothing of a reading is remembered: a file can change underneath with its
size and its time kept, and no storage says so. We ourselves never write into a stored file, so that
what was read a moment before the document's lock still holds under it.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from .. import faults
from ..exceptions import ProofIsDamaged, StaleDocument, StorageUnreadable
from ..models import ProofVersion, SalesDocument
from ..models.documents import lock
from ..models.storage import troubles
from . import activity, notifications
from .versions import released_proofs

logger = logging.getLogger(__name__)

#: Bytes that are in memory at a time.
CHUNK = 256 * 1024


def read(document: SalesDocument, keys: Collection[UUID]) -> frozenset[str]:
    """Read the files of the proofs that a decision on the items is about; their hashes as read.

    Slow: before the lock. Raises ``ProofIsDamaged`` where one is not what it was, after staff
    were alerted, and ``StorageUnreadable``.
    """
    return _read_all(document, released_proofs(document), keys)


def read_also_waiting(document: SalesDocument) -> frozenset[str]:
    """``read`` for what the next version will show: with the proofs that wait to go out."""
    keys = [item.key for item in document.lines]
    waiting = ProofVersion.objects.waiting(document).select_related("proof")
    found = {key: list(proofs) for key, proofs in released_proofs(document).items()}
    for version in waiting:
        found.setdefault(version.proof.item_key, []).append(version)
    return _read_all(document, found, {*keys, *found})


def _read_all(document: SalesDocument, proofs: dict, keys: Collection[UUID]) -> frozenset[str]:
    versions = {v.pk: v for key in dict.fromkeys(keys) for v in proofs.get(key, [])}
    changed = [version for version in versions.values() if not is_whole(version)]
    if changed:
        for version in changed:
            report(version, document)
        raise ProofIsDamaged
    found_again = [version.pk for version in versions.values() if version.damaged_at]
    if found_again:
        ProofVersion.objects.filter(pk__in=found_again).update(damaged_at=None)
    faults.reach("decide.read")
    return frozenset(version.digest for version in versions.values())


def refuse_unread(canonicals: Iterable[str], hashes: Collection[str]) -> None:
    """Under the lock: every proof that is part of what is decided is one whose file was read.
    Another was sent in between: then the page is not true any more."""
    for canonical in canonicals:
        for proof in json.loads(canonical)["proofs"]:
            if proof["sha256"] not in hashes:
                raise StaleDocument


def is_whole(version: ProofVersion) -> bool:
    """Reads the whole file. A lost one is not whole. Raises ``StorageUnreadable``."""
    try:
        with version.file.storage.open(version.file.name or "", "rb") as file:
            return digest_of(file) == version.digest
    except FileNotFoundError:
        return False
    except troubles() as error:
        logger.exception("A proof cannot be read: %s", version.file.name)
        raise StorageUnreadable from error


def digest_of(file: File) -> str:
    """Hexadecimal SHA-256 of the file, read in pieces."""
    sha256 = hashlib.sha256()
    for piece in pieces_of(file):
        sha256.update(piece)
    return sha256.hexdigest()


def pieces_of(file: File) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


def watched(version: ProofVersion, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of the file while it is served. The last one is held back until the whole is known
    to be what was uploaded: a changed file arrives broken off, and staff are alerted."""
    sha256 = hashlib.sha256()
    held = None
    for piece in pieces:
        sha256.update(piece)
        if held is not None:
            yield held
        held = piece
    if sha256.hexdigest() != version.digest:
        report(version, version.proof.document)
        raise OSError(f"The file is not what was uploaded: {version.file.name}")
    if held is not None:
        yield held


def report_source(digest: str, source: str) -> None:
    """The worker that draws found other bytes in the file ``source``."""
    found = ProofVersion.objects.filter(digest=digest, file=source)
    for version in found.select_related("proof__document"):
        report(version, version.proof.document)


def report(version: ProofVersion, document: SalesDocument) -> None:
    """Alert staff of ``document``, once for as long as it lasts."""
    logger.error("The file of a proof is not what was uploaded: %s", version.file.name)
    with transaction.atomic():
        fresh = lock(document)
        rows = ProofVersion.objects.filter(pk=version.pk, damaged_at=None)
        if not rows.update(damaged_at=timezone.now()):
            return
        key = str(version.proof.item_key)
        facts = {"proof": str(version.public_id), "sha256": version.digest, "item": key}
        activity.record(fresh, "proof_damaged", data=facts)
        notifications.staff_told(fresh, "proof_damaged", facts={"item": key})
