"""A day's calls by agent, on a time line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import polars as pl

from appoints.insight.line import FigureLine
from appoints.results.collation import key
from appoints.results.facets import names_in

LINE = ("agent", "name", "appoint_id", "appoint_time", "call_begin", "call_end", "state")
COLUMNS = (*LINE[:1], "agent_name", *LINE[2:], "create_time")
MOST_MARKS = 800  # on a page; above it, calls of a slot and a state are one mark
SLOTS = (10, 30, 60)  # minutes
MINUTE = 60_000  # milliseconds


@dataclass(frozen=True, kw_only=True)
class LaneLine(FigureLine):
    """A call on the lane of its agent; ``agent`` is None where it names none."""

    agent: str | None
    name: str | None
    appoint_id: str | None
    appoint_time: datetime
    call_begin: datetime | None
    call_end: datetime | None
    state: str


class LaneMark(NamedTuple):
    """A mark: one call, or those of a slot in one state; the rest is of the first of them.

    Times are milliseconds since 1970.
    """

    lane: int
    at: int
    state: str
    appoint_id: str | None
    begun: int | None
    calls: int


def lanes_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the calls with a reserved time and ``lane``, the number of their agent, by time.

    Agents are in the order of their names; calls of no agent come last. ``rows`` have COLUMNS.
    """
    timed = rows.filter(pl.col("appoint_time").is_not_null())
    names = names_in(timed, "agent")

    def place(agent: str | None) -> tuple[object, ...]:
        called = agent or ""  # two agents may have one name
        return agent is None, key(names.get(called, called)), called

    agents = sorted(timed["agent"].unique(), key=place)
    own = {"agent": agents, "name": [names.get(each or "") for each in agents]}
    schema = {"agent": timed.schema["agent"], "name": pl.String()}
    lanes = pl.DataFrame(own, schema=schema).with_row_index("lane")
    found = timed.join(lanes, on="agent", how="left", nulls_equal=True, maintain_order="left")
    return found.sort("lane", "appoint_time", maintain_order=True)


def lane_lines(lanes: pl.DataFrame) -> list[LaneLine]:
    """Return the calls of ``lanes_of``, agent by agent."""
    return [LaneLine(**line) for line in lanes.select(LINE).iter_rows(named=True)]


def slot_of(lanes: pl.DataFrame, begin: int) -> int:
    """Return the minutes of the shortest slot whose marks are not too many; 0 for none at all."""
    if lanes.height <= MOST_MARKS:
        return 0
    counts = lanes.select(
        pl.struct("lane", "state", _slot(minutes, begin)).n_unique().alias(str(minutes))
        for minutes in SLOTS
    ).row(0)
    fit = (minutes for minutes, marks in zip(SLOTS, counts, strict=True) if marks <= MOST_MARKS)
    return next(fit, SLOTS[-1])


def lane_marks(lanes: pl.DataFrame, begin: int, minutes: int) -> list[LaneMark]:
    """Return the marks of slots of so many ``minutes`` from ``begin`` on, lane by lane.

    Without minutes each call is a mark.
    """
    marks = lanes.lazy().select(
        "lane",
        pl.col("appoint_time").cast(pl.Int64).alias("at"),
        pl.col("state").cast(pl.String),
        "appoint_id",
        pl.col("call_begin").cast(pl.Int64).alias("begun"),
        calls=pl.lit(1),
    )
    if minutes:
        slot = _slot(minutes, begin, "at").alias("slot")
        of_slot = marks.group_by("lane", slot, "state", maintain_order=True)
        marks = of_slot.agg(pl.first("at", "appoint_id", "begun"), pl.len().alias("calls")).select(
            LaneMark._fields
        )
    return [LaneMark(*mark) for mark in marks.collect().iter_rows()]


def _slot(minutes: int, begin: int, name: str = "appoint_time") -> pl.Expr:
    return ((pl.col(name).cast(pl.Int64) - begin) // (minutes * MINUTE)).alias("slot")
