"""Wait for a snapshot that a worker loads."""

from __future__ import annotations

import time
from collections.abc import Sequence

from appoints.connections import timestamps
from appoints.connections.errors import NotAnswering, Resting
from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.snapshots import leases, queue, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.pool import POOL
from appoints.snapshots.upstream import UpstreamRequest
from dashboard import timing

LOOK_AGAIN = 0.02  # seconds between two looks at a snapshot that is being loaded


def load(
    connection: Connection, asked: UpstreamRequest, deadline: float, person: int | None
) -> Snapshot:
    """Return the snapshot of what is asked once it is loaded, or as it is at the deadline.

    Raises what the load failed with.
    """
    [snapshot] = load_all(connection, [asked], deadline, person)
    failure = failure_of(snapshot)
    if failure is not None:
        raise failure
    return snapshot


def load_all(
    connection: Connection, asked: Sequence[UpstreamRequest], deadline: float, person: int | None
) -> list[Snapshot]:
    """Return the snapshots of several requests once all are loaded, or as they are at the deadline.

    What is asked first is loaded first.
    """
    connection.refresh_from_db()
    if connection.resting:
        raise Resting(connection.resting)
    if connection.is_failing():
        if connection.pause_left():
            raise NotAnswering.of(connection)
        deadline = 0.0  # whoever tries it may wait long
    begun = queue.enqueue(connection, asked, person)
    if not any(map(_is_loading, begun)):
        return begun
    _wait(begun, deadline)
    found = Snapshot.objects.select_related("connection").in_bulk([each.pk for each in begun])
    if len(found) < len(begun):
        raise store.RowsLost
    return [found[each.pk] for each in begun]


def _wait(begun: Sequence[Snapshot], deadline: float) -> None:
    """Wait until all are loaded, or for the deadline; wake a loader for what has none."""
    loading = {each.pk: each.leased_until for each in begun if _is_loading(each)}
    while loading:
        if not all(timestamps.left(until, leases.LEASE) for until in loading.values()):
            POOL.wake()
        if time.monotonic() > deadline:
            break
        with timing.upstream():
            time.sleep(LOOK_AGAIN)
        still = Snapshot.objects.filter(pk__in=loading, status=Snapshot.Status.LOADING)
        loading = dict(still.values_list("pk", "leased_until"))


def failure_of(snapshot: Snapshot) -> FetchError | None:
    """Return what a load failed with; of one without rows so far, what the one before did."""
    failure = None
    if snapshot.status == Snapshot.Status.FAILED:
        failure = snapshot.failure or {}
    elif _is_loading(snapshot) and snapshot.connection.is_failing():
        return NotAnswering.of(snapshot.connection)
    elif _is_loading(snapshot) and not snapshot.received:
        failure = store.failure_before(snapshot) or None
    return None if failure is None else FetchError.from_json(failure)


def _is_loading(snapshot: Snapshot) -> bool:
    return snapshot.status == Snapshot.Status.LOADING
