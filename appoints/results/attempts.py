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
FEW = 1000  # rows, as on a page
BETWEEN = "\0"  # a number and its task

# Of calls that follow one another once sorted: whether both are of one matter, and began together.
IS_SAME = pl.col("matter") == pl.col("matter").shift()
IS_TOGETHER = IS_SAME & (pl.col("call_begin") == pl.col("call_begin").shift())


def with_attempts(
    rows: pl.DataFrame, everything: pl.DataFrame, plan: NumberingPlan
) -> pl.DataFrame:
    """Return rows with the place of each call among all of its number and task.

    ``attempts`` counts these calls; null without a number or a task. ``attempt`` is the place, from
    1; null for what is no attempt yet, and where it cannot be told. ``everything`` are the rows to
    look among, and ``rows`` some of them.
    """
    near = everything
    if rows.height <= FEW:
        own = rows["called_key"].drop_nulls().unique()
        same = [each for key in own for each in writings(key, plan)]
        near = everything.filter(pl.col("called_key").is_in(same))
    found = rows.drop(ATTEMPTS)
    return found.join(_numbered(near, plan), on="row", how="left", maintain_order="left")


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


def _numbered(rows: pl.DataFrame, plan: NumberingPlan) -> pl.DataFrame:
    """Return attempt and attempts of each row, under the row's own ``row``."""
    matter = pl.concat_str(number_key(plan), pl.lit(BETWEEN), "task_id")
    named = rows.select(
        "row",
        "call_begin",
        # Numbers in place of long texts: what follows compares them again and again.
        matter.cast(pl.Categorical).to_physical().alias("matter"),
        pl.col("state").is_in(OPEN).not_().alias("made"),
    ).lazy()
    calls = named.filter(pl.col("made") & pl.col("matter").is_not_null())
    counts = calls.group_by("matter").agg(
        pl.len().cast(pl.Int64).alias("attempts"),
        pl.col("call_begin").is_null().any().alias("untimed"),
    )
    found = named.join(counts, on="matter", how="left").join(_places(calls), on="row", how="left")
    attempts = pl.when(pl.col("matter").is_not_null()).then(pl.col("attempts").fill_null(0))
    attempt = pl.when(~pl.col("untimed")).then("place")
    return found.select("row", attempt.alias("attempt"), attempts.alias("attempts")).collect()


def _places(calls: pl.LazyFrame) -> pl.LazyFrame:
    """Return the place of each call among those of its number and task, null of equal begins."""
    begun = calls.filter(pl.col("call_begin").is_not_null()).sort("matter", "call_begin")
    at = pl.int_range(pl.len())
    first = pl.when(~IS_SAME.fill_null(value=False)).then(at).forward_fill()
    together = IS_TOGETHER.fill_null(value=False)
    alone = ~(together | together.shift(-1).fill_null(value=False))
    return begun.select("row", pl.when(alone).then(at - first + 1).alias("place"))
