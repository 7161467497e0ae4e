"""At which hours and on which weekdays customers are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from appoints.insight.line import FigureLine
from appoints.results.local_time import hour, weekday

COLUMNS = ("call_begin", "fail_code", "fail_group", "state")
FEWEST = 30  # calls, below which a rate says nothing
KEYS = (["hour"], ["weekday"], ["weekday", "hour"])


@dataclass(frozen=True, kw_only=True)
class ReachLine(FigureLine):
    """The calls begun in an hour of a weekday; ``weekday`` or ``hour`` is None for all of them.

    ``reached`` and ``failed`` are the only calls that count: of the failed ones those of the causes
    that are asked about. ``uncounted`` are such calls without a begin, in the line of all alone.
    """

    weekday: int | None
    hour: int | None
    reached: int
    failed: int
    uncounted: int = 0

    @property
    def calls(self) -> int:
        """The calls that the rate is of."""
        return self.reached + self.failed

    @property
    def rate(self) -> float | None:
        """The share of calls that reached somebody; None of too few calls."""
        return self.reached / self.calls if self.calls >= FEWEST else None


def reach_lines(
    rows: pl.DataFrame,
    zone: ZoneInfo,
    *,
    groups: Sequence[str] = (),
    causes: Sequence[str] = (),
) -> list[ReachLine]:
    """Return all calls, each hour, each weekday, and each hour of each weekday that has calls.

    Failed calls count of these cause groups and causes; without any, all of them do. The hour is
    that in which the call began.
    """
    calls = _counted(rows, zone, _asked_about(groups, causes))
    begun = calls.filter(pl.col("hour").is_not_null()).lazy()
    counts = [pl.col(name).sum() for name in ("reached", "failed")]
    parts = [begun.select(counts), *(begun.group_by(each).agg(counts).sort(each) for each in KEYS)]
    found = [line for part in pl.collect_all(parts) for line in part.iter_rows(named=True)]
    every, *others = (ReachLine(**{"weekday": None, "hour": None, **line}) for line in found)
    return [replace(every, uncounted=calls.height - every.calls), *others]


def _counted(rows: pl.DataFrame, zone: ZoneInfo, asked_about: pl.Expr) -> pl.DataFrame:
    """Return the calls that count, and when they began."""
    calls = rows.select(
        reached=pl.col("state") == "reached",
        failed=(pl.col("state") == "failed") & asked_about,
        weekday=weekday("call_begin", zone),
        hour=hour("call_begin", zone),
    )
    return calls.filter(pl.col("reached") | pl.col("failed"))


def _asked_about(groups: Sequence[str], causes: Sequence[str]) -> pl.Expr:
    found = pl.lit(True)
    if groups:
        found = found & pl.col("fail_group").is_in(list(groups))
    if causes:
        # As text: a word that shared texts are searched for stays in memory.
        found = found & pl.col("fail_code").cast(pl.String).is_in(list(causes))
    return found.fill_null(value=False)
