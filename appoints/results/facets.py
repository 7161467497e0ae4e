"""How many: beside every choice, and over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import polars as pl

from appoints.isales.codes import SUCCESS
from appoints.query.columns import COLUMNS
from appoints.query.filters import FILTERS
from appoints.query.query import STATES, Query
from appoints.results.collation import ranked
from appoints.results.filtering import narrowed

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
    frame = frame.select({*COUNTED.values(), *NAMES_OF.values(), *AGES})
    narrow = narrowed(frame, flags)
    found = {}
    for name, column in COUNTED.items():
        rows = narrowed(frame, flags.drop(name)) if name in flags.columns else narrow
        found[name] = _lines(rows, column, NAMES_OF.get(column))
    return found


def _lines(rows: pl.DataFrame, column: str, named_by: str | None) -> list[ValueCount]:
    value = pl.col(column).cast(pl.String).alias("value")
    count = pl.len().cast(pl.Int64).alias("rows")
    if named_by is None:
        counted = rows.group_by(value).agg(pl.lit(None, pl.String).alias("name"), count)
    else:
        # Of several names the newest: the account may have been given to somebody else.
        newest = pl.max("newest"), pl.max("appoint_time")
        parts = rows.with_columns(pl.coalesce(AGES).alias("newest"))
        parts = parts.group_by(value, pl.col(named_by).alias("name")).agg(count, *newest)
        order = [pl.col("name").is_not_null(), "newest", "appoint_time", "name"]
        parts = parts.sort(order, descending=True, nulls_last=True)
        counted = parts.group_by("value", maintain_order=True).agg(
            pl.col("name").first(), pl.col("rows").sum()
        )
    shown = counted.select(pl.coalesce("name", "value")).to_series()
    counted = counted.sort(
        pl.col("value").is_null(),
        -pl.col("rows"),
        pl.lit(ranked(shown)),
        pl.lit(ranked(counted["value"])),
    )
    return [ValueCount(*row) for row in counted.iter_rows()]


def names(lines: Iterable[ValueCount]) -> dict[str, str]:
    """Return what values are called, as far as the lines tell."""
    return {line.value: line.name for line in lines if line.value and line.name}


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
    # First the columns, for a filter copies them all.
    rows = rows.select("state", "agent")
    overdue, failed = pl.col("state") == "overdue", pl.col("state") == "failed"
    counted = rows.filter(overdue | failed).group_by("agent")
    counts = counted.agg(
        overdue.sum().cast(pl.Int64).alias("overdue"),
        failed.sum().cast(pl.Int64).alias("failed"),
    )
    by_agent = pl.lit(ranked(counts["agent"]))
    counts = counts.sort(-pl.col("overdue"), -pl.col("failed"), by_agent)
    return [AgentCounts(*row) for row in counts.iter_rows()]


def summary(facets: Mapping[str, list[ValueCount]]) -> dict[str, int]:
    """Return the rows of each state and of ``late``, nought included, from the facets."""
    states = {line.value: line.rows for line in facets["states"]}
    late = {line.value: line.rows for line in facets["late"]}
    return {**{name: states.get(name, 0) for name in STATES}, "late": late.get("true", 0)}
