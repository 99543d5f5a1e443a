"""The wording that a customer accepts."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings

from ..canonical import digest
from ..models import PortalSettings, SalesDocument, TermsText
from ..statuses import TermsKind, Verdict
from .versions import changes_between


def current(document: SalesDocument) -> TermsText | None:
    """The newest terms for the document's kind, in its language or else in the site's."""
    return of_kind(document, TermsKind.ORDER if document.is_order else TermsKind.ESTIMATE)


def of_decision(document: SalesDocument, keys: Collection[UUID]) -> TermsText | None:
    """What is accepted with a decision on the items: on an order where only proofs of theirs
    changed since they were approved, the terms for proofs, if the shop has them."""
    if document.is_order and keys and all(_is_only_proof(document, key) for key in keys):
        return of_kind(document, TermsKind.PROOF) or current(document)
    return current(document)


def _is_only_proof(document: SalesDocument, key: UUID) -> bool:
    """Whether the item was approved before, with other proofs and nothing else different."""
    item = document.standing.items.get(key)
    approved = [
        decision
        for decision in document.standing.decisions
        if decision.item_key == key and decision.verdict == Verdict.APPROVE
    ]
    if item is None or not approved:
        return False
    return changes_between(json.loads(approved[-1].canonical), json.loads(item.canonical)) == [
        "proofs"
    ]


def are_missing(document: SalesDocument) -> bool:
    """An estimate needs the terms of orders too: the customer's last yes makes one."""
    kinds = [TermsKind.ORDER] if document.is_order else [TermsKind.ESTIMATE, TermsKind.ORDER]
    return any(of_kind(document, kind) is None for kind in kinds)


def of_kind(document: SalesDocument, kind: str) -> TermsText | None:
    shop_language = PortalSettings.of(document.site).language
    for language in dict.fromkeys([document.language, shop_language, settings.LANGUAGE_CODE]):
        found = TermsText.objects.current(document.site, language, kind) if language else None
        if found and found.text.strip():
            return found
    return None


def add(site: Any, language: str, kind: str, text: str, user: Any = None) -> TermsText:
    """A new wording; the same text again is not a new one."""
    newest = TermsText.objects.current(site, language, kind)
    fingerprint = digest(text.encode())
    if newest and newest.language == language and newest.digest == fingerprint:
        return newest
    return TermsText.objects.create(
        site=site, language=language, kind=kind, text=text, digest=fingerprint, created_by=user
    )
