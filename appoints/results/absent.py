"""Agents who were asked for, and whom no row names."""

from __future__ import annotations

from typing import NamedTuple

from appoints.query.query import Query
from appoints.results.collation import in_order
from appoints.results.result import Result


class Absent(NamedTuple):
    """Agents who were asked for and whom no row names, and whom rows name in their place.

    iSales finds an agent by business account and by agent ID, and rows show one of them: without
    ``others`` there is no call by ``agents``, with them it may have one under its other name.
    """

    agents: list[str]
    others: list[str]


def absent(result: Result, query: Query) -> Absent | None:
    """Return which agents no row in the range names, None where all are or nobody can tell."""
    if not result.is_whole or not query.agents:
        return None
    present = set(result.in_range["agent"].drop_nulls())
    unnamed = [each for each in query.agents if each not in present]
    # Where rows of others are asked for too, iSales was not asked for these agents.
    asked = query.upstream().agents
    others = in_order(present.difference(query.agents)) if asked else []
    return Absent(unnamed, others) if unnamed else None
