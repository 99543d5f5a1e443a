"""The wording that a customer accepts."""

from typing import Any

from django.conf import settings

from ..canonical import digest
from ..models import PortalSettings, SalesDocument, TermsText
from ..statuses import TermsKind


def current(document: SalesDocument) -> TermsText | None:
    """The newest terms for the document's kind, in its language or else in the site's."""
    return of_kind(document, TermsKind.ORDER if document.is_order else TermsKind.ESTIMATE)


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
