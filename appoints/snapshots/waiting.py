"""Wait for a snapshot that a worker loads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

from django.conf import settings

from appoints.connections import timestamps
from appoints.connections.errors import NotAnswering, Resting
from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.snapshots import leases, queue, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.news import NEWS
from appoints.snapshots.pool import POOL
from appoints.snapshots.upstream import UpstreamRequest
from dashboard import timing
from dashboard.prepared import Prepared

# What is looked at while a load is awaited.
LOOKED_AT = ("pk", "status", "leased_until", "total", "received", "worked", "limit")
LOOKS: Prepared[Any] = Prepared(
    lambda begun: Snapshot.objects.filter(pk__in=begun).values_list(*LOOKED_AT, named=True)
)

FOUND = Prepared(lambda begun: Snapshot.objects.select_related("connection").filter(pk__in=begun))
WHOLE = Prepared(lambda ended: Snapshot.objects.filter(pk__in=ended, status=Snapshot.Status.WHOLE))

Came = Callable[[Snapshot], object]

LOOK_AGAIN = 0.02  # seconds between two looks at a snapshot that another worker loads
LONGEST_LOOK = 0.1  # … once it takes a while: each look reads the database
LONGEST_LOOK_AT_REST = 0.25  # … once the first rows have come


class Wait(NamedTuple):
    """Until when to wait for rows, on the monotonic clock.

    ``rest`` is for the rest of them once the first have come, ``newer`` is where older are at hand.
    """

    rows: float
    rest: float
    newer: float

    @classmethod
    def for_all(cls, seconds: float) -> Self:
        """Wait for every row, as a file does."""
        return cls(*[time.monotonic() + seconds] * 3)

    @classmethod
    def for_first(cls, seconds: float) -> Self:
        """Wait for the first rows, as a page does; the rest and newer ones come to it by itself."""
        now = time.monotonic()
        rest = min(seconds, settings.APPOINTS_REST_WAIT)
        return cls(now + seconds, now + rest, now + min(seconds, settings.APPOINTS_NEWER_WAIT))

    def after_first(self) -> Wait:
        """Return the wait of somebody who has some rows of an answer already."""
        return self._replace(rows=self.rest)

    def for_newer(self, work: float) -> Wait:
        """Return the wait of somebody who has older rows, which took so many seconds to load.

        A page does not wait at all for what will hardly come in time.
        """
        comes = self.newer == self.rows or time.monotonic() + work <= self.newer
        return self._replace(rows=self.newer, rest=self.newer) if comes else NO_WAIT


NO_WAIT = Wait(0.0, 0.0, 0.0)


def load(
    connection: Connection, asked: UpstreamRequest, wait: Wait, person: int | None
) -> Snapshot:
    """Return the snapshot of what is asked once it is loaded, or as it is after the wait.

    Raises what the load failed with.
    """
    [snapshot] = load_all(connection, [asked], wait, person)
    failure = failure_of(snapshot)
    if failure is not None:
        raise failure
    return snapshot


def load_all(
    connection: Connection,
    asked: Sequence[UpstreamRequest],
    wait: Wait,
    person: int | None,
    came: Came | None = None,
) -> list[Snapshot]:
    """Return the snapshots of several requests once all are loaded, or as they are after the wait.

    What is asked first is loaded first. ``came`` is called with each that is whole while others
    are still awaited.
    """
    connection.refresh()
    wait = _possible(wait, connection)
    begun = queue.enqueue(connection, asked, person)
    if not any(map(_is_loading, begun)):
        return begun
    _await([each.pk for each in begun], wait, connection.max_concurrency, came)
    found = {each.pk: each for each in FOUND.rows([each.pk for each in begun])}
    if len(found) < len(begun):
        raise store.RowsLost
    return [found[each.pk] for each in begun]


def _possible(wait: Wait, connection: Connection) -> Wait:
    """Return how long to wait for iSales. Raises Resting, or NotAnswering between two tries."""
    if connection.resting:
        raise Resting(connection.resting)
    if not connection.is_failing():
        return wait
    if connection.pause_left():
        raise NotAnswering.of(connection)
    return NO_WAIT  # whoever tries it may wait long


def _await(begun: Sequence[int], wait: Wait, lines: int, came: Came | None) -> None:
    """Wait for loads, or for their first rows, and wake loaders as long as any waits for one.

    Where first rows are enough, nobody waits for a rest that will hardly come in time.
    """
    look, is_new, known = LOOK_AGAIN, True, set[int]()
    while True:
        told = NEWS.told
        found = LOOKS.rows(begun)
        loading = [each for each in found if each.status == Snapshot.Status.LOADING]
        if not loading:
            return
        if not all(timestamps.left(each.leased_until, leases.LEASE) for each in loading):
            POOL.wake(is_new=is_new)
        is_new = False
        has_rows = any(each.received for each in found)
        until, left = wait.rest if has_rows else wait.rows, 0.0
        if has_rows and wait.newer < wait.rows:
            left = max(_left(each, lines) for each in loading)
        if time.monotonic() + left > until:
            return
        if came:
            _report([each.pk for each in found if each not in loading], known, came)
        with timing.upstream():
            NEWS.wait(told, min(look, max(0.0, until - time.monotonic())))
        look = min(1.5 * look, LONGEST_LOOK_AT_REST if has_rows else LONGEST_LOOK)


def _report(ended: Sequence[int], known: set[int], came: Came) -> None:
    """Call ``came`` with each load that is whole, unless it is known, as it is then."""
    new = [each for each in ended if each not in known]
    if not new:
        return
    for each in WHOLE.rows(new):
        came(each)
    known.update(new)


def _left(load: Any, lines: int) -> float:
    """Return the seconds that the rest of a load takes at the least, by the pages that came."""
    if load.total is None or not load.received:
        return 0.0
    # The first page went alone, the others go side by side.
    at_once = lines if load.received <= load.limit else 1
    return float(max(0, load.total - load.received) / load.received * load.worked / at_once)


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
