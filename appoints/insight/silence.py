"""Agents who have calls to make, and of whom no call is known since some time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from appoints.insight.line import NAMES, FigureLine
from appoints.results.facets import names_in

COLUMNS = (*NAMES, "call_begin", "fetched_at", "state")
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class SilenceLine(FigureLine):
    """An agent with due or overdue calls, and when the last call of theirs began.

    ``agent`` is None for calls that name none. ``last_begin`` is None where no call has begun;
    ``calling`` counts calls that iSales says are going on. ``first_overdue`` is the earliest
    reserved time of the overdue calls, None where none of them has one. ``as_of`` is when the
    agent's rows were fetched, at the latest.
    """

    agent: str | None
    name: str | None
    due: int
    overdue: int
    calling: int
    last_begin: datetime | None
    first_overdue: datetime | None
    as_of: datetime

    @property
    def waiting(self) -> int:
        """The due and overdue calls."""
        return self.due + self.overdue

    @property
    def is_silent(self) -> bool:
        """Whether no call of an agent goes on, nor began since the first overdue one was to.

        One that is overdue for a moment only tells nothing.
        """
        if self.agent is None or self.calling or self.first_overdue is None:
            return False
        if self.as_of - self.first_overdue < PATIENCE:
            return False
        return self.last_begin is None or self.last_begin < self.first_overdue


def silence_lines(rows: pl.DataFrame) -> list[SilenceLine]:
    """Return a line for each agent with due or overdue calls among rows, the longest silent first.

    The rows are those of a day up to now, as they were when they were fetched.
    """
    names = names_in(rows, "agent")
    lines = [
        SilenceLine(**line, name=names.get(line["agent"] or ""))
        for line in _counted(rows).iter_rows(named=True)
    ]
    return sorted(lines, key=lambda line: not line.is_silent)


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    state = pl.col("state")
    return (
        rows.lazy()
        .group_by("agent")
        .agg(
            due=(state == "due").sum(),
            overdue=(state == "overdue").sum(),
            calling=(state == "calling").sum(),
            last_begin=pl.col("call_begin").max(),
            as_of=pl.col("fetched_at").max(),
            first_overdue=pl.col("appoint_time").filter(state == "overdue").min(),
        )
        .filter(pl.col("due") + pl.col("overdue") > 0)
        .sort("last_begin", "first_overdue", "agent", nulls_last=[False, True, True])
        .collect()
    )


def silent_agents(
    rows: pl.DataFrame, now: datetime, *, longer_than: timedelta
) -> list[SilenceLine]:
    """Return who has had an overdue call for longer than this, and has begun no call since.

    For an alert; it says nothing of where the person is.
    """
    return [
        line
        for line in silence_lines(rows)
        if line.is_silent and line.first_overdue and now - line.first_overdue > longer_than
    ]
