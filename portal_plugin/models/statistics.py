"""What a database knows of its tables, to choose the index from which it answers.

PostgreSQL looks by itself. SQLite never does: without ``ANALYZE`` it takes all tables for equally
long, so that the lists of a shop that has loaded what it had before, or has grown, are read by the
wrong index.
"""

from django.apps import apps
from django.db import connections

#: Shorter tables are read as quickly by any index.
FEWEST = 1000
#: So many times as long as at the last look, a table is looked at again.
GROWN = 4


def refresh(using="default") -> list[str]:
    """Have SQLite look at those of our tables that have grown, which are returned."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        grown = _grown(cursor)
        for table in grown:
            cursor.execute(f'ANALYZE "{table}"')
    return grown


def _grown(cursor) -> list[str]:
    """A table has no more rows than its highest key says, which is found without counting."""
    known = _known(cursor)
    wanted = {table: max(FEWEST, GROWN * known.get(table, 0)) for table in _tables()}
    cursor.execute(" UNION ALL ".join(map(_highest, wanted)))
    may_have = [table for table, highest in cursor.fetchall() if (highest or 0) >= wanted[table]]
    return [table for table in may_have if _count(cursor, table) >= wanted[table]]


def _known(cursor) -> dict[str, int]:
    """Table to its rows at the last look."""
    cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
    if cursor.fetchone() is None:
        return {}
    # One row for each index, which begins with the number of its entries.
    cursor.execute("SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl")
    return dict(cursor.fetchall())


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_app_config("portal_plugin").get_models()]


def _highest(table) -> str:
    return f"SELECT '{table}', (SELECT max(rowid) FROM \"{table}\")"


def _count(cursor, table) -> int:
    cursor.execute(f'SELECT count(*) FROM "{table}"')
    return cursor.fetchone()[0]
