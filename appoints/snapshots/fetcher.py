"""Fetch pages in parallel: one thread for each line of the connection at the most."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from threading import Event

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.snapshots.crew import crew_of
from appoints.snapshots.page_queue import Arrival, PageQueue

TICK = 0.25  # seconds


def pages(
    connection: Connection,
    criteria: Criteria,
    limit: int,
    offsets: Iterable[int],
    ending: Event | None = None,
) -> Iterator[Arrival | None]:
    """Yield the pages at ``offsets`` as they arrive, and None at each tick without one.

    Raises what a call to iSales raises; no page is asked for once the caller has left, or is to
    leave, which ``ending`` tells. What it takes out of a deque of offsets is not asked for either;
    what it adds is.
    """
    wanted = offsets if isinstance(offsets, deque) else deque(offsets)
    queue = PageQueue(connection, criteria, limit, wanted, ending)
    crew = crew_of(connection.pk)
    crew.add(queue)
    try:
        while not queue.is_done:
            crew.start_threads(connection.max_concurrency)
            arrived = queue.get(TICK)
            yield arrived.read() if arrived else None
    finally:
        crew.remove(queue)


def go_on(connection: Connection) -> None:
    """Let pages be asked for whose offsets have just been added, before the next one is yielded."""
    crew_of(connection.pk).start_threads(connection.max_concurrency)
