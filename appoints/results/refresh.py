"""A person's request for newer rows than those that are shown."""

from __future__ import annotations

from contextlib import suppress
from zoneinfo import ZoneInfo

from appoints.access.scope import Scope
from appoints.connections.models import Connection
from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results.lookup import Asking
from appoints.snapshots import by_range, store


def request_refresh(
    connection: Connection, query: Query, window: Window, zone: ZoneInfo, scope: Scope
) -> None:
    """Request newer rows for the next look at a question, as soon as the pace allows."""
    with suppress(store.RowsLost):  # what was dropped is asked for anew anyway
        store.request_refresh(_shown(Asking(connection, query, window, zone, scope)))


def _shown(asking: Asking) -> set[int]:
    """Return the IDs of the snapshots that hold what is asked for."""
    held = {
        snapshot.pk
        for each in asking.upstream_queries(asking.query)
        for snapshot in by_range.holding(asking.connection, each.asked, asking.window)
    }
    assembly = asking.partition_lookup.stored()
    return held | {each.snapshot.pk for each in assembly.at_hand} if assembly else held
