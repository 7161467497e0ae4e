"""What a snapshot holds of what iSales is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from appoints.access.scope import Visibility
from appoints.connections.models import Connection
from appoints.query.query import BLANK, Query
from appoints.query.time_range import EVER, Window
from appoints.results import filtering
from appoints.results.cache import CACHE
from appoints.results.states import Rules
from appoints.results.upstream_queries import plan_of
from appoints.snapshots import store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest

NEAR = timedelta(minutes=1)  # what iSales may round a range by


def is_sure(
    snapshot: Snapshot,
    query: Query,
    asked: UpstreamRequest,
    connection: Connection,
    rules: Rules,
    visible: Visibility,
) -> bool:
    """Tell whether every row that may be seen has the data to decide if iSales would send it.

    Of a row whose time cannot be read, iSales alone knows to which part of the range it belongs.
    """
    rows = CACHE.of(snapshot, rules, visible)
    if (snapshot.begin, snapshot.end) != asked.window and rows["appoint_time"].null_count():
        return False
    return asked_for(snapshot, asked, connection) or filtering.is_sure(rows, query)


def unrequested(
    snapshot: Snapshot, query: Query, connection: Connection, rules: Rules
) -> pl.DataFrame:
    """Return the rows that iSales sent though their time, number or task was not asked for.

    Nobody can tell so of an agent, whom iSales finds by account and by ID while rows show but one.
    """
    query, window = query.but(agents=()), EVER
    if connection.range_field == Connection.RangeField.APPOINT_TIME:
        begin, end = snapshot.begin, snapshot.end
        window = Window(begin and begin - NEAR, end and end + NEAR)
    rows, plan = CACHE.of(snapshot, rules), plan_of(connection)
    if query.upstream() == BLANK and _lies_in(rows["appoint_time"], window):
        return rows.clear()  # as nearly always, and then in no time
    return filtering.left_out(rows, query, window, plan=plan, chosen=True)


def _lies_in(times: pl.Series, window: Window) -> bool:
    """Tell whether all times that are known lie in a window."""
    first, last = times.min(), times.max()
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return True
    begins = window.begin is None or window.begin <= first
    return begins and (window.end is None or last < window.end)


def asked_for(snapshot: Snapshot, asked: UpstreamRequest, connection: Connection) -> bool:
    """Tell whether a snapshot is of the agents, number and task of a request."""
    return snapshot.subject == store.subject_of(asked.criteria, connection)
