"""When customers are reached, for every cause group at once: a page has rows of several."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from zoneinfo import ZoneInfo

import polars as pl

from appoints.insight.reach import ReachLine
from appoints.isales import codes
from appoints.results.local_time import hour, weekday
from appoints.results.result import Result

MOST_KEPT = 64  # results; each has at most an hour of a weekday for each group

# Lines by cause group; None stands for all failed calls.
Groups = Mapping[str | None, Sequence[ReachLine]]
Moments = Counter[tuple[int, int]]  # calls by weekday and hour

_KEPT: OrderedDict[tuple[str, str], Groups] = OrderedDict()
_LOCK = Lock()


def reach_by_group(result: Result, zone: ZoneInfo) -> Groups:
    """Return each hour of each weekday that has calls, by cause group; see ``reach_lines``.

    They are of all rows of the range that are there to compare with, and kept by their version.
    """
    key = (result.version, zone.key)
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    made = counted_by_group(result.compared, zone)
    if not result.version:
        return made
    with _LOCK:
        _KEPT[key] = made
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return made


def counted_by_group(rows: pl.DataFrame, zone: ZoneInfo) -> Groups:
    """Return the lines of rows, by cause group."""
    failed = pl.col("state") == "failed"
    calls = rows.lazy().filter((failed | (pl.col("state") == "reached")) & _has_begun())
    counts = calls.group_by(
        failed.alias("failed"),
        pl.when(failed).then("fail_group").cast(pl.String).alias("group"),
        weekday("call_begin", zone).alias("weekday"),
        hour("call_begin", zone).alias("hour"),
    ).len()
    reached: Moments = Counter()
    missed: dict[str | None, Moments] = {name: Counter() for name in (None, *codes.GROUPS)}
    for is_failed, group, day, at, count in counts.collect().iter_rows():
        for each in [missed[name] for name in {None, group}] if is_failed else [reached]:
            each[day, at] += count
    return {name: _lines(reached, found) for name, found in missed.items()}


def _has_begun() -> pl.Expr:
    return pl.col("call_begin").is_not_null()


def _lines(reached: Moments, failed: Moments) -> list[ReachLine]:
    return [
        ReachLine(weekday=day, hour=at, reached=reached[day, at], failed=failed[day, at])
        for day, at in reached.keys() | failed.keys()
    ]
