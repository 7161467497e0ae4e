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
SPAN = WEEK * 2**13  # hours, more than there are from 1970 to any time that a row may have
# A value and an hour are one number, which is counted in a third of the time of both.
NUMBER, AT = pl.col("key") // SPAN, pl.col("key") % SPAN
OF_WEEK = NUMBER * WEEK + pl.col("key") % WEEK
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
    timed = _timed(ahead, "appoint_time", zone)
    values = _values(timed, teams)
    reserved = _by_hour(timed, values, teams)
    begun = _by_hour(_timed(past, "call_begin", zone), values, teams)
    found = _compared(reserved, begun, _hours(over, zone))
    lines = found.join(_hour_ends(found, zone), on="at", how="left", maintain_order="left")
    named = _named(values, ahead)
    return pl.concat([named[lines["number"]], lines], how="horizontal").select(
        "by", *COLUMNS_OF_LINE, (pl.col("reserved") > pl.col("usual")).alias("is_over")
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
    fullest = pl.col("place").sort_by(order, descending=True, maintain_order=True)
    found = (
        table.lazy()
        .with_row_index("place")
        .filter(pl.col("by") != "all")
        .group_by("by", "value", maintain_order=True)
        .agg(
            pl.col("name").first(),
            pl.col("reserved").sum().alias("total"),
            pl.col("is_over").sum().alias("hours_over"),
            fullest.first(),
        )
        .collect()
    )
    hours = table.select("begin", "end", "reserved", "usual", "is_over")[found["place"]]
    return pl.concat([found.drop("place"), hours], how="horizontal")


def _named(values: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the values of ``_values``, in their order, as lines have them: with their names."""
    names = {by: names_in(rows, column) for by, column in NAMED.items()}
    found = [
        (BY[by], value, names.get(BY[by], {}).get(value or ""))
        for by, value in values.select("by", "value").iter_rows()
    ]
    schema = {"by": pl.String, "value": pl.String, "name": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row")


def _timed(rows: pl.DataFrame, name: str, zone: ZoneInfo) -> pl.DataFrame:
    """Return the rows with a time in a column, and ``at``: its local hour, in hours since 1970.

    Where clocks go back, it is a long one.
    """
    at = offsets(zone).local_milliseconds(pl.col(name)) // MILLISECONDS
    timed = rows.lazy().select(*NAMED.values(), name).filter(pl.col(name).is_not_null())
    return timed.select(*NAMED.values(), at=at).collect()


def _values(ahead: pl.DataFrame, teams: Mapping[str, RowFilter]) -> pl.DataFrame:
    """Return what rows to come are told apart by, in the order of lines, and with its number."""
    counts: list[tuple[int, str | None, int]] = [(BY.index("all"), None, ahead.height)]
    counts += [(BY.index("team"), team, own.applied(ahead).height) for team, own in teams.items()]
    for by, column in NAMED.items():
        counts += [(BY.index(by), *each) for each in ahead[column].value_counts().iter_rows()]
    schema = {"by": pl.UInt8, "value": pl.String, "rows": pl.Int64}
    found = pl.DataFrame(counts, schema=schema, orient="row").filter(pl.col("rows") > 0)
    ordered = found.sort("by", -pl.col("rows"), "value").select("by", "value")
    return ordered.select(pl.int_range(pl.len()).alias("number"), "by", "value")


def _by_hour(
    timed: pl.DataFrame, values: pl.DataFrame, teams: Mapping[str, RowFilter]
) -> pl.DataFrame:
    """Count rows by the number of a value and their hour, which together are ``key``."""
    hours: list[pl.Series] = []
    for number, by, value in values.iter_rows():
        if BY[by] not in NAMED:
            own = timed if value is None else teams[value].applied(timed)
            hours.append(own["at"] + number * SPAN)
    for by, column in NAMED.items():
        numbers = _numbers(timed[column], values.filter(pl.col("by") == BY.index(by)))
        hours.append((numbers * SPAN + timed["at"]).drop_nulls())
    return pl.concat([each.alias("key").value_counts(name="rows") for each in hours])


def _numbers(texts: pl.Series, values: pl.DataFrame) -> pl.Series:
    """Return the number of each text among values, null of any other."""
    # This takes a third of the time of ``replace_strict``, but knows no null.
    known = values.filter(pl.col("value").is_not_null())
    places = texts.cast(pl.Enum(known["value"]), strict=False).to_physical()
    numbers = known["number"].gather(places)
    none = values.filter(pl.col("value").is_null())["number"]
    return numbers if none.is_empty() else numbers.set(texts.is_null(), none.item())


def _compared(reserved: pl.DataFrame, begun: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    """Return the hours with reservations, and what is usual in each, by ``number`` and ``at``."""
    days = hours.lazy().group_by(hour=pl.col("at") % WEEK).agg(days=pl.len().cast(pl.Int64))
    # To sort each group for itself takes twice as long.
    inside = begun.lazy().filter(AT.is_in(hours["at"].implode())).sort("rows")
    counts = inside.group_by(of_week=OF_WEEK).agg(counts=pl.col("rows"))
    return (
        reserved.lazy()
        .sort("key")
        .select(number=NUMBER, at=AT, of_week=OF_WEEK, hour=AT % WEEK, reserved="rows")
        .join(counts, on="of_week", how="left", maintain_order="left")
        .join(days, on="hour", how="left", maintain_order="left")
        .select(
            *("number", "at", pl.col("reserved").cast(pl.Int64)),
            usual=pl.when(pl.col("days") > 0).then(_middle()),
            days=pl.col("days").fill_null(0),
        )
        .collect()
    )


def _middle() -> pl.Expr:
    """Return the middle one of the sorted ``counts`` of an hour on so many ``days``.

    A value that has begun no call in an hour has begun none of it, which counts as nought: so it is
    found from the end.
    """
    from_end = (pl.col("days") // 2 + 1, (pl.col("days") + 1) // 2)
    both = (pl.col("counts").list.get(-place, null_on_oob=True) for place in from_end)
    return pl.sum_horizontal(each.fill_null(0) for each in both) / 2


def _hours(over: Window, zone: ZoneInfo) -> pl.DataFrame:
    """Return the local hours that lie in a window whole, as ``at``."""
    assert over.begin and over.end
    moments = pl.datetime_range(over.begin, over.end, QUARTER, eager=True).cast(MOMENT)
    at = offsets(zone).local_milliseconds(pl.col("moment")) // MILLISECONDS
    found = pl.DataFrame({"moment": moments}).select(at=at).unique().sort("at")
    ends = [found["at"].item(0), found["at"].item(-1)]
    cut = [at for at in ends if not over.holds(Window(*(_begin(x, zone) for x in (at, at + 1))))]
    return found.filter(~pl.col("at").is_in(cut))


def _hour_ends(lines: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the begin and the end of each hour among lines."""
    hours = lines["at"].unique()
    moments = {at: _begin(at, zone) for at in {*hours, *(hours + 1)}}
    found = [(at, moments[at], moments[at + 1]) for at in hours]
    schema = [("at", pl.Int64()), ("begin", MOMENT), ("end", MOMENT)]
    return pl.DataFrame(found, schema=schema, orient="row")


def _begin(at: int, zone: ZoneInfo) -> datetime:
    """Return the moment at which a local hour begins, by its number since 1970."""
    return from_local(datetime(1970, 1, 1) + at * HOUR, zone)  # noqa: DTZ001
