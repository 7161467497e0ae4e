"""A zone's offsets from UTC over the years of all rows, for whole columns of times.

Pages convert with zoneinfo. Polars brings rules of its own, which end in 2099 and may be of another
release; so that files never disagree with pages, columns are converted by zoneinfo's rules too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from appoints.isales.rows import EARLIEST, LATEST
from appoints.results.makers import Makers

DAYS = 2 * 24 * 60 * 60  # seconds; no zone changes its offset twice within two days
MOMENT = pl.Datetime("ms", "UTC")
MAKERS = Makers()


class Offsets(NamedTuple):
    """When a zone changes its offset, and its offsets: before the first change, then from each.

    ``twice`` are the moments at which local times begin and cease to be ones that happen twice.
    """

    changes: pl.Series
    lengths: pl.Series
    texts: pl.Series
    twice: pl.Series

    def local(self, moment: pl.Expr) -> pl.Expr:
        """Return local times, without their offset."""
        return moment.dt.replace_time_zone(None) + pl.lit(self.lengths).gather(self._at(moment))

    def local_milliseconds(self, moment: pl.Expr) -> pl.Expr:
        """Return local times as milliseconds since 1970, with which it is quick to reckon."""
        return moment.cast(pl.Int64) + pl.lit(self.lengths).cast(pl.Int64).gather(self._at(moment))

    def written(self, moment: pl.Expr) -> pl.Expr:
        """Return the offset as ISO 8601 writes it."""
        return pl.lit(self.texts).gather(self._at(moment))

    def shown(self, moment: pl.Expr) -> pl.Expr:
        """Return the offset as pages show it, ``+0200``."""
        return self.written(moment).str.replace(":", "", literal=True)

    def is_twice(self, moment: pl.Expr) -> pl.Expr:
        """Tell whether the local time happens twice."""
        return pl.lit(self.twice).search_sorted(moment, side="right") % 2 == 1

    def _at(self, moment: pl.Expr) -> pl.Expr:
        return pl.lit(self.changes).search_sorted(moment, side="right")


def offsets(zone: ZoneInfo) -> Offsets:
    """Return a zone's offsets over all times that a row may have; of all who ask one makes them."""
    with MAKERS.turn(zone):
        return _made(zone)


@cache
def _made(zone: ZoneInfo) -> Offsets:
    found = list(_changes(zone))
    lengths = [_offset(EARLIEST // 1000, zone), *(after for _moment, after in found)]
    twice = [
        moment + side * (before - after)
        for (moment, after), before in zip(found, lengths, strict=False)
        for side in (-1, 1)
        if after < before
    ]
    return Offsets(
        _moments([moment for moment, _after in found]),
        (pl.Series(lengths, dtype=pl.Int64) * 1000).cast(pl.Duration("ms")),
        pl.Series([_iso(length // 60) for length in lengths], dtype=pl.String),
        _moments(twice),
    )


def offsets_in(frame: pl.DataFrame, zone: ZoneInfo) -> list[str]:
    """Return the offsets of all times of a frame as people read them, each once, by time."""
    columns = [column.drop_nulls() for column in frame.select(pl.selectors.temporal())]
    moments = pl.concat(columns).sort() if columns else pl.Series(dtype=MOMENT)
    written = pl.select(offsets(zone).shown(pl.lit(moments))).to_series()
    return written.unique(maintain_order=True).to_list()


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Yield each moment at which the offset changes and the one from then on, in seconds."""
    before, last = EARLIEST // 1000, LATEST // 1000
    offset = _offset(before, zone)
    while before < last:
        after = min(before + DAYS, last)
        if offset != (offset := _offset(after, zone)):
            yield _change_between(before, after, zone), offset
        before = after


def _change_between(before: int, after: int, zone: ZoneInfo) -> int:
    offset = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: int, zone: ZoneInfo) -> int:
    length = datetime.fromtimestamp(moment, zone).utcoffset()
    assert length is not None
    return round(length.total_seconds())


def _iso(minutes: int) -> str:
    hours, minutes_left = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{minutes_left:02}"


def _moments(seconds: Sequence[int]) -> pl.Series:
    return (pl.Series(seconds, dtype=pl.Int64) * 1000).cast(MOMENT)
