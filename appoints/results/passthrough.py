"""iSales' own pages, in its own order: one call a page, nothing sorted, nothing counted."""

from __future__ import annotations

from functools import partial

from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.query.filters import PER_PAGE
from appoints.query.query import BLANK, Query
from appoints.results import states
from appoints.snapshots import frame
from appoints.snapshots.shared_pages import PageAnswer, shared

WAIT = 5.0  # seconds for a free line
BUDGET = 20.0  # seconds for the call


class TooLong(Exception):
    """The page asked for is longer than one call can fill; ``most`` is what can."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} rows a page")
        self.most = most


def sizes(connection: Connection) -> list[int]:
    """Return the page sizes that one call can fill; at least one."""
    return [size for size in PER_PAGE if size <= connection.page_limit] or [connection.page_limit]


def size_of(connection: Connection, query: Query) -> int:
    """Return the rows a page: as asked, or as near to the default as one call allows.

    Raises TooLong for a size that somebody chose.
    """
    most = sizes(connection)[-1]
    if query.per_page <= most:
        return query.per_page
    if query.per_page == BLANK.per_page:
        return most
    raise TooLong(most)


def page(
    connection: Connection, criteria: Criteria, query: Query, rules: states.Rules
) -> PageAnswer:
    """Return a page of iSales' own list. Raises TooLong, or what a line and its calls raise."""
    size = size_of(connection, query)
    offset = (query.page - 1) * size
    fetch = partial(_fetch, connection, criteria, offset, size)
    answer = shared(connection, criteria, (offset, size), fetch)
    return answer._replace(rows=states.derived(answer.rows, rules))


def _fetch(connection: Connection, criteria: Criteria, offset: int, size: int) -> PageAnswer:
    with limiter.line(connection, wait=WAIT) as line:
        answer = line.list_page(criteria, offset, size, budget=BUDGET)
    now = timezone.now()
    rows = frame.plain([frame.Fetched(offset, answer.rows[:size], now)])
    return PageAnswer(rows, answer.total, now)
