"""Attempts at a number for a task: which one a call was, and how many there are.

iSales tells of no attempts. They are inferred: the calls of one number and one task, in the order
in which they began. What is still open is no attempt yet. Of calls that began together, or whose
begin is not known, nobody can tell which came first.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from appoints.query.query import OPEN
from appoints.results.numbers import NumberingPlan, writings
from appoints.results.repeats import number_key

ATTEMPTS = ("attempt", "attempts")
MATTER = ("number", "task_id")  # what calls have in common that are attempts at one thing
FEW = 1000  # rows, as on a page


def with_attempts(
    rows: pl.DataFrame, everything: pl.DataFrame, plan: NumberingPlan
) -> pl.DataFrame:
    """Return rows with the place of each call among all of its number and task.

    ``attempts`` counts these calls; null without a number or a task. ``attempt`` is the place, from
    1; null for what is no attempt yet, and where it cannot be told. ``everything`` are the rows to
    look among.
    """
    calls = _calls(rows, everything, plan)
    counts = calls.group_by(MATTER).agg(
        pl.len().alias("attempts"), pl.col("call_begin").is_null().any().alias("untimed")
    )
    found = rows.lazy().drop(ATTEMPTS).with_columns(number_key(plan).alias("number"))
    found = found.join(counts, on=MATTER, how="left", maintain_order="left")
    found = found.join(
        _places(calls), on=[*MATTER, "call_begin"], how="left", maintain_order="left"
    )
    numbered = found.with_columns(_attempt(), _attempts())
    return numbered.drop("number", "together", "place", "untimed").collect()


def of_one_matter(
    record: Mapping[str, object], everything: pl.DataFrame, plan: NumberingPlan
) -> list[dict[str, object]]:
    """Return the records of a reservation's number and task, itself among them, with their place.

    First come the calls, as they began, those of unknown begin last; then what is open, by its
    time. Empty without a number or a task.
    """
    number = pl.lit(record["called_key"], pl.String).alias("called_key")
    own = pl.select(number, pl.lit(record["odd"], pl.String).alias("odd")).select(number_key(plan))
    same = number_key(plan) == pl.lit(own.item(), pl.String)
    task = pl.col("task_id") == pl.lit(record["task_id"], pl.String)
    near = everything.filter(task).filter(same)
    order = [pl.col("state").is_in(OPEN), "call_begin", "appoint_time"]
    return with_attempts(near, near, plan).sort(order, nulls_last=True).to_dicts()


def _places(calls: pl.LazyFrame) -> pl.LazyFrame:
    """Return the place of each begin among those of its number and task, and how many share it."""
    timed = calls.filter(pl.col("call_begin").is_not_null())
    begins = timed.group_by(*MATTER, "call_begin").agg(pl.len().alias("together"))
    place = pl.col("together").cum_sum().over(MATTER)
    return begins.sort("call_begin").with_columns(place.alias("place"))


def _calls(rows: pl.DataFrame, everything: pl.DataFrame, plan: NumberingPlan) -> pl.LazyFrame:
    """Return number, task and begin of the calls that have the number of any of the rows."""
    called = pl.col("called_key")
    if rows.height <= FEW:
        own = rows["called_key"].drop_nulls().unique()
        everything = everything.filter(
            called.is_in([each for key in own for each in writings(key, plan)])
        )
    calls = everything.lazy().filter(~pl.col("state").is_in(OPEN))
    named = calls.select(number_key(plan).alias("number"), "task_id", "call_begin")
    return named.filter(pl.all_horizontal(pl.col(*MATTER).is_not_null()))


def _attempt() -> pl.Expr:
    is_told = ~pl.col("state").is_in(OPEN) & ~pl.col("untimed") & (pl.col("together") == 1)
    return pl.when(is_told).then("place").cast(pl.Int64).alias("attempt")


def _attempts() -> pl.Expr:
    has_matter = pl.all_horizontal(pl.col(*MATTER).is_not_null())
    return pl.when(has_matter).then(pl.col("attempts").fill_null(0)).cast(pl.Int64)
