"""A page of iSales' own list as a result, where the whole is too large."""

from __future__ import annotations

from appoints.access.scope import Visibility
from appoints.connections.models import Connection
from appoints.query.filters import NAMES
from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results import passthrough, states
from appoints.results.result import NeedsWhole, Result
from appoints.results.selection import Selection
from appoints.snapshots import upstream


def browsing(
    connection: Connection,
    query: Query,
    window: Window,
    rules: states.Rules,
    visible: Visibility,
) -> Result:
    """Return one page of iSales' own list.

    Raises NeedsWhole, also where iSales' list has rows that the person may not see, or what a call
    to iSales raises.
    """
    if names := query.local():
        raise NeedsWhole(names)
    if not visible.row_filter.is_upstream(query):
        raise NeedsWhole([NAMES["agents"]])
    asked = upstream.exact(query, window, connection)
    found = passthrough.page(connection, asked, query, rules)
    rows = visible.applied(found.rows)
    if rows.height != found.rows.height:
        raise NeedsWhole([NAMES["agents"]])
    return Result(
        mode="browsing", selection=Selection.all_of(rows), total=found.total, as_of=found.as_of
    )
