"""How many calls began about when they were promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from appoints.insight.line import NAMES, FigureLine
from appoints.labels import PUNCTUALITY_WORDS
from appoints.results.facets import names_in
from appoints.results.local_time import hour, weekday
from appoints.results.punctuality import punctuality

COLUMNS = (*NAMES, "call_begin", "call_type", "delay", "state")
FEWEST = 20  # calls, below which a share says nothing
NINETIETH = 0.9
COUNTED = tuple(PUNCTUALITY_WORDS)
BY_TIME = ("hour", "weekday")
# The column of the rows that holds what a group is called by.
NAMED = {"agent": "agent", "task": "task_id"}


@dataclass(frozen=True, kw_only=True)
class PunctualityLine(FigureLine):
    """The calls of an agent, a task, an hour or a weekday, or all; ``value`` as addresses have it.

    ``late``, ``early`` and ``on_time`` are of calls whose begin and reserved time are known, the
    rest is counted beside. Delays are of the same calls: the middle one, and the one that nine of
    ten calls do not exceed; None without any that can be measured. ``before_calls`` and
    ``before_on_time`` are of the range before, None where it is not known.
    """

    by: str
    value: str | None
    name: str | None
    on_time: int
    early: int
    late: int
    ahead: int
    not_called: int
    unclear: int
    median_delay: timedelta | None
    ninetieth_delay: timedelta | None
    before_calls: int | None = None
    before_on_time: int | None = None

    @property
    def calls(self) -> int:
        """The calls that the share is of."""
        return self.on_time + self.early + self.late

    @property
    def share(self) -> float | None:
        """The share of calls that began on time; None of too few calls."""
        return self.on_time / self.calls if self.calls >= FEWEST else None

    @property
    def points(self) -> int | None:
        """By how many points the share is above the one before; None where either is not known.

        It is the difference of the two as they are shown, in whole hundredths.
        """
        before = self.before_calls or 0
        if self.share is None or before < FEWEST or self.before_on_time is None:
            return None
        return round(self.share * 100) - round(self.before_on_time / before * 100)


def punctuality_lines(
    rows: pl.DataFrame,
    most: timedelta,
    zone: ZoneInfo,
    *,
    delay: pl.Expr | None = None,
    before: pl.DataFrame | None = None,
) -> list[PunctualityLine]:
    """Return all calls together, then those of each agent, task, hour and weekday.

    ``most`` is how far from its time a call may begin. ``delay`` is another measure of the delay
    that is told, a duration. ``before`` are the rows of the range before. Agents and tasks come
    with the lowest share first.
    """
    names = {by: names_in(rows, column) for by, column in NAMED.items()}
    told = pl.col("delay") if delay is None else delay
    found = [_line(each, names) for each in _counted(rows, most, zone, told)]
    if before is None:
        return found
    own = {(each["by"], each["value"]): each for each in _counted(before, most, zone)}
    return [_compared(each, own.get((each.by, each.value))) for each in found]


def _line(counted: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> PunctualityLine:
    name = names.get(counted["by"], {}).get(counted["value"] or "")
    return PunctualityLine(**counted, name=name)


def _compared(line: PunctualityLine, before: Mapping[str, Any] | None) -> PunctualityLine:
    then = before or dict.fromkeys(COUNTED, 0)
    calls = then["on_time"] + then["early"] + then["late"]
    return replace(line, before_calls=calls, before_on_time=then["on_time"])


def _counted(
    rows: pl.DataFrame, most: timedelta, zone: ZoneInfo, delay: pl.Expr | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the numbers of each group, by the names of the line's fields; delays of a measure."""
    told = pl.lit(None) if delay is None else pl.when(pl.col("delay").is_not_null()).then(delay)
    calls = rows.select(
        began=punctuality(most),
        measured=told,
        agent="agent",
        task="task_id",
        hour=hour("appoint_time", zone),
        weekday=weekday("appoint_time", zone),
    ).lazy()
    numbers = _counts() if delay is None else {**_counts(), **_delays()}
    groups = (*NAMED, *BY_TIME)
    parts = [calls.select(value=pl.lit(None, pl.String), **numbers).head(1)]
    parts += [calls.group_by(value=name).agg(**numbers) for name in groups]
    for by, part in zip(("all", *groups), pl.collect_all(parts), strict=True):
        lines = part.sort(_order(by), nulls_last=True).with_columns(pl.col("value").cast(pl.String))
        for line in lines.iter_rows(named=True):
            yield {"by": by, **line}


def _counts() -> dict[str, pl.Expr]:
    return {name: (pl.col("began") == name).sum() for name in COUNTED}


def _delays() -> dict[str, pl.Expr]:
    delay = pl.col("measured")
    return {
        "median_delay": delay.median(),
        "ninetieth_delay": delay.quantile(NINETIETH, "equiprobable"),
    }


def _order(by: str) -> list[pl.Expr]:
    if by in BY_TIME:
        return [pl.col("value")]
    # Who has too few calls to be judged comes after the others, with most late calls first.
    calls = pl.sum_horizontal("on_time", "early", "late").cast(pl.Int64)
    share = pl.when(calls >= FEWEST).then(pl.col("on_time") / calls)
    return [share, -pl.col("late").cast(pl.Int64), pl.col("value")]
