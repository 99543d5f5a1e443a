"""How often, and what is open or closed while nobody counts."""

import sys
import types

import pytest
from django.core.cache.backends.base import BaseCache
from django.db import DatabaseError

from portal_plugin.exceptions import TooManyRequests
from portal_plugin.portal import limits


class LibraryError(Exception):
    """As redis, pymemcache and pylibmc have one: no ``OSError``."""


class AwayCache(BaseCache):
    """A cache whose server does not answer. ``LOCATION`` says what its library raises then."""

    ERRORS = {"socket": OSError, "database": DatabaseError, "library": LibraryError}

    def __init__(self, location, params):
        super().__init__(params)
        self.error = self.ERRORS[location]

    def add(self, *args, **kwargs):
        raise self.error("nobody there")


@pytest.fixture(autouse=True)
def _library(monkeypatch):
    package, module = types.ModuleType("redis"), types.ModuleType("redis.exceptions")
    module.RedisError = LibraryError
    monkeypatch.setitem(sys.modules, "redis", package)
    monkeypatch.setitem(sys.modules, "redis.exceptions", module)
    limits.cache_troubles.cache_clear()
    yield
    limits.cache_troubles.cache_clear()


@pytest.mark.parametrize("trouble", AwayCache.ERRORS)
def test_without_a_cache_only_what_costs_money_or_disk_is_closed(settings, trouble):
    backend = f"{__name__}.AwayCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": trouble}}
    assert not limits.is_over("wrong_tokens_per_minute", "somebody", 60)
    limits.count("messages_per_hour", "link-1")
    for limit in ("payments_per_hour", "uploads_per_hour"):
        with pytest.raises(TooManyRequests):
            limits.count(limit, "link-1")
