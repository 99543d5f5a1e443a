"""Fixtures that every room's tests share."""

import gc
import logging
import os
import shutil
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import transaction
from django.test import TransactionTestCase
from playwright.sync_api import expect

from portal_plugin.gateways.stripe.breaker import breaker

from . import emptying, entering, kept_database, moulds
from .rendering import tell_of_whole_pages

TransactionTestCase._fixture_teardown = lambda _case: emptying.empty()

#: The shell is Chromium without windows and tabs: the same pages, a quarter less work.
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)
#: The machine that runs this may be root, and has no network.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_finish():
    """What is loaded by now stays: looking through it for garbage took a twentieth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave out what only another database or other versions show: the run on those has it. What
    empties the database comes last: pytest pulls tests together that share a browser."""
    vendor = "postgres" if os.environ.get("PORTAL_TEST_DB") == "postgres" else "sqlite"
    kept = [
        item
        for item in items
        if all(mark.args[0] in (vendor, "both") for mark in item.iter_markers("only_on"))
        and ((marker := item.get_closest_marker("needs_module")) is None or find_spec(*marker.args))
    ]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    items.sort(key=_empties_the_database)
    _refuse_to_empty_what_is_shared(items)


def _empties_the_database(item):
    marker = item.get_closest_marker("django_db")
    return (
        bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in item.fixturenames
    )


def _refuse_to_empty_what_is_shared(items):
    shared = {item.module for item in items if "make_once" in item.fixturenames}
    for item in items:
        if item.module in shared and _empties_the_database(item):
            raise pytest.UsageError(f"{item.nodeid} would empty the rows that its module shares")


@pytest.fixture(scope="session", autouse=True)
def _whole_pages(django_test_environment):
    tell_of_whole_pages()


@pytest.fixture(scope="session")
def _turn(request, django_db_modify_db_settings):
    """One worker migrates, and the others copy what it made."""
    folder = _kept_folder(request.config)
    return folder and kept_database.wait_for_turn(folder)


@pytest.fixture(scope="session")
def django_db_keepdb(request, _turn, django_db_keepdb):
    """Ours is in a folder that goes with the run; what was migrated before is taken from there."""
    folder = _kept_folder(request.config)
    return (folder and kept_database.restore(folder)) or django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(request, _turn, django_db_setup, django_db_blocker):
    if folder := _kept_folder(request.config):
        with django_db_blocker.unblock():
            kept_database.keep(folder)
        _turn.close()
    with django_db_blocker.unblock():
        # Each process asks for these once: no count of queries depends on which test came before.
        ContentType.objects.get_for_models(*apps.get_models(), for_concrete_models=False)


def _kept_folder(config):
    """``None`` for a run that leaves nothing behind (``-p no:cacheprovider``)."""
    cache = getattr(config, "cache", None)
    return cache and cache.mkdir("database")


@pytest.fixture(scope="module")
def make_once(request, django_db_setup, django_db_blocker):
    """``make_once(make)`` makes the rows that all tests of a module begin with, and returns what
    ``make`` does. What a test writes is taken back to these; the object it reads again itself.
    """
    with django_db_blocker.unblock():
        # ``getfixturevalue`` comes after a test has begun, and would make rows that go with it.
        assert not transaction.get_connection().in_atomic_block, "name it among the arguments"
        opened = transaction.atomic()
        opened.__enter__()

    def make(make):
        with django_db_blocker.unblock():
            return make()

    with moulds.on_rows_of(request.module.__name__):
        yield make
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        opened.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _poured(request, monkeypatch):
    """Factories write the same rows again."""
    with moulds.watching(monkeypatch, is_rolled_back=not _empties_the_database(request.node)):
        yield


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Limits are counted in the cache; no test counts another's."""
    cache.clear()


@pytest.fixture(autouse=True)
def _stripe_answers():
    """No test waits for what another made of Stripe."""
    breaker.close()


@pytest.fixture(autouse=True)
def _base_template_holds(request, caplog):
    """The fallback for a failing site base must not hide a failing page of ours."""
    yield
    if request.node.get_closest_marker("failing_base"):
        return
    failed = [r for r in caplog.get_records("call") if "base template" in r.getMessage()]
    assert not failed, failed[0].exc_text or failed[0].getMessage()


@pytest.fixture
def enter(client):
    """Open a document's direct link in the test client, as its customer does."""
    return lambda document, link=None, client=client: entering.enter(client, document, link)


@pytest.fixture(autouse=True)
def _quiet():
    logging.getLogger("weasyprint").setLevel(logging.ERROR)


# Playwright's own loop runs in this thread; the ORM is used between its calls, never inside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def chromium(playwright):
    """One browser for a worker: Playwright's loop cannot be started twice in a thread."""
    if not CHROMIUM:
        pytest.skip("needs Chromium")
    expect.set_options(timeout=30_000)  # others may work on the machine, too
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()
