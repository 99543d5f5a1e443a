"""What is asked for with an approval, by the shop or by one document of it."""

import json
from collections.abc import Collection
from uuid import UUID

from ..models import PortalSettings, SalesDocument, TermsText
from ..statuses import AsksFor, TermsKind
from . import terms


def asks_signature(document: SalesDocument) -> bool:
    return _asks(document.asks_signature, document, "asks_signature")


def asks_drawn_signature(document: SalesDocument) -> bool:
    return _asks(document.asks_drawn_signature, document, "asks_drawn_signature")


def asks_purchase_order(document: SalesDocument) -> bool:
    return _asks(document.asks_purchase_order, document, "asks_purchase_order")


def checklist(document: SalesDocument, keys: Collection[UUID]) -> TermsText | None:
    """What is ticked line by line before a proof is approved, in the document's language; ``None``
    where none of the items has a proof, or nothing is asked."""
    if document.asks_checklist == AsksFor.NO or not has_proof(document, keys):
        return None
    shop = PortalSettings.of(document.site)
    if document.asks_checklist != AsksFor.YES and not shop.asks_checklist:
        return None
    found = terms.of_kind(document, TermsKind.CHECKLIST)
    return found if found is not None and lines_of(found) else None


def lines_of(text: TermsText) -> list[str]:
    return [line.strip() for line in text.text.splitlines() if line.strip()]


def has_proof(document: SalesDocument, keys: Collection[UUID]) -> bool:
    items = document.standing.items
    return any(json.loads(items[key].canonical)["proofs"] for key in keys if key in items)


def _asks(of_document: str, document: SalesDocument, name: str) -> bool:
    if of_document:
        return of_document == AsksFor.YES
    return bool(getattr(PortalSettings.of(document.site), name))
