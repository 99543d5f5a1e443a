"""Which decided items a new version asks for again, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from ..models import DocumentVersion, SalesDocument
from ..models.standing import ItemStanding
from . import notifications
from .changes import why


@dataclass(frozen=True)
class Again:
    """``why`` names what changed, in the language that was active."""

    key: UUID
    name: str
    why: str

    def __str__(self) -> str:
        return _("%(item)s (changed: %(fields)s)") % {"item": self.name, "fields": self.why}


def decided(document: SalesDocument) -> dict[UUID, ItemStanding]:
    """The items with a yes or no that counts, before a new version is written."""
    if document.current_version_id is None:
        return {}
    return {key: item for key, item in document.standing.items.items() if _has_answer(item)}


def _has_answer(item: ItemStanding) -> bool:
    return item.decision is not None or bool(item.approvals)


def of_version(version: DocumentVersion, before: Mapping[UUID, ItemStanding]) -> list[Again]:
    """Those of ``before`` whose decision does not count in ``version`` any more."""
    return [
        Again(item.key, json.loads(item.canonical)["name"], why(old.canonical, item.canonical))
        for item in version.items.all()
        if (old := before.get(item.key)) and old.since_id != item.since_id
    ]


def tell(
    document: SalesDocument, version: DocumentVersion, before: Mapping[UUID, ItemStanding]
) -> None:
    """One email to each person with a way in, of which a later sending takes its place."""
    with translation.override(document.language):
        again = [str(each) for each in of_version(version, before)]
    if again:
        notifications.shop_acted(document, "version", facts={"items": again})
