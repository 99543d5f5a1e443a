"""Rows of many tables as they were at one moment, whatever is written meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def of_one_moment() -> Iterator[None]:
    """SQLite's transactions see one moment by themselves; PostgreSQL's have to be told so before
    they ask anything. Within a transaction of the caller it is the caller's to say. Nobody is kept
    from writing on PostgreSQL; for SQLite nothing slow may happen in here."""
    is_ours = not connection.in_atomic_block
    with transaction.atomic():
        if is_ours and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
