"""Calls that are reserved for times at which nobody works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import polars as pl

from appoints.insight.line import FigureLine
from appoints.query.time_range import Window
from appoints.snapshots.frame import MOMENT


@dataclass(frozen=True, kw_only=True)
class OutsideLine(FigureLine):
    """A stretch without working time, and the calls that are reserved for it."""

    begin: datetime
    end: datetime
    calls: int


def outside_lines(
    ahead: pl.DataFrame, working: Sequence[Window], over: Window
) -> list[OutsideLine]:
    """Return the stretches of a window, which has both ends, that have calls but no working time.

    ``working`` are the windows of working time, in order, without overlaps.
    """
    begin, end = over
    assert begin and end
    edges = [begin, *(edge for each in working for edge in each if edge), end]
    # Between the end of one working window and the begin of the next nobody works.
    stretches = [Window(*each) for each in list(pairwise(edges))[::2]]
    begins = pl.Series([each.begin for each in stretches], dtype=MOMENT)
    ends = pl.Series([each.end for each in stretches], dtype=MOMENT)
    at = pl.lit(begins).search_sorted(pl.col("appoint_time"), side="right").cast(pl.Int64) - 1
    inside = (at >= 0) & (pl.col("appoint_time") < pl.lit(ends).gather(at.clip(0)))
    counted = ahead.filter(inside).group_by(at=at).agg(calls=pl.len()).sort("at")
    return [
        OutsideLine(begin=begins[at], end=ends[at], calls=calls)
        for at, calls in counted.iter_rows()
    ]
