"""The load ahead: what is reserved for each hour to come, against what is usually called in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from appoints.access.row_filter import RowFilter
from appoints.insight.line import FigureLine
from appoints.insight.punctuality import NAMED
from appoints.query.time_range import Window
from appoints.results.facets import names_in
from appoints.results.local_time import hour, weekday
from appoints.results.offsets import offsets
from appoints.snapshots.frame import MOMENT

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)  # every zone's hours begin at one
OF_HOUR = ["weekday", "hour"]


@dataclass(frozen=True, kw_only=True)
class LoadLine(FigureLine):
    """The calls of an hour to come, of a team, a task or an agent, or all; ``value`` is their ID.

    ``usual`` is the middle one of the numbers of calls that began in this hour of this weekday, of
    ``days`` such hours that are over; None of none.
    """

    by: str
    value: str | None
    name: str | None
    begin: datetime
    end: datetime
    reserved: int
    usual: float | None
    days: int

    @property
    def is_over(self) -> bool:
        """Whether more is reserved than is usually called."""
        return self.usual is not None and self.reserved > self.usual


def load_lines(
    ahead: pl.DataFrame,
    past: pl.DataFrame,
    over: Window,
    zone: ZoneInfo,
    teams: Mapping[str, RowFilter],
) -> list[LoadLine]:
    """Return the hours with reservations ``ahead``: of all, then of each team, task and agent.

    ``past`` are the rows that tell what is usual, in the hours of ``over``, which has both ends.
    ``teams`` are the names of teams and which rows are theirs.
    """
    names = {by: names_in(ahead, column) for by, column in NAMED.items()}
    hours = _hours(over, zone)
    return [
        LoadLine(by=by, name=names.get(by, {}).get(line["value"] or ""), **line)
        for by, own, begun in _groups(ahead, past, teams)
        for line in _compared(own, begun, hours, zone)
    ]


def _groups(
    ahead: pl.DataFrame, past: pl.DataFrame, teams: Mapping[str, RowFilter]
) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame]]:
    """Yield what the rows are told apart by, and the rows ahead and begun with their ``value``."""
    columns = ["agent", "task_id", "appoint_time", "call_begin"]
    ahead = ahead.select(columns)
    past = past.select(columns).filter(pl.col("call_begin").is_not_null())

    def of_teams(rows: pl.DataFrame) -> pl.DataFrame:
        of_each = [own.applied(rows).with_columns(value=pl.lit(x)) for x, own in teams.items()]
        return pl.concat([rows.clear().with_columns(value=pl.lit("")), *of_each])

    none = pl.lit(None, pl.String)
    yield "all", ahead.with_columns(value=none), past.with_columns(value=none)
    yield "team", of_teams(ahead), of_teams(past)
    for by, column in NAMED.items():
        yield by, ahead.with_columns(value=column), past.with_columns(value=column)


def _compared(
    ahead: pl.DataFrame, begun: pl.DataFrame, hours: pl.DataFrame, zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    """Yield the hours with reservations, and what is usual in each; most of a value first."""
    reserved = _by_hour(ahead, "appoint_time", zone).rename({"rows": "reserved"})
    reserved = reserved.with_columns(weekday=weekday("begin", zone), hour=hour("begin", zone))
    of_value = reserved.select("value", *OF_HOUR).unique()
    # A value that has begun no call in an hour has begun none of it, which counts as nought.
    counted = of_value.join(hours, on=OF_HOUR).join(
        _by_hour(begun, "call_begin", zone), on=["value", "begin"], how="left", nulls_equal=True
    )
    usual = counted.group_by("value", *OF_HOUR).agg(
        usual=pl.col("rows").fill_null(0).median(), days=pl.len().cast(pl.Int64)
    )
    lines = (
        reserved.join(usual, on=["value", *OF_HOUR], how="left", nulls_equal=True)
        .with_columns(pl.col("days").fill_null(0), end=pl.col("begin") + HOUR)
        .sort(-pl.col("reserved").sum().over("value"), "value", "begin")
    )
    columns = ("value", "begin", "end", "reserved", "usual", "days")
    yield from lines.select(columns).iter_rows(named=True)


def _by_hour(rows: pl.DataFrame, name: str, zone: ZoneInfo) -> pl.DataFrame:
    """Count rows by the local hour of a column's times; of two equal hours each for itself."""
    local = offsets(zone).local(pl.col(name))
    begin = pl.col(name) - (local - local.dt.truncate("1h"))
    return rows.lazy().group_by("value", begin=begin).agg(rows=pl.len().cast(pl.Int64)).collect()


def _hours(over: Window, zone: ZoneInfo) -> pl.DataFrame:
    """Return the whole local hours of a window, each with its weekday and hour."""
    assert over.begin and over.end
    first = over.begin.replace(minute=0, second=0, microsecond=0)
    moments = pl.datetime_range(first, over.end, QUARTER, eager=True).cast(MOMENT)
    local = offsets(zone).local(pl.col("begin"))
    inside = pl.col("begin").is_between(over.begin, over.end - HOUR)
    return (
        pl.DataFrame({"begin": moments})
        .filter(inside & (local == local.dt.truncate("1h")))
        .with_columns(weekday=weekday("begin", zone), hour=hour("begin", zone))
    )
