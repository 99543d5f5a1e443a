"""Kept pages: the inside of a document's page, for as long as nothing that it shows has changed.

Drawing the page costs many times what it costs to ask whether it changed. What is kept belongs to
one direct link, and its name in the cache is made of all that the page is drawn from: the rows that
are read at every request anyway, and how many entries the history has (those of drawn PDFs aside),
because whatever customers, staff or Stripe do leaves one. (Not which is the newest: of two that are
written at once, the one that was begun first may be there last.)
"""

import logging
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation

from .. import __version__, days
from ..conf import conf
from ..services import payments
from .limits import cache_troubles

logger = logging.getLogger(__name__)


class KeptPage:
    """One place in the cache. ``html`` is ``None`` where nothing is kept there."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.html = _read(key)

    def keep(self, html: str, *, nonce: str, is_settled: bool) -> None:
        """Only what will look the same at the next request: nothing that a worker is still making
        (``is_settled``), and no form or nonce, as a site's own template may have."""
        if is_settled and nonce not in html and "csrfmiddlewaretoken" not in html:
            _write(self.key, html)


def page_of(request, visit, shop) -> KeptPage | None:
    """Where this visit's page is kept, or ``None`` where every page is drawn anew: for staff, in
    the admin's preview, and while templates are being written (``DEBUG``)."""
    if settings.DEBUG or not conf.keep_page_seconds or visit.staff is not None:
        return None
    return KeptPage(_key(request, visit, shop))


def _read(key: str) -> str | None:
    try:
        return cache.get(key)
    except cache_troubles():
        logger.exception("The cache does not answer; the page is drawn anew")
        return None


def _write(key: str, html: str) -> None:
    try:
        cache.set(key, html, timeout=conf.keep_page_seconds)
    except cache_troubles():
        logger.exception("The cache does not answer; the page is not kept")


def _key(request, visit, shop) -> str:
    document = visit.document
    rows = [document, document.customer, document.stage, visit.link, visit.link.recipient]
    known: list[Any] = [_values(row) for row in [*rows, document.site, shop.settings] if row]
    known += [
        document.entries,
        document.has_pending_payment,
        payments.takes_online(document),
        request.path,
        translation.get_language(),
        timezone.get_current_timezone_name(),
        days.today(),
        getattr(settings, "PORTAL_PLUGIN", {}),
        __version__,
    ]
    return "portal:page:" + sha256(repr(known).encode()).hexdigest()


def _values(row) -> list[Any]:
    """The row's own columns; counters of the link, which grow at every visit, aside."""
    ignored = ("opened_count", "last_opened_at", "last_seen_at", "expires_at")
    return [
        (field.attname, getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in ignored
    ]
