"""The load ahead: what is reserved for each hour to come, against what is usually called in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from appoints.access.row_filter import RowFilter
from appoints.insight.line import NAMES, FigureLine
from appoints.insight.punctuality import NAMED
from appoints.query.time_range import Window, from_local
from appoints.results.facets import names_in
from appoints.results.offsets import offsets
from appoints.snapshots.frame import MOMENT

COLUMNS = (*NAMES, "call_begin")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)  # every zone's hours begin at one
MILLISECONDS = 3_600_000  # of an hour
WEEK = 7 * 24  # hours
COLUMNS_OF_LINE = ("value", "name", "begin", "end", "reserved", "usual", "days")
BY = ("all", "team", *NAMED)


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


def load_table(
    ahead: pl.DataFrame,
    past: pl.DataFrame,
    over: Window,
    zone: ZoneInfo,
    teams: Mapping[str, RowFilter],
) -> pl.DataFrame:
    """Return the hours with reservations ``ahead``: of all, then of each team, task and agent.

    ``past`` are the rows that tell what is usual, in the hours of ``over``, which has both ends.
    ``teams`` are the names of teams and which rows are theirs. Its columns are the fields of a
    line, and ``is_over``; of each kind the values with most reservations come first.
    """
    reserved = _by_hour(ahead, "appoint_time", zone, teams)
    begun = _by_hour(past, "call_begin", zone, teams)
    found = _compared(reserved, begun, _hours(over, zone))
    lines = found.join(_hour_ends(found, zone), on="at", how="left", maintain_order="left")
    lines = lines.join(_names(ahead), on=["by", "value"], how="left", maintain_order="left")
    by = pl.col("by").replace_strict(range(len(BY)), BY, return_dtype=pl.String)
    return lines.select(
        by, *COLUMNS_OF_LINE, (pl.col("reserved") > pl.col("usual")).alias("is_over")
    )


def load_lines(table: pl.DataFrame) -> list[LoadLine]:
    """Return the lines of ``load_table``."""
    return [LoadLine(**line) for line in table.drop("is_over").iter_rows(named=True)]


def load_values(table: pl.DataFrame) -> pl.DataFrame:
    """Return how many calls each team, task and agent of ``load_table`` has to come.

    ``hours_over`` counts the hours with more than usual. ``begin``, ``end``, ``reserved``,
    ``usual`` and ``is_over`` are of the hour that is fullest against what is usual in it; without
    that, of the fullest.
    """
    room = pl.col("reserved") - pl.col("usual").fill_null(0)
    order = [pl.col("usual").is_not_null(), room, pl.col("reserved")]
    fullest = pl.col("begin", "end", "reserved", "usual", "is_over")
    return (
        table.lazy()
        .filter(pl.col("by") != "all")
        .group_by("by", "value", maintain_order=True)
        .agg(
            pl.col("name").first(),
            pl.col("reserved").sum().alias("total"),
            pl.col("is_over").sum().alias("hours_over"),
            fullest.sort_by(order, descending=True, maintain_order=True).first(),
        )
        .collect()
    )


def _names(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what the tasks and agents of rows are called."""
    found = [
        (BY.index(by), *each)
        for by, column in NAMED.items()
        for each in names_in(rows, column).items()
    ]
    schema = {"by": pl.UInt8, "value": pl.String, "name": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


def _by_hour(
    rows: pl.DataFrame, name: str, zone: ZoneInfo, teams: Mapping[str, RowFilter]
) -> pl.LazyFrame:
    """Count rows by what they are told apart by, and by the local hour of a column's times.

    Where clocks go back, it is a long one. ``at`` are the hours since 1970.
    """
    at = offsets(zone).local_milliseconds(pl.col(name)) // MILLISECONDS
    timed = rows.lazy().select(*NAMED.values(), at=at).filter(pl.col("at").is_not_null())
    # Of few agents and tasks these are far fewer than rows.
    counts = timed.group_by(*NAMED.values(), "at").agg(rows=pl.len().cast(pl.Int64)).collect()
    groups = [("all", counts, pl.lit(None, pl.String))]
    groups += [("team", own.applied(counts), pl.lit(team)) for team, own in teams.items()]
    groups += [(by, counts, pl.col(column)) for by, column in NAMED.items()]
    return pl.concat(
        own.lazy()
        .select("at", "rows", value=value, by=pl.lit(BY.index(by), pl.UInt8))
        .group_by("by", "value", "at")
        .agg(pl.col("rows").sum())
        for by, own, value in groups
    )


def _compared(reserved: pl.LazyFrame, begun: pl.LazyFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """Return the hours with reservations, and what is usual in each; most of a value first."""
    of_hour, of_value = pl.col("at") % WEEK, ["by", "value"]
    own = reserved.with_columns(of_week=of_hour)
    asked = own.select(*of_value, "of_week").unique()
    # A value that has begun no call in an hour has begun none of it, which counts as nought.
    counted = asked.join(hours.lazy().with_columns(of_week=of_hour), on="of_week").join(
        begun, on=[*of_value, "at"], how="left", nulls_equal=True
    )
    usual = counted.group_by(*of_value, "of_week").agg(
        usual=pl.col("rows").fill_null(0).median(), days=pl.len().cast(pl.Int64)
    )
    return (
        own.join(usual, on=[*of_value, "of_week"], how="left", nulls_equal=True)
        .sort("by", -pl.col("rows").sum().over(of_value), "value", "at")
        .select(*of_value, "at", "usual", pl.col("days").fill_null(0), reserved="rows")
        .collect()
    )


def _hours(over: Window, zone: ZoneInfo) -> pl.DataFrame:
    """Return the local hours that lie in a window whole, as ``at``."""
    assert over.begin and over.end
    moments = pl.datetime_range(over.begin, over.end, QUARTER, eager=True).cast(MOMENT)
    at = offsets(zone).local_milliseconds(pl.col("moment")) // MILLISECONDS
    found = pl.DataFrame({"moment": moments}).select(at=at).unique().sort("at")
    ends = [found["at"].item(0), found["at"].item(-1)]
    cut = [each for each in ends if not over.holds(Window(*_ends(each, zone)))]
    return found.filter(~pl.col("at").is_in(cut))


def _hour_ends(lines: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the begin and the end of each hour among lines."""
    found = [(at, *_ends(at, zone)) for at in lines["at"].unique()]
    schema = [("at", pl.Int64()), ("begin", MOMENT), ("end", MOMENT)]
    return pl.DataFrame(found, schema=schema, orient="row")


def _ends(at: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the moments at which a local hour begins and ends, by its number since 1970."""
    begin = datetime(1970, 1, 1) + at * HOUR  # noqa: DTZ001
    return from_local(begin, zone), from_local(begin + HOUR, zone)
