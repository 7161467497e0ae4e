"""Queries that each request makes, compiled once: Django takes far longer to compile a query than
SQLite to run it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

MOST = 32  # statements that one query keeps: one for each number of values in its lists

Row = TypeVar("Row")
Twin = TypeVar("Twin")
Value = int | str | datetime
Given = Value | Collection[int] | Collection[str]


class Prepared(Generic[Row]):
    """A query that differs by its values only.

    ``make`` returns the QuerySet for some values: numbers, words, moments and collections of these.
    A value is never None, which other SQL asks for, nor is anything computed from it: it stands in
    the SQL's parameters as it is.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]]) -> None:
        self._make = make
        self._statements: dict[object, Statement] = {}

    def rows(self, *values: Given) -> list[Row]:
        """Return what the query finds for these values."""
        try:
            statement = self._statement(values)
        except EmptyResultSet:  # a collection is empty
            return []
        found: Any = _twin(statement.queryset)
        found._query = query = _twin(statement.query)
        query.values = _flat(values)
        return list(found)

    def queryset(self, *values: Given) -> QuerySet[Any, Row]:
        """Return the QuerySet for these values, which has been read."""
        found = self._make(*values)
        found._result_cache = self.rows(*values)
        return found

    def _statement(self, values: Sequence[Given]) -> Statement:
        shape = tuple(_shape(each) for each in values)
        found = self._statements.get(shape)
        if found is None:
            if len(self._statements) >= MOST:
                self._statements.clear()
            found = self._statements[shape] = _prepared(self._make, values)
        return found


class Statement(NamedTuple):
    """The SQL of a QuerySet; each of the ``params`` is a value, by its place, or a constant."""

    queryset: QuerySet[Any, Any]
    query: PreparedQuery
    compiler: PreparedCompiler
    sql: str
    params: Sequence[tuple[int | None, object]]


class PreparedQuery(Query):
    """A query whose SQL is known."""

    statement: Statement
    values: Sequence[Value]

    def get_compiler(self, using: str | None = None, *_: Any, **__: Any) -> PreparedCompiler:
        """Return what has compiled it, with the values of this time."""
        compiler = _twin(self.statement.compiler)
        database = compiler.connection = connections[using or "default"]
        compiler.compiled = (
            self.statement.sql,
            tuple(
                constant if place is None else _adapted(self.values[place], database)
                for place, constant in self.statement.params
            ),
        )
        return compiler


class PreparedCompiler(SQLCompiler):
    """A compiler that has done its work; all rows are read at once."""

    compiled: tuple[str, tuple[Any, ...]]
    converters: dict[int, Any]  # of what a driver returns, by the place of its column

    def execute_sql(self, *_: Any, **__: Any) -> Any:
        with self.connection.cursor() as cursor:
            cursor.execute(*self.compiled)
            return cursor.fetchall()

    def results_iter(
        self, results: Any = None, tuple_expected: bool = False, *_: Any, **__: Any
    ) -> Any:
        rows = self.execute_sql() if results is None else results
        if self.converters:
            rows = self.apply_converters(rows, self.converters)
        return map(tuple, rows) if tuple_expected else rows


def _prepared(make: Callable[..., QuerySet[Any, Any]], values: Sequence[Given]) -> Statement:
    """Compile a query with values that stand for those of each time.

    Raises EmptyResultSet where it finds nothing whatever is stored, and ValueError where a value
    does not stand in the SQL's parameters, or a column serves the order alone.
    """
    named, flat = _stand_ins(values)
    queryset = make(*named)
    database = connections[queryset.db]
    compiler = queryset.query.get_compiler(queryset.db)
    sql, params = compiler.as_sql()
    places = {_adapted(each, database): place for place, each in enumerate(flat)}
    found = [(places.get(each), each) for each in params]
    if {place for place, _ in found if place is not None} != set(places.values()):
        raise ValueError("A prepared query takes its values as they are, and each of them.")
    if compiler.has_extra_select:
        raise ValueError("A prepared query selects no more than what it returns.")
    converters = compiler.get_converters([each for each, *_ in compiler.select or ()])
    compiler.__class__, queryset.query.__class__ = PreparedCompiler, PreparedQuery
    made, prepared = cast(PreparedCompiler, compiler), cast(PreparedQuery, queryset.query)
    made.converters = converters
    prepared.statement = Statement(queryset, prepared, made, sql, found)
    return prepared.statement


def _stand_ins(values: Sequence[Given]) -> tuple[list[Given], list[Value]]:
    """Return values of the same kinds that nobody stores: as they are given, and one by one."""
    flat = [_stand_in(each, place) for place, each in enumerate(_flat(values))]
    rest = iter(flat)
    named = [
        next(rest) if isinstance(each, Value) else [next(rest) for _ in each] for each in values
    ]
    return cast(list[Given], named), flat


def _stand_in(value: Value, place: int) -> Value:
    if isinstance(value, datetime):
        return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(days=place)
    # A number that each column of numbers may hold.
    return f"value {place}" if isinstance(value, str) else 32_000 + place


def _flat(values: Sequence[Given]) -> list[Value]:
    return [
        value
        for each in values
        for value in ((each,) if isinstance(each, Value) else cast(Collection[Value], each))
    ]


def _shape(given: Given) -> object:
    return None if isinstance(given, Value) else len(given)


def _twin(one: Twin) -> Twin:
    """Return a shallow copy, in a third of the time that ``copy`` takes."""
    made = object.__new__(type(one))
    made.__dict__.update(one.__dict__)
    return made


def _adapted(value: object, database: Any) -> object:
    """Return a value as the driver of a database takes it."""
    return database.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
