"""How often: counters in the site's cache, by link and by network address.

Without a working cache reading stays open, and what costs money or disk is closed.
"""

import logging
import re
import time
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from ipaddress import ip_address

from django.core.cache import cache
from django.db import DatabaseError

from ..conf import conf
from ..exceptions import TooManyRequests
from ..services.visits import Visit

logger = logging.getLogger(__name__)
#: One network address may do so many times what one link may: an office has several links.
LINKS_OF_AN_ADDRESS = 5
CLOSED_WITHOUT_CACHE = {"payments_per_hour", "uploads_per_hour"}
#: ``192.0.2.1:443``, ``[2001:db8::1]:443``, ``fe80::1%eth0``, or an address alone.
_WITH_PORT = re.compile(
    r"(?P<four>[\d.]+):\d+|\[(?P<six>[^\]%]+)[^\]]*\](?::\d+)?|(?P<bare>[^%]+)(?:%.*)?"
)
#: Wrong tokens of everybody together in an hour that customers with old emails do not explain.
MANY_MISSES = 1000
#: What the libraries behind Django's cache backends raise when the server is away. Theirs are no
#: ``OSError``.
OF_LIBRARIES = {
    "redis.exceptions": "RedisError",
    "pymemcache.exceptions": "MemcacheError",
    "pylibmc": "Error",
}


def address_of(request) -> str | None:
    """The visitor's network address. ``X-Forwarded-For`` counts only behind trusted proxies, and
    only as far as they wrote it. ``None`` for what is no address: a socket, or a word."""
    hops = conf.trusted_proxies
    if hops:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")
        if len(forwarded) >= hops and (address := _address(forwarded[-hops])):
            return address
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(text) -> str | None:
    """As a database takes it: some proxies write a port behind it, and some "unknown"."""
    found = _WITH_PORT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return str(ip_address(found["four"] or found["six"] or found["bare"]))
    except ValueError:
        return None


def count(limit: str, visit: Visit) -> None:
    """Count one more of ``limit`` (a ``conf`` property) in this hour, for the visit's link and for
    its network address; raises ``TooManyRequests``."""
    most = getattr(conf, limit)
    if reached(limit, f"link-{visit.link.pk}", 3600, add=1) > most:
        raise TooManyRequests
    if reached(limit, visit.address or "unknown", 3600, add=1) > most * LINKS_OF_AN_ADDRESS:
        raise TooManyRequests


def miss(who: str) -> None:
    """Count one more wrong token of a network address. Somebody who guesses from very many of them
    is stopped by no limit, and by the tokens' length alone: whoever reads the log is told, once an
    hour. Nobody with a right one is locked out."""
    reached("wrong_tokens_per_minute", who, 60, add=1)
    if reached("wrong_tokens", "all", 3600, add=1) == MANY_MISSES:
        logger.error("%s wrong tokens were tried within this hour, from anywhere", MANY_MISSES)


def is_over(limit: str, who: str, seconds: int = 3600) -> bool:
    """Whether the limit is used up, without counting."""
    return reached(limit, who, seconds) >= getattr(conf, limit)


def reached(limit, who, seconds, add=0) -> int:
    """How often in this stretch of ``seconds``, ``add`` included; endless where it must be closed
    without a cache."""
    key = f"portal:{limit}:{who}:{int(time.time()) // seconds}"
    try:
        cache.add(key, 0, timeout=seconds + 60)
        return cache.incr(key, add) if add else cache.get(key, 0)
    except ValueError:
        return add  # the counter fell out of the cache between the two calls
    except cache_troubles():
        logger.exception("The cache does not answer; limits are not counted")
        return 10**9 if limit in CLOSED_WITHOUT_CACHE else 0


@lru_cache(maxsize=1)
def cache_troubles() -> tuple[type[Exception], ...]:
    """The errors of whichever of the libraries are installed, and those of a cache in the database
    or behind a socket."""
    found: list[type[Exception]] = [OSError, DatabaseError]
    for module, name in OF_LIBRARIES.items():
        with suppress(ImportError):
            found.append(getattr(import_module(module), name))
    return tuple(found)
