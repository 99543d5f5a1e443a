"""Empties the database after a test that committed, as Django does, but only tables with rows.

Content types and permissions stay: they are the same for every test, and writing them anew after
each took longer than most tests.
"""

import time

from django.db import IntegrityError, connection, transaction

KEPT = ("django_migrations", "django_content_type", "auth_permission")


#: Seconds that work of an ended server may still write rows about what is deleted.
PATIENCE = 5


def empty() -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _empty()
        except IntegrityError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _empty() -> None:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _with_rows(cursor, set(tables).difference(KEPT)):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _with_rows(cursor, tables) -> list[str]:
    asked = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in sorted(tables)
    ]
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]
