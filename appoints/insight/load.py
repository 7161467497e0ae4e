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
from appoints.query.time_range import Window, from_local
from appoints.results.facets import names_in
from appoints.results.offsets import offsets
from appoints.snapshots.frame import MOMENT

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)  # every zone's hours begin at one
OF_HOUR = {"weekday": pl.col("at").dt.weekday(), "hour": pl.col("at").dt.hour()}


@dataclass(frozen=True, kw_only=True)
class LoadLine(FigureLine):
    """The calls of a local hour to come: of a team, a task or an agent, by its ID, or of all.

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
    reserved = reserved.with_columns(**OF_HOUR)
    of_value = reserved.select("value", *OF_HOUR).unique()
    # A value that has begun no call in an hour has begun none of it, which counts as nought.
    counted = of_value.join(hours, on=[*OF_HOUR]).join(
        _by_hour(begun, "call_begin", zone), on=["value", "at"], how="left", nulls_equal=True
    )
    usual = counted.group_by("value", *OF_HOUR).agg(
        usual=pl.col("rows").fill_null(0).median(), days=pl.len().cast(pl.Int64)
    )
    lines = (
        reserved.join(usual, on=["value", *OF_HOUR], how="left", nulls_equal=True)
        .with_columns(pl.col("days").fill_null(0))
        .sort(-pl.col("reserved").sum().over("value"), "value", "at")
    )
    ends = {at: _ends(at, zone) for at in lines["at"].unique()}
    for line in lines.select("at", "value", "reserved", "usual", "days").iter_rows(named=True):
        begin, end = ends[line.pop("at")]
        yield {**line, "begin": begin, "end": end}


def _by_hour(rows: pl.DataFrame, name: str, zone: ZoneInfo) -> pl.DataFrame:
    """Count rows by the local hour of a column's times; where clocks go back, it is a long one."""
    at = offsets(zone).local(pl.col(name)).dt.truncate("1h")
    return rows.lazy().group_by("value", at=at).agg(rows=pl.len().cast(pl.Int64)).collect()


def _hours(over: Window, zone: ZoneInfo) -> pl.DataFrame:
    """Return the local hours that lie in a window whole, each with its weekday and hour."""
    assert over.begin and over.end
    moments = pl.datetime_range(over.begin, over.end, QUARTER, eager=True).cast(MOMENT)
    at = offsets(zone).local(pl.col("moment")).dt.truncate("1h")
    found = pl.DataFrame({"moment": moments}).select(at=at).unique().sort("at")
    cut = [
        each
        for each in {found["at"].first(), found["at"].last()}
        if isinstance(each, datetime) and not over.holds(Window(*_ends(each, zone)))
    ]
    return found.filter(~pl.col("at").is_in(cut)).with_columns(**OF_HOUR)


def _ends(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the moments at which a local hour begins and ends."""
    return from_local(at, zone), from_local(at + HOUR, zone)
