"""iSales' own pages, in its own order: one call a page, nothing sorted, nothing counted."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
from django.utils import timezone

from appoints import gateway
from appoints.isales.client import Criteria
from appoints.models import Connection

from . import frame
from .query import PER_PAGE, Query

WAIT = 5.0  # seconds for a free line
BUDGET = 20.0  # seconds for the call


class Browsed(NamedTuple):
    """One page: its rows as a derived frame, and the count of all rows as iSales gives it."""

    rows: pl.DataFrame
    total: int


def sizes(connection: Connection) -> list[int]:
    """Return the page sizes that one call can fill; at least one."""
    return [size for size in PER_PAGE if size <= connection.page_limit] or [connection.page_limit]


def page(connection: Connection, criteria: Criteria, query: Query, rules: frame.Rules) -> Browsed:
    """Return a page of iSales' own list. Raises what ``gateway.line`` and its calls raise."""
    offset = (query.page - 1) * query.per_page
    with gateway.line(connection, wait=WAIT) as line:
        answer = line.list_page(criteria, offset, query.per_page, budget=BUDGET)
    rows = frame.plain([frame.Fetched(offset, answer.rows[: query.per_page], timezone.now())])
    return Browsed(frame.derived(rows, rules), answer.total)
