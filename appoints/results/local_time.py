"""Times by the clock of a zone: the hour, the weekday, and as they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from zoneinfo import ZoneInfo

import polars as pl

from appoints.isales.rows import LATEST
from appoints.results.offsets import offsets

A_DAY, A_SECOND = 24 * 60 * 60 * 1000, 1000  # milliseconds
AN_HOUR = 60 * 60 * 1000
THURSDAY = 3  # the weekday of 1 January 1970, from 0 for Monday


def hour(name: str, zone: ZoneInfo) -> pl.Expr:
    """Return the local hour of a column's times, 0 to 23; where clocks go back, one comes twice."""
    return (offsets(zone).local_milliseconds(pl.col(name)) // AN_HOUR % 24).cast(pl.Int8)


def weekday(name: str, zone: ZoneInfo) -> pl.Expr:
    """Return the local weekday of a column's times, 1 for Monday to 7 for Sunday."""
    days = offsets(zone).local_milliseconds(pl.col(name)) // A_DAY
    return ((days + THURSDAY) % 7 + 1).cast(pl.Int8)


def iso(moment: pl.Expr, zone: ZoneInfo, *, milliseconds: bool) -> pl.Expr:
    """Return local times in ISO 8601 with their offset, and milliseconds where there are any.

    Days and seconds of a day are few, and looked up: to write each time takes three times as long.
    """
    own = offsets(zone)
    local = own.local(moment).to_physical()
    date = pl.lit(_days()).gather(local // A_DAY)
    second = pl.lit(_seconds()).gather(local % A_DAY // A_SECOND)
    fraction = [_fraction(local % A_SECOND)] if milliseconds else []
    return pl.concat_str(date, second, *fraction, own.written(moment))


@cache
def _days() -> pl.Series:
    """Return every day from 1970 to the last one that a row may have, as ISO 8601 writes it."""
    days = pl.int_range(LATEST // A_DAY + 2, dtype=pl.Int32, eager=True)
    return days.cast(pl.Date).dt.to_string("%Y-%m-%d")


@cache
def _seconds() -> pl.Series:
    """Return every second of a day, as ISO 8601 writes it."""
    seconds = pl.int_range(A_DAY // A_SECOND, eager=True) * 10**9
    return seconds.cast(pl.Time).dt.to_string("T%H:%M:%S")


def _fraction(milliseconds: pl.Expr) -> pl.Expr:
    digits = pl.lit(".") + milliseconds.cast(pl.String).str.zfill(3)
    return pl.when(milliseconds == 0).then(pl.lit("")).otherwise(digits)


# The column and the part of its time that a filter compares, by the name of the question's field.
BY_CLOCK: Mapping[str, tuple[str, Callable[[str, ZoneInfo], pl.Expr]]] = {
    "hours": ("appoint_time", hour),
    "weekdays": ("appoint_time", weekday),
    "call_hours": ("call_begin", hour),
    "call_weekdays": ("call_begin", weekday),
}
