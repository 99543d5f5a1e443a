"""Queries that are put together once. Django writes the SQL of a queryset anew each time; for one
row of 150 columns that takes longer than the database's answer."""

from copy import copy
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.sql import Query

M = TypeVar("M", bound=Model)


class Prepared(Generic[M]):
    """The rows of ``queryset`` whose ``lookup`` is the value that ``get`` or ``rows`` is given.

    ``stand_in`` is any value of the column's type; no other part of the queryset may depend on the
    moment or the thread in which it was made.
    """

    def __init__(self, queryset: QuerySet[M], lookup: str, stand_in: Any) -> None:
        self._in_order = _prepared(queryset.filter(**{lookup: stand_in}), stand_in)
        self._in_any_order = _prepared(queryset.order_by().filter(**{lookup: stand_in}), stand_in)

    def get(self, value: Any) -> M | None:
        """The only one: an order may have parameters of its own, as that of sites has."""
        return next(iter(_asked(self._in_any_order, value)), None)

    def rows(self, value: Any) -> list[M]:
        return list(_asked(self._in_order, value))


def _prepared(rows: QuerySet[M], stand_in: Any) -> QuerySet[M]:
    rows.query = rows.query.chain(klass=_PreparedQuery)
    rows.query.compiled = {}
    rows.query.stand_in = stand_in
    return rows


def _asked(rows: QuerySet[M], value: Any) -> QuerySet[M]:
    rows = rows.all()
    rows.query.value = value
    return rows


class _PreparedQuery(Query):
    """``compiled`` is shared by all copies of it, ``value`` is each one's own."""

    compiled: dict[str, tuple[Any, str, tuple[Any, ...]]]
    stand_in: Any
    value: Any

    def get_compiler(self, using: Any = None, connection: Any = None, elide_empty: bool = True):
        if using not in self.compiled:
            fresh = super().get_compiler(using, connection, elide_empty)
            sql, params = fresh.as_sql()
            if not params or params[-1] != self.stand_in:
                raise ValueError("The value that is asked for has to be the last of the query")
            self.compiled[using] = fresh, sql, tuple(params[:-1])
        fresh, sql, others = self.compiled[using]
        compiler = copy(fresh)
        compiler.query, compiler.connection = self, connections[using]
        compiler.as_sql = lambda *args, **kwargs: (sql, (*others, self.value))
        return compiler
