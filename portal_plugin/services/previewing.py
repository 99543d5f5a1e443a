"""A document as its customer will see it once the draft is published. Reads; never writes."""

from functools import cached_property
from typing import Any

from ..canonical import canonical_bytes, digest
from ..models import ProofVersion, SalesDocument
from ..models.since_agreed import SinceAgreed, since_agreed
from ..models.standing import ItemStanding, Standing
from ..statuses import ItemState
from .versions import document_content, item_content, read_back, released_proofs


class AsIfPublished(Standing):
    """Items that the draft changes or adds wait for approval; the others stand as they do."""

    is_out = True

    @cached_property
    def items(self) -> dict:
        now = super().items
        proofs = proofs_to_be(self.document)
        standings = {}
        for line in self.document.lines:
            if line.key not in self.document.counted_keys:
                continue
            content = item_content(line, self.document.currency, proofs[line.key])
            item_hash = digest(canonical_bytes(content))
            found = now.get(line.key)
            if found is None or found.item_hash != item_hash:
                found = ItemStanding(line.key, ItemState.WAITING, item_hash, since_id=0)
            standings[line.key] = found
        return standings

    @cached_property
    def since_agreed(self) -> SinceAgreed | None:
        if self.document.pk is None:
            return None
        content = document_content(self.document, proofs_to_be(self.document))
        return since_agreed(self, read_back(content))


def as_if_published(document: SalesDocument) -> SalesDocument:
    """The same instance, saved or not, with its standing replaced for this one reading."""
    document.__dict__["standing"] = AsIfPublished(document)
    return document


def proofs_to_be(document: SalesDocument) -> Any:
    """Item key to the newest proof of each slot: what waits goes out with the next publish."""
    proofs = released_proofs(document)
    waiting = ProofVersion.objects.of_thread(document).filter(released_at=None)
    for version in waiting.select_related("proof").order_by("number"):
        shown = proofs[version.proof.item_key]
        shown[:] = [each for each in shown if each.slot != version.slot] + [version]
        shown.sort(key=lambda each: (each.proof.position, each.proof_id))
    return proofs
