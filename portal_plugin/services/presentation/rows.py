"""The rows of other tables that a document is shown with, each kind read once, however many."""

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, QuerySet

from ...models import (
    Attachment,
    Comment,
    ExternalFile,
    Invoice,
    Preview,
    ProofVersion,
    SalesDocument,
)
from ...statuses import FileCheckState, WorkState

#: How many comments and files a page shows; its counts are exact up to here.
MOST = 300


def counted(count: int) -> int | str:
    """As a page says it."""
    return f"{MOST}+" if count > MOST else count


Row = TypeVar("Row", Comment, Attachment)


class Rows:
    """Everything of one thread, lazily. An unsaved document has none of it."""

    def __init__(self, document: SalesDocument) -> None:
        self.document = document
        self.is_saved = document.pk is not None

    @cached_property
    def proof_versions(self) -> dict[UUID, list[list[ProofVersion]]]:
        """Item key to its proofs, each as the list of its released versions, oldest first."""
        by_proof: dict[tuple[UUID, str], list[ProofVersion]] = defaultdict(list)
        if self.is_saved:
            found = ProofVersion.objects.of_thread(self.document).released()
            ordered = found.select_related("proof").order_by("proof__position", "proof", "number")
            for version in ordered:
                by_proof[version.slot].append(version)
        by_item: dict[UUID, list[list[ProofVersion]]] = defaultdict(list)
        for versions in by_proof.values():
            by_item[versions[0].proof.item_key].append(versions)
        return by_item

    @cached_property
    def comments(self) -> list[Comment]:
        """Newest first; one more than ``MOST`` where there are more."""
        return list(self._comments()[: MOST + 1]) if self.is_saved else []

    def comments_on(self, item_key: UUID | None, skip: int = 0) -> list[Comment]:
        """Those on one item, or all, without the newest ``skip`` of them."""
        return _on(self.comments, self._comments, item_key, skip)

    def _comments(self) -> QuerySet[Comment]:
        found = Comment.objects.of_thread(self.document).filter(removed_at=None)
        return found.select_related("staff").order_by("-created_at", "-pk")

    @cached_property
    def attachments(self) -> list[Attachment]:
        """As ``comments``; only what the customer may see."""
        return list(self._attachments()[: MOST + 1]) if self.is_saved else []

    def attachments_on(self, item_key: UUID | None) -> list[Attachment]:
        """Those on one item, or all."""
        return _on(self.attachments, self._attachments, item_key)

    def _attachments(self) -> QuerySet[Attachment]:
        found = Attachment.objects.of_thread(self.document).shown()
        return found.order_by("-created_at", "-pk")

    @cached_property
    def _rare(self) -> tuple[bool, bool]:
        """Whether there are external files and invoices: most documents have neither, and are asked
        for both at once."""
        if not self.is_saved:
            return False, False
        of_this = SalesDocument.objects.filter(pk=self.document.pk).order_by()
        links = Exists(ExternalFile.objects.of_thread(self.document))
        invoices = Exists(Invoice.objects.filter(document=self.document.pk))
        found: tuple[bool, bool] = of_this.values_list(links, invoices)[0]
        return found

    @cached_property
    def external_files(self) -> list[ExternalFile]:
        """Newest first."""
        has_some, _has_invoices = self._rare
        if not has_some:
            return []
        found = ExternalFile.objects.of_thread(self.document)
        return list(found.order_by("-created_at", "-pk")[:MOST])

    @cached_property
    def invoices(self) -> list[Invoice]:
        """Oldest first, without what they say."""
        _has_links, has_some = self._rare
        if not has_some:
            return []
        return list(self.document.invoices.defer("content").order_by("pk"))

    @cached_property
    def comment_counts(self) -> Counter:
        return Counter(comment.item_key for comment in self.comments)

    @cached_property
    def attachment_counts(self) -> Counter:
        return Counter(attachment.item_key for attachment in self.attachments)

    @cached_property
    def previews(self) -> dict[tuple[str, str], Preview]:
        """(digest, size) to the preview of the first page, of current proofs and of files."""
        digests = {
            versions[-1].digest for proofs in self.proof_versions.values() for versions in proofs
        }
        digests |= {row.digest for row in self.attachments if row.is_previewable}
        if not digests:
            return {}
        rows = Preview.objects.filter(digest__in=digests, page=1, size__in=["thumb", "screen"])
        return {(row.digest, row.size): row for row in rows}

    @property
    def has_unfinished(self) -> bool:
        """Whether a preview is being made, or a file waits for its check."""
        being_made = (WorkState.WAITING, WorkState.RUNNING)
        return any(row.state in being_made for row in self.previews.values()) or any(
            row.check_state == FileCheckState.WAITING for row in self.attachments
        )


def _on(
    read: list[Row], find: Callable[[], QuerySet[Row]], item_key: UUID | None, skip: int = 0
) -> list[Row]:
    """Out of what was ``read`` already, where that holds them."""
    if len(read) <= MOST or (item_key is None and not skip):
        return [row for row in read if item_key in (None, row.item_key)][skip:]
    found = find() if item_key is None else find().filter(item_key=item_key)
    return list(found[skip : skip + MOST + 1])
