"""How often, and what is open or closed while nobody counts."""

import sys
import types

import pytest
from django.core.cache.backends.base import BaseCache
from django.db import DatabaseError

from portal_plugin.exceptions import TooManyRequests
from portal_plugin.models import DirectLink
from portal_plugin.portal import limits
from portal_plugin.services.visits import Visit


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
    visit = Visit(document=None, link=DirectLink(pk=1))
    limits.count("messages_per_hour", visit)
    for limit in ("payments_per_hour", "uploads_per_hour"):
        with pytest.raises(TooManyRequests):
            limits.count(limit, visit)


def count_all(numbers, address):
    for number in numbers:
        visit = Visit(document=None, link=DirectLink(pk=number), address=address)
        limits.count("payments_per_hour", visit)


def test_an_address_that_takes_one_link_after_the_other_is_stopped(settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "PAYMENTS_PER_HOUR": 2}
    count_all(range(10), "192.0.2.1")
    with pytest.raises(TooManyRequests):
        count_all([10], "192.0.2.1")
    count_all([10], "192.0.2.2")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("<script>, 192.0.2.7:50123", "192.0.2.7"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", "198.51.100.1"),
        ("unix:", "198.51.100.1"),
        ("192.0.2.999", "198.51.100.1"),
        ("192.0.2.7\0", "198.51.100.1"),
        ("192.0.2.7,", "198.51.100.1"),
        ("x" * 300, "198.51.100.1"),
        ("", "198.51.100.1"),
    ],
)
def test_what_a_proxy_writes_is_an_address_or_counts_for_nothing(rf, settings, forwarded, address):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "TRUSTED_PROXIES": 1}
    told = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "198.51.100.1"}
    assert limits.address_of(rf.get("/", **told)) == address


@pytest.mark.parametrize("remote", ["", "unix:", "/run/gunicorn.sock"])
def test_behind_a_socket_nobody_has_an_address(rf, remote):
    assert limits.address_of(rf.get("/", REMOTE_ADDR=remote)) is None


def test_nobody_names_their_own_address(rf):
    told = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "REMOTE_ADDR": "198.51.100.1"}
    assert limits.address_of(rf.get("/", **told)) == "198.51.100.1"


def test_hops_that_are_not_trusted_say_nothing(rf, settings):
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "TRUSTED_PROXIES": 2}
    told = {"HTTP_X_FORWARDED_FOR": "192.0.2.66, 192.0.2.7, 192.0.2.8"}
    assert limits.address_of(rf.get("/", **told)) == "192.0.2.7"


def test_who_came_past_a_proxy_is_counted_by_the_connection(rf, settings):
    """By a health check of the inner one, or by whoever found its address: two should have told."""
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "TRUSTED_PROXIES": 2}
    told = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "REMOTE_ADDR": "198.51.100.1"}
    assert limits.address_of(rf.get("/", **told)) == "198.51.100.1"
