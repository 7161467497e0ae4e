"""Numbers promised more than once: what a row's number has besides, among the rows at hand.

A reservation is *open* while no call is known: upcoming, due or overdue. It repeats another where
its number has a second open one, or was reached in a call that began after it was booked. Rows are
compared within the range, after a person's scope has cut them and before any filter.
"""

from __future__ import annotations

import polars as pl

from appoints.isales.rows import TEXTS
from appoints.query.query import OPEN
from appoints.query.time_range import Window
from appoints.results.filtering import in_window, reserved_before
from appoints.results.kept import KEPT
from appoints.results.number_reading import reading
from appoints.results.numbers import NumberingPlan
from appoints.results.states import REPEAT


def with_repeats(frame: pl.DataFrame, window: Window, plan: NumberingPlan) -> pl.DataFrame:
    """Return rows with ``repeat`` and ``repeat_count``, compared with all others of the frame.

    ``row`` is the number by which further comparisons find a row again.
    ``repeat_count`` is how many open reservations a row's number has in the window, the row itself
    included; null where what is called is no number. ``repeat`` is null for a row that is not open
    or repeats nothing, and ``unknown`` for one of which that cannot be told.
    """
    # A window that moves with the clock is the same as long as the same rows are in it.
    made = KEPT.of(
        frame,
        ("repeats", reserved_before(frame, window), plan),
        lambda: _made(frame, window, plan),
        lambda columns: int(columns.estimated_size()),
    )
    return frame.with_columns(made).with_row_index("row")


def number_key(plan: NumberingPlan) -> pl.Expr:
    """Return what is equal for rows of the same number; null where there is none."""
    # In a masked row a text stands for what is no text in an unmasked one.
    odd = pl.col("odd").str.contains(f'"{TEXTS["called_no"]}": ', literal=True)
    is_odd = (odd | pl.col("odd").str.starts_with('{"": ')).fill_null(value=False)
    return pl.when(~is_odd).then(reading(pl.col("called_key"), plan))


def _made(frame: pl.DataFrame, window: Window, plan: NumberingPlan) -> pl.DataFrame:
    """Return the two columns, in the order of the frame's rows."""
    inside = in_window(window).fill_null(value=True)
    reached = inside & (pl.col("state") == "reached")
    rows = frame.lazy().select(
        number_key(plan).alias("number"),
        (inside & pl.col("state").is_in(OPEN)).alias("open"),
        reached.alias("reached"),
        pl.when(reached).then("call_begin").alias("begin"),
        "create_time",
    )
    # Nearly every number stands once, and needs none; of two numbers one hash is as good as twice.
    twice = pl.col("number").hash().is_duplicated()
    compared = rows.filter(twice & (pl.col("open") | pl.col("reached"))).group_by("number")
    numbers = compared.agg(
        pl.col("open").sum().alias("count"),
        pl.col("begin").max().alias("last"),
        pl.col("reached").any().alias("ever"),
        (pl.col("reached") & pl.col("begin").is_null()).any().alias("untimed"),
    ).filter(pl.col("count") > 0)
    found = rows.join(numbers, on="number", how="left", maintain_order="left")
    return found.select(_repeat().cast(REPEAT).alias("repeat"), _count()).collect()


def _repeat() -> pl.Expr:
    several, after = pl.col("count") > 1, pl.col("last") > pl.col("create_time")
    # Of a call or a booking without its time nobody knows which came first.
    untold = pl.col("ever") & (pl.col("create_time").is_null() | pl.col("untimed"))
    return (
        pl.when(~pl.col("open"))
        .then(None)
        .when(several & after)
        .then(pl.lit("both"))
        .when(several)
        .then(pl.lit("open"))
        .when(after)
        .then(pl.lit("reached"))
        .when(untold | pl.col("number").is_null())
        .then(pl.lit("unknown"))
    )


def _count() -> pl.Expr:
    count = pl.col("count").fill_null(pl.col("open")).cast(pl.Int64)
    return pl.when(pl.col("number").is_not_null()).then(count).alias("repeat_count")
