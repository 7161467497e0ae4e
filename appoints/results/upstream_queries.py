"""The queries to iSales that a question takes: one, or one for each writing of its number.

iSales compares numbers exactly, so that it is asked for each writing that rows are known to have,
and for the few likely ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl

from appoints.access.masking import hidden
from appoints.access.scope import Visibility
from appoints.connections.models import Connection
from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results import filtering, numbers
from appoints.results.cache import CACHE
from appoints.results.states import Rules
from appoints.snapshots import ageing, by_range, upstream
from appoints.snapshots.upstream import UpstreamRequest

from .numbers import NumberingPlan

SEARCHED = 3  # snapshots of everything that are looked through for writings, the newest


class UpstreamQuery(NamedTuple):
    """A question for one writing of its number, and what iSales is asked for it."""

    query: Query
    asked: UpstreamRequest


UpstreamQueries = Sequence[UpstreamQuery]


def queries_for(
    connection: Connection,
    query: Query,
    window: Window,
    zone: ZoneInfo,
    rules: Rules,
    visible: Visibility,
) -> list[UpstreamQuery]:
    """Return the queries that find every row of a question that a person may see."""
    asked = [query]
    if query.upstream().number:
        writings = _writings(connection, query, window, rules, visible)
        asked = [query.but(number=each, page=query.page) for each in writings]
    return [UpstreamQuery(each, upstream.whole(each, window, zone, connection)) for each in asked]


def plan_of(connection: Connection) -> NumberingPlan:
    """Return how the connection's own country writes numbers."""
    return NumberingPlan(connection.country_code, connection.trunk_prefix)


def looked_for(
    number: str, plan: NumberingPlan, known: Sequence[str], visible: Visibility
) -> tuple[str, ...]:
    """Return the writings of a number that rows were compared with, here or by iSales.

    They are as the person may see them.
    """
    found = numbers.asked(number, plan, known) if number else ()
    stripped = (each.strip() for each in found)
    return tuple(dict.fromkeys(map(hidden, stripped) if visible.masked else stripped))


def writings_in(rows: pl.DataFrame, number: str, plan: NumberingPlan) -> tuple[str, ...]:
    """Return the writings in which rows have a number."""
    same = rows.filter(filtering.is_number(number, plan))["called_sent"]
    return tuple(same.unique(maintain_order=True))


def together(frames: Sequence[pl.DataFrame], queries: Iterable[UpstreamQuery]) -> pl.DataFrame:
    """Return the rows of several queries, each once, also where iSales sends more than it is asked.

    A row without an ID stands in the answer to the query for just its number.
    """
    earlier: list[str] = []
    rows = []
    for frame, each in zip(frames, queries, strict=False):
        again = pl.col("called_sent").is_in(earlier).fill_null(value=False)
        rows.append(frame.filter(~again) if earlier else frame)
        earlier.append(each.query.number)
    if len(rows) == 1:
        return rows[0]
    named = pl.col("appoint_id").is_not_null()
    return pl.concat(rows).filter(~named | pl.col("appoint_id").is_first_distinct())


def _writings(
    connection: Connection, query: Query, window: Window, rules: Rules, visible: Visibility
) -> tuple[str, ...]:
    """Return the writings to ask for: those of rows at hand, and likely ones if more may be.

    Rows that the person may not see tell nothing here either.
    """
    plan = plan_of(connection)
    known: list[str] = []
    for snapshot in by_range.of_everything(connection)[:SEARCHED]:
        rows = CACHE.of(snapshot, rules, visible)
        found = writings_in(rows, query.number, plan)
        holds = by_range.holds(snapshot, window) and ageing.is_fresh(snapshot)
        if holds and filtering.is_sure(rows, Query(number=query.number)):
            return found or (numbers.compact(query.number),)
        known += found
    return numbers.asked(query.number, plan, known)
