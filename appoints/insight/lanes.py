"""A day's calls by agent, on a time line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from appoints.insight.line import FigureLine
from appoints.results.collation import key
from appoints.results.facets import names_in

COLUMNS = ("agent", "appoint_id", "appoint_time", "call_begin", "call_end", "state")


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


def lane_lines(rows: pl.DataFrame) -> list[LaneLine]:
    """Return the calls with a reserved time, agent by agent in the order of their names, by time.

    Those of no agent come last.
    """
    names = names_in(rows, "agent")
    timed = rows.filter(pl.col("appoint_time").is_not_null()).sort(
        "appoint_time", maintain_order=True
    )
    found = [
        LaneLine(**line, name=names.get(line["agent"] or ""))
        for line in timed.select(COLUMNS).iter_rows(named=True)
    ]
    places = {each: key(names.get(each, each)) for each in timed["agent"].drop_nulls().unique()}

    def place(line: LaneLine) -> tuple[object, ...]:
        agent = line.agent or ""  # two agents may have one name
        return line.agent is None, places.get(agent, ()), agent

    return sorted(found, key=place)
