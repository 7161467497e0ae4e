"""Agents with more calls reserved at once than the usual talk time leaves room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import polars as pl

from appoints.insight.line import FigureLine
from appoints.results.facets import names_in

FEWEST = 20  # talk times of an agent; of fewer those of all tell what is usual


@dataclass(frozen=True, kw_only=True)
class CollisionLine(FigureLine):
    """Calls of an agent, each reserved for less than the talk time after the one before.

    ``begin`` and ``end`` are the first and the last reserved time; ``at_once`` is how many of them
    fall into one talk time at the most.
    """

    agent: str
    name: str | None
    begin: datetime
    end: datetime
    calls: int
    at_once: int
    talk_time: timedelta


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
    names = names_in(ahead, "agent")
    timed = ahead.filter(pl.col("agent").is_not_null() & pl.col("appoint_time").is_not_null()).sort(
        "agent", "appoint_time"
    )
    pairs = timed.select("agent", "appoint_time").iter_rows()
    found = [
        CollisionLine(
            agent=agent,
            name=names.get(agent),
            begin=times[0],
            end=times[-1],
            calls=len(times),
            at_once=_at_once(times, length),
            talk_time=length,
        )
        for agent, own in groupby(pairs, key=lambda pair: pair[0])
        if (length := talked.of(agent))
        for times in _together([time for _agent, time in own], length)
    ]
    return sorted(found, key=lambda line: (line.begin, line.agent))


def _together(times: Sequence[datetime], length: timedelta) -> Iterator[list[datetime]]:
    """Yield the times, two or more, of which each is less than a length after the one before."""
    run: list[datetime] = []
    for time in times:
        if run and time - run[-1] >= length:
            if len(run) > 1:
                yield run
            run = []
        run.append(time)
    if len(run) > 1:
        yield run


def _at_once(times: Sequence[datetime], length: timedelta) -> int:
    """Return how many times at the most lie within one length, its end excluded."""
    most = first = 0
    for number, time in enumerate(times):
        while time - times[first] >= length:
            first += 1
        most = max(most, number - first + 1)
    return most
