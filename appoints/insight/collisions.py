"""Agents with more calls reserved at once than the usual talk time leaves room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from appoints.insight.line import NAMES, FigureLine
from appoints.results.facets import names_in

COLUMNS = NAMES  # of the rows that are to come
TALKED = ("agent", "talk_time")  # of those that tell talk times
FEWEST = 20  # talk times of an agent; of fewer those of all tell what is usual

FEWEST_CALLS = 2  # that are too close together


@dataclass(frozen=True, kw_only=True)
class CollisionLine(FigureLine):
    """Calls of an agent, each reserved for less than the talk time after the one before.

    ``begin`` and ``end`` are the first and the last reserved time; ``at_once`` is how many of them
    fall into one talk time at the most, that from ``fullest`` on.
    """

    agent: str
    name: str | None
    begin: datetime
    end: datetime
    calls: int
    at_once: int
    talk_time: timedelta
    fullest: datetime


@dataclass(frozen=True)
class TalkTimes:
    """The middle talk times of agents, and of all; ``unclear`` ended before they began."""

    own: dict[str, timedelta]
    usual: timedelta | None
    unclear: int

    def of(self, agent: str) -> timedelta | None:
        """Return the talk time to count with for an agent; None where none is known."""
        return self.own.get(agent, self.usual)


def talk_times(past: pl.DataFrame) -> TalkTimes:
    """Return the middle talk times of the reached calls among rows."""
    length = pl.col("talk_time")
    known = past.filter(length >= timedelta(0))
    by_agent = known.group_by("agent").agg(length.median(), rows=pl.len())
    enough = by_agent.filter((pl.col("rows") >= FEWEST) & pl.col("agent").is_not_null())
    usual = known["talk_time"].median()
    return TalkTimes(
        own={agent: length for agent, length, _rows in enough.iter_rows()},
        usual=usual if isinstance(usual, timedelta) else None,
        unclear=past.filter(length < timedelta(0)).height,
    )


def collision_lines(ahead: pl.DataFrame, talked: TalkTimes) -> list[CollisionLine]:
    """Return the collisions among rows that are to come, by time."""
    runs = _runs(ahead, talked)
    names = names_in(ahead, "agent") if runs.height else {}
    found = [
        CollisionLine(
            agent=agent,
            name=names.get(agent),
            begin=times[0],
            end=times[-1],
            calls=len(times),
            talk_time=length,
            at_once=at_once,
            fullest=fullest,
        )
        for agent, length, times in runs.iter_rows()
        for at_once, fullest in [_fullest(times, length)]
    ]
    return sorted(found, key=lambda line: (line.begin, line.agent))


def _runs(ahead: pl.DataFrame, talked: TalkTimes) -> pl.DataFrame:
    """Return the agent, the talk time and the times of calls that follow too close together."""
    known = {agent: talked.of(agent) for agent in ahead["agent"].drop_nulls().unique()}
    length = pl.col("agent").replace_strict(
        list(known), list(known.values()), default=None, return_dtype=pl.Duration("ms")
    )
    timed = ahead.lazy().select("agent", "appoint_time", length=length)
    timed = timed.filter(pl.col("appoint_time").is_not_null() & (pl.col("length") > timedelta(0)))
    gap = pl.col("appoint_time").diff().over("agent")
    run = (gap.is_null() | (gap >= pl.col("length"))).cum_sum()
    times = pl.col("appoint_time")
    return (
        timed.sort("agent", "appoint_time")
        .with_columns(run=run)
        .group_by("agent", "length", "run")
        .agg(times)
        .filter(times.list.len() >= FEWEST_CALLS)
        .drop("run")
        .collect()
    )


def _fullest(times: Sequence[datetime], length: timedelta) -> tuple[int, datetime]:
    """Return how many times at the most lie within one length, its end excluded, and from when."""
    most, since, first = 0, times[0], 0
    for number, time in enumerate(times):
        while time - times[first] >= length:
            first += 1
        if number - first + 1 > most:
            most, since = number - first + 1, times[first]
    return most, since
