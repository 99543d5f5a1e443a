"""How often: counters in the site's cache, by link and by network address.

Without a working cache reading stays open, and what costs money or disk is closed.
"""

import logging
import time

from django.core.cache import cache

from ..conf import conf
from ..exceptions import TooManyRequests

logger = logging.getLogger(__name__)
CLOSED_WITHOUT_CACHE = {"payments_per_hour", "uploads_per_hour"}


def address_of(request) -> str | None:
    """The visitor's network address. ``X-Forwarded-For`` counts only behind trusted proxies, and
    only as far as they wrote it."""
    hops = conf.trusted_proxies
    if hops:
        forwarded = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(forwarded) >= hops and forwarded[-hops]:
            return forwarded[-hops][:45]
    return request.META.get("REMOTE_ADDR") or None


def count(limit: str, who: str, seconds: int = 3600) -> None:
    """Count one more of ``limit`` (a ``conf`` property) for ``who``; raises ``TooManyRequests``."""
    if reached(limit, who, seconds, add=1) > getattr(conf, limit):
        raise TooManyRequests


def is_over(limit: str, who: str, seconds: int = 3600) -> bool:
    """Whether the limit is used up, without counting."""
    return reached(limit, who, seconds) >= getattr(conf, limit)


def reached(limit, who, seconds, add=0) -> int:
    key = f"portal:{limit}:{who}:{int(time.time()) // seconds}"
    try:
        cache.add(key, 0, timeout=seconds + 60)
        return cache.incr(key, add) if add else cache.get(key, 0)
    except ValueError:
        return add  # the counter fell out of the cache between the two calls
    except OSError:
        logger.exception("The cache does not answer; limits are not counted")
        return 10**9 if limit in CLOSED_WITHOUT_CACHE else 0
