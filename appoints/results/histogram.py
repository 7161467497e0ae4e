"""How many over time: by five minutes up to three hours, by hour up to two days, else by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from appoints.query.time_range import Window, midnight
from appoints.results.filtering import in_window

MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BY_MINUTES = timedelta(hours=3)
BY_HOUR = timedelta(days=2, hours=1)  # two days, the longest of which has 25 hours
MOST_DAYS = 400
COUNTED = ("reached", "failed", "overdue")


class Bucket(NamedTuple):
    """The rows reserved from ``begin`` up to ``end`` (aware, local), and how they came out."""

    begin: datetime
    end: datetime
    reserved: int
    reached: int
    failed: int
    overdue: int


def buckets(rows: pl.DataFrame, window: Window, zone: ZoneInfo) -> list[Bucket]:
    """Count rows by their reserved time over the window, empty stretches included.

    An open end is where the rows end; rows without a reserved time are in no bucket. No buckets
    come where there are no rows, or more than MOST_DAYS days.
    """
    edges = _edges(_bounded(rows, window), zone)
    if len(edges) < 2 or rows.is_empty():
        return []
    moments = [edge.astimezone(UTC) for edge in edges]
    starts = pl.Series(moments[:-1], dtype=pl.Datetime("ms", "UTC"))
    reserved = pl.col("appoint_time")
    at = pl.lit(starts).search_sorted(reserved, side="right") - 1
    states = [(pl.col("state") == name).sum().alias(name) for name in COUNTED]
    inside = rows.lazy().filter(in_window(Window(moments[0], moments[-1])))
    counted = inside.group_by(at.alias("at")).agg(pl.len(), *states).collect()
    found = {row[0]: row[1:] for row in counted.iter_rows()}
    return [
        Bucket(begin, end, *found.get(number, (0, 0, 0, 0)))
        for number, (begin, end) in enumerate(pairwise(edges))
    ]


def _bounded(rows: pl.DataFrame, window: Window) -> Window:
    """Return the window with its open ends where the rows end."""
    first, last = rows["appoint_time"].min(), rows["appoint_time"].max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return window
    return Window(window.begin or first, window.end or last + timedelta(milliseconds=1))


def _edges(window: Window, zone: ZoneInfo) -> list[datetime]:
    if window.begin is None or window.end is None:
        return []
    first, last = window.begin.astimezone(zone).date(), window.end.astimezone(zone).date()
    if (last - first).days > MOST_DAYS:
        return []
    length = window.end - window.begin
    if length <= BY_HOUR:
        step = MINUTES if length <= BY_MINUTES else HOUR
        moments = [each for day in _days(first, last) for each in _steps(day, zone, step)]
    else:
        moments = [midnight(day, zone) for day in _days(first, last)]
    moments.append(midnight(last + DAY, zone))
    # The ends are those of the window, so that a bar's link opens just the rows it counts.
    inside = [each for each in moments if window.begin < each < window.end]
    return [each.astimezone(zone) for each in (window.begin, *inside, window.end)]


def _days(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def _steps(day: date, zone: ZoneInfo, step: timedelta) -> list[datetime]:
    """Return the begin of each step of a local day, which has 23, 24 or 25 hours."""
    begin, end = midnight(day, zone), midnight(day + DAY, zone)
    return [begin + number * step for number in range(-(-(end - begin) // step))]
