"""How many: beside every choice, and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import polars as pl

from appoints.isales.codes import SUCCESS
from appoints.query.columns import COLUMNS
from appoints.query.filters import FILTERS
from appoints.query.query import STATES, Query
from appoints.results.collation import Key, key
from appoints.results.filtering import BOTH

# How new a row is: the first that is known.
AGES = ("create_time", "appoint_time")
# The column of the names for the IDs in a column.
NAMES_OF = {column.id_column: name for name, column in COLUMNS.items() if column.id_column}
COUNTED = {name: each.column for name, each in FILTERS.items() if each.is_counted}


class ValueCount(NamedTuple):
    """A value as addresses write it (None: rows that have none), its name and number of rows."""

    value: str | None
    name: str | None
    rows: int


class AgentCounts(NamedTuple):
    """An agent as addresses write it (None: rows that name none), and numbers of rows."""

    value: str | None
    overdue: int
    failed: int


def facets(frame: pl.DataFrame, flags: pl.DataFrame) -> dict[str, list[ValueCount]]:
    """Count every choice under all *other* filters, the most frequent first, "none" last.

    Those that are as frequent are in order, the same in every language, for a menu cuts them off.
    ``flags`` are those of ``filtering.flags`` over the same frame.
    """
    rows = frame.select({*COUNTED.values(), *NAMES_OF.values(), *AGES}).lazy()
    rows = rows.with_columns(flags.rename(_flag))
    counted = []
    for name, column in COUNTED.items():
        others = [pl.col(_flag(each)) for each in flags.columns if each != name]
        narrow = rows.filter(pl.all_horizontal(others)) if others else rows
        counted.append(_counted(narrow, column, NAMES_OF.get(column)))
    # All at once: alone, each costs more to begin than to count.
    found = zip(COUNTED, pl.collect_all(counted), strict=True)
    lines = {name: _newest_names(counts) for name, counts in found}
    lines["repeats"] = _each_way(lines["repeats"])
    return {name: _in_order(lines[name]) for name in lines}


def _each_way(lines: Iterable[ValueCount]) -> list[ValueCount]:
    """Count a row that repeats others in both ways for each of them, as its filter does."""
    rows: Counter[str | None] = Counter()
    for line in lines:
        for value in BOTH if line.value == "both" else (line.value,):
            rows[value] += line.rows
    return [ValueCount(value, None, count) for value, count in rows.items()]


def _flag(name: str) -> str:
    """Return the name of a filter's flag, which is that of no column."""
    return f"filter {name}"


def _counted(rows: pl.LazyFrame, column: str, named_by: str | None) -> pl.LazyFrame:
    """Count the rows of each value and name; how new they are tells which name is the newest."""
    value = pl.col(column).cast(pl.String).alias("value")
    name = pl.lit(None, pl.String) if named_by is None else pl.col(named_by)
    newest = pl.coalesce(AGES).cast(pl.Int64).max().alias("newest")
    reserved = pl.col("appoint_time").cast(pl.Int64).max().alias("reserved")
    return rows.group_by(value, name.alias("name")).agg(newest, reserved, pl.len().alias("rows"))


def _newest_names(counts: pl.DataFrame) -> list[ValueCount]:
    """Return each value once, by its newest name: its account may have been given on."""
    rows: Counter[str | None] = Counter()
    known: dict[str | None, tuple[int, int, str]] = {}
    for value, name, newest, reserved, count in counts.iter_rows():
        rows[value] += count
        if name is not None:
            named = (newest or 0, reserved or 0, name)
            known[value] = max(named, known.get(value, named))
    return [
        ValueCount(value, known[value][-1] if value in known else None, count)
        for value, count in rows.items()
    ]


def _in_order(lines: Iterable[ValueCount]) -> list[ValueCount]:
    def place(line: ValueCount) -> tuple[object, ...]:
        value = line.value or ""
        return line.value is None, -line.rows, key(line.name or value), key(value)

    return sorted(lines, key=place)


def names(lines: Iterable[ValueCount]) -> dict[str, str]:
    """Return what values are called, as far as the lines tell."""
    return {line.value: line.name for line in lines if line.value and line.name}


def names_in(rows: pl.DataFrame, column: str) -> dict[str, str]:
    """Return what the IDs in a column are called, by the newest row that has a name."""
    counts = _counted(rows.lazy(), column, NAMES_OF[column]).collect()
    return names(_newest_names(counts))


def failures(facets: Mapping[str, list[ValueCount]], query: Query) -> list[ValueCount]:
    """Count failed calls by cause under *all* filters, "no fail code" last, from the facets.

    A facet leaves out its own filter only, and that one chooses among its lines; and whatever has
    a fail code but success has failed. So nothing is left to count.
    """
    states = {line.value: line.rows for line in facets["states"]}
    if (wanted := query.wanted_states()) and "failed" not in wanted:
        return []
    every = not query.causes and not query.lacks("causes")
    found = [
        line
        for line in facets["causes"]
        if line.value not in (None, SUCCESS) and (every or line.value in query.causes)
    ]
    without = states.get("failed", 0) - sum(line.rows for line in found)
    return [*found, ValueCount(None, None, without)] if without else found


def by_agent(rows: pl.DataFrame) -> list[AgentCounts]:
    """Count overdue and failed calls by agent: the most overdue first, then the most failed."""
    overdue, failed = pl.col("state") == "overdue", pl.col("state") == "failed"
    counts = rows.lazy().filter(overdue | failed).group_by("agent")
    counted = counts.agg(overdue.sum().alias("overdue"), failed.sum().alias("failed")).collect()
    found = (AgentCounts(*row) for row in counted.iter_rows())
    return sorted(found, key=lambda each: (-each.overdue, -each.failed, *_agent(each.value)))


def _agent(value: str | None) -> tuple[bool, Key]:
    """Return the place of an agent among those of as many calls; who is not named comes last."""
    return value is None, key(value or "")


def summary(facets: Mapping[str, list[ValueCount]]) -> dict[str, int]:
    """Return the rows of each state and of ``late``, nought included, from the facets."""
    states = {line.value: line.rows for line in facets["states"]}
    late = {line.value: line.rows for line in facets["late"]}
    return {**{name: states.get(name, 0) for name in STATES}, "late": late.get("true", 0)}
