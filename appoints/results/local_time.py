"""The hour and the weekday of times, by the clock of a zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import polars as pl

from appoints.results.offsets import offsets


def hour(name: str, zone: ZoneInfo) -> pl.Expr:
    """Return the local hour of a column's times, 0 to 23; where clocks go back, one comes twice."""
    return offsets(zone).local(pl.col(name)).dt.hour()


def weekday(name: str, zone: ZoneInfo) -> pl.Expr:
    """Return the local weekday of a column's times, 1 for Monday to 7 for Sunday."""
    return offsets(zone).local(pl.col(name)).dt.weekday()


# The column and the part of its time that a filter compares, by the name of the question's field.
BY_CLOCK: Mapping[str, tuple[str, Callable[[str, ZoneInfo], pl.Expr]]] = {
    "hours": ("appoint_time", hour),
    "weekdays": ("appoint_time", weekday),
    "call_hours": ("call_begin", hour),
    "call_weekdays": ("call_begin", weekday),
}
