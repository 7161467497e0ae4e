"""Whether a call began about when it was promised."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from appoints.labels import PUNCTUALITY_WORDS

PUNCTUALITY = pl.Enum(list(PUNCTUALITY_WORDS))
DIALLED_AHEAD = timedelta(minutes=5)  # by the platform, as isales-api.md section 1 says


def punctuality(most: timedelta) -> pl.Expr:
    """Return how a call began: ``most`` before or after its time is on time.

    An automatic call may begin five minutes early however little ``most`` is. A call without a
    begin is ahead, or not called yet, by its state; any other is unclear.
    """
    delay, state = pl.col("delay"), pl.col("state")
    earliest = pl.when(pl.col("call_type") == "2").then(max(most, DIALLED_AHEAD)).otherwise(most)
    waits = pl.col("call_begin").is_null()

    def named(name: str) -> pl.Expr:
        return pl.lit(name, PUNCTUALITY)  # texts for every row would take four times as long

    return (
        pl.when(delay > most)
        .then(named("late"))
        .when(delay < -earliest)
        .then(named("early"))
        .when(delay.is_not_null())
        .then(named("on_time"))
        .when(waits & ((state == "due") | (state == "upcoming")))
        .then(named("ahead"))
        .when(waits & (state == "overdue"))
        .then(named("not_called"))
        .otherwise(named("unclear"))
    )
