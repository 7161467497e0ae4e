"""Working time: what lies within it, and lengths of time in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl

from appoints.connections.working_hours import DAY, Office
from appoints.query.time_range import Window
from appoints.results.local_time import A_DAY
from appoints.results.offsets import offsets
from appoints.snapshots.frame import MOMENT

EPOCH = date(1970, 1, 1)


class WorkingTime:
    """Working time as windows in order, of which none overlaps another.

    Of moments before the first or after the last window nothing is known but that they lie there.
    """

    def __init__(self, windows: Sequence[Window]) -> None:
        begins = [each.begin for each in windows if each.begin]
        ends = [each.end for each in windows if each.end]
        self._begins = pl.Series(begins, dtype=MOMENT)
        self._ends = pl.Series(ends, dtype=MOMENT)
        lengths = (self._ends - self._begins).cast(pl.Int64)
        self._before = lengths.cum_sum() - lengths  # milliseconds worked before each window

    def between(self, begin: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Return how much working time lies between two moments; negative the other way round.

        Null where a moment is missing, or lies outside of the time that is known.
        """
        if self._begins.is_empty():
            return pl.lit(None, pl.Duration("ms"))
        return self._until(end) - self._until(begin)

    def lengths(self, begins: Sequence[datetime | None], end: datetime) -> list[timedelta | None]:
        """Return the working time from each moment to one."""
        frame = pl.DataFrame({"begin": pl.Series(begins, dtype=MOMENT)})
        found = frame.select(self.between(pl.col("begin"), pl.lit(end, MOMENT)))
        return found.to_series().to_list()

    def holds(self, moment: pl.Expr) -> pl.Expr:
        """Tell whether a moment is one of working time; null where it is missing."""
        if self._begins.is_empty():
            return pl.when(moment.is_not_null()).then(pl.lit(False))
        at = self._at(moment)
        inside = moment < pl.lit(self._ends).gather(at.clip(0))
        return pl.when(moment.is_not_null()).then((at >= 0) & inside)

    def _at(self, moment: pl.Expr) -> pl.Expr:
        """Return the number of the last window that begins by a moment, -1 for none."""
        return pl.lit(self._begins).search_sorted(moment, side="right").cast(pl.Int64) - 1

    def _until(self, moment: pl.Expr) -> pl.Expr:
        at = self._at(moment).clip(0)
        begin, end = pl.lit(self._begins).gather(at), pl.lit(self._ends).gather(at)
        worked = (pl.min_horizontal(moment, end) - begin).clip(timedelta(0))
        before = pl.lit(self._before).gather(at).cast(pl.Duration("ms"))
        known = (moment >= self._begins[0]) & (moment <= self._ends[-1])
        return pl.when(known).then(before + worked)


def works_at(moment: pl.Expr, office: Office) -> pl.Expr:
    """Tell whether a moment is one of an office's working time; null where it is missing."""

    def works(moments: pl.Series) -> pl.Series:
        found = moments.to_frame("moment")
        local = offsets(office.zone).local_milliseconds(pl.col("moment"))
        days = found.select(local // A_DAY).to_series().unique().drop_nulls()
        windows = office.hours.windows_around((EPOCH + day * DAY for day in days), office.zone)
        return found.select(WorkingTime(windows).holds(pl.col("moment"))).to_series()

    return moment.map_batches(works, return_dtype=pl.Boolean)
