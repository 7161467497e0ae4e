"""How many: beside every choice, and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from appoints.isales.codes import SUCCESS
from appoints.query.columns import COLUMNS
from appoints.query.filters import FILTERS
from appoints.query.query import STATES, Query
from appoints.results.coding import Coded, Pair, coded
from appoints.results.collation import Key, key
from appoints.results.filtering import BOTH, narrowed
from appoints.results.kept import KEPT
from appoints.snapshots.frame import PLAIN, SHARED

# How new a row is: the first that is known.
AGES = ("create_time", "appoint_time")
# The column of the names for the IDs in a column.
NAMES_OF = {column.id_column: name for name, column in COLUMNS.items() if column.id_column}
COUNTED = {name: each.column for name, each in FILTERS.items() if each.is_counted}
# Those of texts; of all others there are few values, which are numbers already.
TEXTS = {name: column for name, column in COUNTED.items() if PLAIN.get(column) == SHARED}


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


def facets(
    frame: pl.DataFrame, flags: pl.DataFrame, kept: pl.DataFrame
) -> dict[str, list[ValueCount]]:
    """Count every choice under all *other* filters, the most frequent first, "none" last.

    Those that are as frequent are in order, the same in every language, for a menu cuts them off.
    ``flags`` are those of ``filtering.flags`` over the frame, ``kept`` is the frame that is at hand
    for the next question too, whose texts are coded once.
    """
    texts = {name: _coded(kept, column) for name, column in TEXTS.items()}
    values = frame.select(**{name: column for name, column in COUNTED.items() if name not in TEXTS})
    rows = values.with_columns(
        *(each.codes.alias(name) for name, each in texts.items()),
        *flags.rename(_flag).iter_columns(),
    )
    counted = rows.lazy().select(_counted(name, flags.columns) for name in COUNTED).collect()
    lines = {}
    for name in COUNTED:
        found = counted[name].item().struct.unnest().rows()
        if name in texts:
            lines[name] = _lines(name, found, texts[name].pairs, frame, flags)
        else:
            lines[name] = [ValueCount(_word(value), None, count) for value, count in found]
    lines["repeats"] = _each_way(lines["repeats"])
    return {name: _in_order(lines[name]) for name in lines}


def _coded(kept: pl.DataFrame, column: str) -> Coded:
    named_by = NAMES_OF.get(column)
    return KEPT.of(
        kept,
        ("codes", column),
        lambda: coded(kept[column], kept[named_by] if named_by else None),
        lambda made: made.size,
    )


def _counted(name: str, filters: Sequence[str]) -> pl.Expr:
    """Count the rows of each value under all other filters."""
    others = [pl.col(_flag(each)) for each in filters if each != name]
    rows = pl.col(name).filter(pl.all_horizontal(others)) if others else pl.col(name)
    return rows.value_counts().implode()


def _word(value: object) -> str | None:
    """Return a value as addresses write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _lines(
    name: str,
    counted: Iterable[tuple[int | None, int]],
    pairs: Mapping[int | None, Pair],
    frame: pl.DataFrame,
    flags: pl.DataFrame,
) -> list[ValueCount]:
    """Return each text once; by the newest of its names, for an account may have been given on."""
    rows: Counter[str | None] = Counter()
    called: dict[str | None, set[str]] = {}
    for code, count in counted:
        value, text = pairs[code]
        rows[value] += count
        called.setdefault(value, set()).update([] if text is None else [text])
    several = [value for value, texts in called.items() if len(texts) > 1]
    known = {value: next(iter(texts), None) for value, texts in called.items()}
    if several:
        others = flags.drop(name) if name in flags.columns else flags
        known |= _newest_names(narrowed(frame, others), COUNTED[name], several)
    return [ValueCount(value, known[value], count) for value, count in rows.items()]


def _newest_names(
    rows: pl.DataFrame, column: str, values: Sequence[str | None]
) -> dict[str | None, str | None]:
    """Return the newest name of each of some values that have several."""
    wanted = pl.col(column).is_in([each for each in values if each is not None])
    if None in values:
        wanted |= pl.col(column).is_null()
    return _named(rows.lazy().filter(wanted), column)


def _named(rows: pl.LazyFrame, column: str) -> dict[str | None, str | None]:
    """Return the newest name of each value that has one."""
    name = pl.col(NAMES_OF[column])
    newest = pl.coalesce(AGES).cast(pl.Int64).max().fill_null(0).alias("newest")
    reserved = pl.col("appoint_time").cast(pl.Int64).max().fill_null(0).alias("reserved")
    named = rows.filter(name.is_not_null()).group_by(column, name.alias("name"))
    aged = named.agg(newest, reserved).sort("newest", "reserved", "name").collect()
    return {row[0]: row[1] for row in aged.iter_rows()}


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
    pairs = rows.lazy().group_by(column, NAMES_OF[column]).agg().drop_nulls().collect()
    found: dict[str | None, str | None] = dict(pairs.iter_rows())
    if len(found) < pairs.height:  # which is rare, and takes twice as long
        found = _named(rows.lazy(), column)
    return {value: name for value, name in found.items() if value and name}


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
