"""Indexes of every three letters of what staff search by: text in the middle of a word is found
without a look at each row.

They are the database's own and follow what anybody writes: on PostgreSQL indexes of ``pg_trgm``, on
SQLite a table of FTS5 for each of ours, which triggers keep. No migration makes them, because one
of a later day that writes a table of SQLite anew would leave its triggers behind, and because not
everybody may add an extension to PostgreSQL: they are made whole after every ``migrate``. Where
they cannot be had, every row is looked at.
"""

from django.apps import apps
from django.db import DatabaseError, connections, router, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL

#: Name of a model to its columns.
COLUMNS = {
    "salesdocument": ("number", "title", "purchase_order_number"),
    "lineitem": ("name", "description"),
    "customer": ("name", "company", "phone", "email"),
    "contact": ("name", "phone", "email"),
}
#: Names of databases that were seen to have them.
_known: set[str] = set()
#: Letters that make an entry of an index; what is shorter is in none.
LETTERS = 3


def holding(rows, word):
    """Those of a queryset of one of the models that hold the word in a column, in large letters or
    small. On SQLite other letters than those of English are large or small as they are typed where
    there is no index for the word."""
    connection = connections[rows.db]
    if connection.vendor == "sqlite" and len(word) >= LETTERS and _is_known(connection):
        index = _index_of(rows.model._meta.model_name)
        phrase = '"{}"'.format(word.replace('"', '""'))
        sql = f"SELECT rowid FROM {index} WHERE {index} MATCH %s"
        return rows.filter(pk__in=RawSQL(sql, [phrase]))
    return rows.filter(any_of(rows.model._meta.model_name, word))


def any_of(name, word) -> Q:
    """What is compared of each row of the model where no index is asked."""
    columns = ((f"{column}__icontains", word) for column in COLUMNS[name])
    return Q(*columns, _connector=Q.OR)


def are_as_compared(words, using="default") -> bool:
    """Whether ``any_of`` finds just what ``holding`` does."""
    vendor = connections[using].vendor
    return vendor == "postgresql" or (vendor == "sqlite" and all(word.isascii() for word in words))


def are_there(using="default") -> bool:
    """Whether the database of the alias has them, or is of a kind that never does."""
    connection = connections[using]
    look = {"postgresql": _are_on_postgresql, "sqlite": _are_on_sqlite}.get(connection.vendor)
    return look is None or look(connection)


def are_possible(using="default") -> bool:
    """Whether the tables are there, in this database."""
    if not all(router.allow_migrate_model(using, _model(name)) for name in COLUMNS):
        return False
    tables = {_model(name)._meta.db_table for name in COLUMNS}
    return tables <= set(connections[using].introspection.table_names())


def make(using="default") -> None:
    """What is missing of them. Where the database refuses, they stay missing."""
    connection = connections[using]
    _known.discard(connection.settings_dict["NAME"])
    if are_there(using) or not are_possible(using):
        return
    statements = _ON.get(connection.vendor)
    try:
        with transaction.atomic(using=using), connection.cursor() as cursor:
            for statement in statements() if statements else []:
                cursor.execute(statement)
    except DatabaseError:
        return


def make_after_migrate(using, **kwargs) -> None:
    make(using)


def _counted(connection, sql, params) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def _index_of(name) -> str:
    return f"portal_letters_{name}"


def _model(name):
    return apps.get_model("portal_plugin", name)


# -- PostgreSQL ------------------------------------------------------------------------------------


def _are_on_postgresql(connection) -> bool:
    sql = "SELECT count(*) FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL"
    names = [_index_of(name) for name in COLUMNS]
    return _counted(connection, sql, [names]) == len(COLUMNS)


def _on_postgresql():
    """Of just what ``icontains`` compares."""
    yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
    for name, names in COLUMNS.items():
        columns = ", ".join(f'UPPER("{column}"::text) gin_trgm_ops' for column in names)
        table = _model(name)._meta.db_table
        yield f'CREATE INDEX IF NOT EXISTS {_index_of(name)} ON "{table}" USING gin ({columns})'


# -- SQLite ----------------------------------------------------------------------------------------

_EVENTS = ("insert", "update", "delete")


def _is_known(connection) -> bool:
    """Asks once, because a search has no query to spare."""
    name = connection.settings_dict["NAME"]
    if name not in _known and _are_on_sqlite(connection):
        _known.add(name)
    return name in _known


def _are_on_sqlite(connection) -> bool:
    """By their triggers, which are the first to go."""
    sql = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
    return _counted(connection, sql, ["portal_letters_%"]) == len(COLUMNS) * len(_EVENTS)


def _on_sqlite():
    for name, names in COLUMNS.items():
        index, table = _index_of(name), _model(name)._meta.db_table
        columns = ", ".join(names)
        options = f"content='{table}', content_rowid='id', tokenize='trigram'"
        yield f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING fts5({columns}, {options})"
        for event in _EVENTS:
            yield f"DROP TRIGGER IF EXISTS {index}_{event}"
            yield _trigger(name, event)
        # What was written while there were none.
        yield f"INSERT INTO {index}({index}) VALUES ('rebuild')"


def _trigger(name, event) -> str:
    index, table, names = _index_of(name), _model(name)._meta.db_table, COLUMNS[name]
    columns = ", ".join(names)

    def values(row):
        return ", ".join(f"{row}.{column}" for column in ("id", *names))

    out = f"INSERT INTO {index}({index}, rowid, {columns}) VALUES ('delete', {values('old')});"
    new = f"INSERT INTO {index}(rowid, {columns}) VALUES ({values('new')});"
    when, does = {
        "insert": ("INSERT", new),
        "delete": ("DELETE", out),
        "update": (f"UPDATE OF {columns}", out + new),
    }[event]
    changed = " OR ".join(f"old.{column} IS NOT new.{column}" for column in names)
    only = f"WHEN {changed} " if event == "update" else ""
    return f"CREATE TRIGGER {index}_{event} AFTER {when} ON {table} {only}BEGIN {does} END"


_ON = {"postgresql": _on_postgresql, "sqlite": _on_sqlite}
