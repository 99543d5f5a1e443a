"""What runs beside the site: database, cache, task backend, proxies, https."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Warning
from django.db import connections

from .. import tasks
from ..conf import conf
from ..models import trigrams
from .registering import database_check, portal_check

SQLITE = "django.db.backends.sqlite3"
LOCAL = "django.core.cache.backends.locmem.LocMemCache"
DUMMY = "django.core.cache.backends.dummy.DummyCache"


@portal_check()
def sqlite_writers_queue_up() -> Iterator[CheckMessage]:
    """In Django's default mode two writers at once make one of them fail half-way."""
    database = settings.DATABASES.get("default", {})
    if database.get("ENGINE") != SQLITE:
        return
    mode = (database.get("OPTIONS") or {}).get("transaction_mode") or ""
    if str(mode).upper() != "IMMEDIATE":
        yield Warning(
            "SQLite runs without transaction_mode IMMEDIATE: approvals and payments that arrive at"
            ' the same time fail with "database is locked".',
            hint='In DATABASES: "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20,'
            ' "init_command": "PRAGMA journal_mode=WAL"}.',
            id="portal_plugin.W015",
        )


@database_check
def sqlite_readers_do_not_wait(databases: list[str]) -> Iterator[CheckMessage]:
    for alias in databases:
        if connections[alias].vendor == "sqlite" and _journal_mode(alias) not in ("wal", "memory"):
            yield Warning(
                f"The SQLite database {alias!r} has no write-ahead log: whoever writes keeps all"
                " readers waiting.",
                hint='In DATABASES: "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20,'
                ' "init_command": "PRAGMA journal_mode=WAL"}.',
                id="portal_plugin.W024",
            )


@database_check
def search_has_its_indexes(databases: list[str]) -> Iterator[CheckMessage]:
    """On a database without our tables there is nothing to search yet."""
    if "default" not in databases or trigrams.are_there() or not trigrams.are_possible():
        return
    yield Warning(
        "The search in lists of estimates and orders has no indexes: it looks at every row.",
        hint="Run migrate, which makes them. On PostgreSQL the extension pg_trgm has to be there:"
        " CREATE EXTENSION pg_trgm by somebody who may. SQLite has to be 3.34 or newer, with FTS5.",
        id="portal_plugin.W040",
    )


def _journal_mode(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        return cursor.fetchone()[0].lower()


@portal_check(deploy=True)
def cache_is_shared() -> Iterator[CheckMessage]:
    backend = settings.CACHES.get("default", {}).get("BACKEND")
    if backend == DUMMY:
        yield Warning(
            "The cache forgets everything: limits on wrong links, comments and payments do not"
            " hold.",
            hint="Use a cache that all processes share: a database table, Redis or Memcached.",
            id="portal_plugin.W021",
        )
    elif backend == LOCAL:
        yield Info(
            "The cache is each process's own: limits on wrong links, comments and payments hold"
            " once per process.",
            hint="Use a cache that all processes share: a database table, Redis or Memcached.",
            id="portal_plugin.I001",
        )


@portal_check(deploy=True)
def work_has_a_worker() -> Iterator[CheckMessage]:
    if tasks.is_immediate():
        yield Info(
            "There is no task worker: web processes send emails and make PDFs after their answers.",
            hint="Fine for one machine, with portal_sweep once a minute in cron. Beyond it, give"
            " TASKS a backend with a worker.",
            id="portal_plugin.I002",
        )


@portal_check()
def visitors_are_told_apart() -> Iterator[CheckMessage]:
    if conf.trusted_proxies or not _is_behind_a_proxy():
        return
    yield Warning(
        "The site is behind a proxy, but TRUSTED_PROXIES is 0: all visitors count as one, so that"
        " one of them can use up the limits of all.",
        hint='Set PORTAL_PLUGIN["TRUSTED_PROXIES"] to how many proxies append to X-Forwarded-For.',
        id="portal_plugin.W022",
    )


def _is_behind_a_proxy() -> bool:
    return bool(settings.SECURE_PROXY_SSL_HEADER or settings.USE_X_FORWARDED_HOST)


@portal_check(deploy=True)
def links_open_over_https() -> Iterator[CheckMessage]:
    if not settings.SECURE_SSL_REDIRECT:
        yield Warning(
            "SECURE_SSL_REDIRECT is off: a direct link that is opened over http can be read on its"
            " way, and lets the reader in.",
            hint="Set SECURE_SSL_REDIRECT = True, or have the proxy redirect and silence this id.",
            id="portal_plugin.W019",
        )


@portal_check(deploy=True)
def cookies_stay_on_https() -> Iterator[CheckMessage]:
    names: list[Any] = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"]
    off = [name for name in names if not getattr(settings, name)]
    if off:
        yield Warning(
            f"{' and '.join(off)} {'is' if len(off) == 1 else 'are'} off: the cookies of staff and"
            " customers also travel over http.",
            hint="Set both to True.",
            id="portal_plugin.W020",
        )
