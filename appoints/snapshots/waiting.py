"""Wait for a snapshot that a worker loads."""

from __future__ import annotations

import time

from appoints.connections.errors import Resting
from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.snapshots import leases, queue, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.pool import POOL
from appoints.snapshots.upstream import UpstreamRequest

LOOK_AGAIN = 0.02  # seconds between two looks at a snapshot that is being loaded


def load(
    connection: Connection, asked: UpstreamRequest, deadline: float, person: int | None
) -> Snapshot:
    """Return the snapshot of what is asked once it is loaded, or as it is at the deadline.

    Raises what the load failed with.
    """
    connection.refresh_from_db()
    if connection.resting:
        raise Resting(connection.resting)
    snapshot = queue.enqueue(connection, asked, person)
    while snapshot.status == Snapshot.Status.LOADING and time.monotonic() <= deadline:
        if not leases.is_held(snapshot):
            POOL.wake()
        time.sleep(LOOK_AGAIN)
        try:
            snapshot = Snapshot.objects.select_related("connection").get(pk=snapshot.pk)
        except Snapshot.DoesNotExist:
            raise store.RowsLost from None
    failure = _failure(snapshot)
    if failure is not None:
        raise FetchError.from_json(failure)
    return snapshot


def _failure(snapshot: Snapshot) -> dict[str, object] | None:
    """Return what a load failed with; of one without rows so far, what the one before did."""
    if snapshot.status == Snapshot.Status.FAILED:
        return snapshot.failure or {}
    if snapshot.status == Snapshot.Status.LOADING and not snapshot.received:
        return store.failure_before(snapshot) or None
    return None
