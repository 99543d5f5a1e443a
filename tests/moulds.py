"""What a factory wrote, written again: to publish takes 75 queries, and most tests begin with the
same document.

The statements of a factory are kept under all that was written before them in the same test, by
factories and by the test itself. A later test that comes to the same point has them written again,
ids and all. Whatever else might make a difference leads to the factory itself: a write that no
other test can repeat, a rollback on the way, code that the test exchanges by the fixture
``monkeypatch``, a clock that was moved.

No signal is sent and nothing waits for the commit: what a test listens for while it publishes, it
publishes itself (``factories.publish``).
"""

import datetime
import functools
import hashlib
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import UserSettingsHolder, settings
from django.core.files.storage import storages
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import get_language

#: Seconds. Nothing that a test calls "now" is older.
FRESH = 120
IS_READING = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|EXPLAIN|PRAGMA|DECLARE|FETCH|CLOSE|SHOW)\b")
#: Who is signed in makes no difference to what a factory makes.
IS_SIGNING_IN = re.compile(r'[A-Z ]+"(django_session|auth_user" SET "last_login)"')
#: As SQLite gets one.
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:")
PLAIN = (str, int, bool, float, type(None), Decimal, datetime.date, datetime.timedelta)
NOW = timezone.now
#: Settings of which a test may have its own, and a document is the same.
ADDRESSES = {"STRIPE_API_BASE", "STRIPE_SCRIPT_URL", "UPLOAD_STAGING_FOLDER"}


class NotPlain(Exception):
    """An argument that two tests cannot be known to share."""


@dataclass(frozen=True)
class Mould:
    """``sequences`` holds the last id before, of each table that has a new one; ``made`` is in
    seconds."""

    statements: tuple
    sequences: dict
    result: tuple
    made: float


@dataclass
class Test:
    """``path`` is what was written so far; ``None`` when no other test can write the same."""

    exchanging: pytest.MonkeyPatch
    path: tuple | None
    recorded: list | None = None

    def watch(self, execute, sql, params, many, context):
        """An execute wrapper of Django's."""
        if not IS_READING.match(sql):
            if sql.startswith("ROLLBACK"):
                self.path = None
            elif self.recorded is not None:
                self.recorded.append((sql, params, many))
            elif self.path is not None and not IS_SIGNING_IN.match(sql):
                self.path = _after(self.path, sql, params or ())
        return execute(sql, params, many, context)

    @property
    def is_as_ever(self):
        """Nothing that a factory runs was exchanged."""
        exchanged = self.exchanging._setattr or self.exchanging._setitem
        return not exchanged and timezone.now is NOW


#: By path; the test that runs, if one does; and the module whose rows it begins with.
_moulds: dict[tuple, Mould] = {}
_test: Test | None = None
_rows_of = ""


@contextmanager
def on_rows_of(module_name):
    """For tests that begin with rows which their module made."""
    global _rows_of
    _rows_of = module_name
    try:
        yield
    finally:
        _rows_of = ""


@contextmanager
def watching(exchanging, is_rolled_back):
    """For a test; ``is_rolled_back`` where nothing of it will stay."""
    global _test
    _test = Test(exchanging, (_rows_of,) if is_rolled_back else None)
    try:
        with connection.execute_wrapper(_test.watch):
            yield
    finally:
        _test = None


def poured(factory):
    """A factory whose rows are written again where that makes no difference."""

    @functools.wraps(factory)
    def pour(*args, **values):
        test = _test
        if test is None or test.path is None or test.recorded is not None or not test.is_as_ever:
            return factory(*args, **values)
        try:
            told = (factory.__name__, args, values, get_language(), *_own_settings())
            path = (*test.path, _plain(told))
        except NotPlain:
            return factory(*args, **values)
        mould = _moulds.get(path)
        if mould is None or time.monotonic() - mould.made > FRESH:
            return _make(test, path, factory, args, values)
        return _write_again(test, path, mould)

    return pour


def _after(path, sql, params):
    """``None`` where no other test can write the same: a moment is in it, or PostgreSQL gives a new
    row an id that it gives only once."""
    if any(map(_is_moment, params)):
        return None
    if sql.startswith("INSERT") and connection.vendor == "postgresql":
        return None
    try:
        written = _plain(params)
    except NotPlain:
        return None
    return (hashlib.sha256(repr((path, sql, written)).encode()).digest(),)


def _is_moment(value):
    return isinstance(value, datetime.datetime) or (isinstance(value, str) and MOMENT.match(value))


def _own_settings():
    holder = settings._wrapped
    while isinstance(holder, UserSettingsHolder):
        own = dict(vars(holder))
        holder = own.pop("default_settings")
        own["_deleted"] = tuple(own["_deleted"])
        if "PORTAL_PLUGIN" in own:
            told = own["PORTAL_PLUGIN"]
            own["PORTAL_PLUGIN"] = {name: told[name] for name in told.keys() - ADDRESSES}
        yield own


def _plain(value):
    if isinstance(value, Model) and value.pk:
        return (value._meta.label, value.pk)
    if isinstance(value, dict):
        return tuple((name, _plain(inner)) for name, inner in sorted(value.items()))
    if isinstance(value, (tuple, list)):
        return tuple(map(_plain, value))
    if isinstance(value, PLAIN):
        return (type(value).__name__, value)
    raise NotPlain


def _make(test, path, factory, args, values):
    made, sequences = time.monotonic(), _sequences()
    test.recorded = []
    try:
        result = factory(*args, **values)
        if test.path is not None:
            test.path = (*path, made)
            counted = dict(sequences.items() - _sequences().items())
            kept = (type(result), result.pk)
            _moulds[path] = Mould(tuple(test.recorded), counted, kept, made)
            return _again(*kept)  # what every later test gets
        return result
    except BaseException:
        test.path = None
        raise
    finally:
        test.recorded = None


def _write_again(test, path, mould):
    test.recorded = []
    try:
        with connection.cursor() as cursor:
            _set_back(cursor, mould.sequences)
            for sql, params, many in mould.statements:
                (cursor.executemany if many else cursor.execute)(sql, params)
        # What came later was written on these very rows, not on those of a mould made anew.
        test.path = (*path, mould.made)
    finally:
        test.recorded = None
    row = _again(*mould.result)
    if hasattr(row, "public_id"):
        _remove_files(row.public_id)
    return row


def _again(model, pk):
    return model.objects.get(pk=pk)


def _sequences():
    """PostgreSQL goes on counting where a test was rolled back, SQLite does not."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
        return dict(cursor.fetchall())


def _set_back(cursor, sequences):
    if sequences:
        calls = ", ".join(["setval(%s, %s, %s)"] * len(sequences))
        each = [(f'"{name}"', last or 1, last is not None) for name, last in sequences.items()]
        cursor.execute(f"SELECT {calls}", [value for three in each for value in three])


def _remove_files(public_id):
    """What an earlier test left at the same address."""
    for left in Path(storages["portal"].location).glob(f"*/{public_id}"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
