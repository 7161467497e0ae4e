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
    return (
        pl.when(delay > most)
        .then(pl.lit("late"))
        .when(delay < -earliest)
        .then(pl.lit("early"))
        .when(delay.is_not_null())
        .then(pl.lit("on_time"))
        .when(waits & state.cast(pl.String).is_in(["due", "upcoming"]))
        .then(pl.lit("ahead"))
        .when(waits & (state == "overdue"))
        .then(pl.lit("not_called"))
        .otherwise(pl.lit("unclear"))
        .cast(PUNCTUALITY)
    )
