"""Fetch pages in parallel: one thread for each line of the connection at the most.

Each load has one thread of its own; all loads of this process share a number of others, so that
threads and database connections stay few however many loads there are.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from queue import Empty, Queue
from typing import TypeVar

from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.errors import Busy, Resting
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import TooFast
from appoints.snapshots.frame import Fetched

SLICE = 10  # pages that a line is held for
LINE_WAIT = 5 * 60.0  # seconds for a free line; loads wait for each other's
LINE_LOOK = 5.0  # seconds after which a waiting thread checks whether it may stop
PAGE_BUDGET = 45.0  # seconds for a page, tries and pace included
QUIET_RETRIES = 3  # times that a page waits when iSales asks for quiet
LONGEST_QUIET = 60.0  # seconds
TICK = 1.0  # seconds

SHARED_THREADS = threading.BoundedSemaphore(settings.APPOINTS_SHARED_FETCHERS)

Answer = TypeVar("Answer")
Arrival = tuple[Fetched, int]  # a page, and the total that iSales reported with it


def pages(
    connection: Connection, criteria: Criteria, limit: int, offsets: Iterable[int]
) -> Iterator[Arrival | None]:
    """Yield the pages at ``offsets`` as they arrive, and None at each tick without one.

    Raises what a call to iSales raises; no page is asked for once the caller has left.
    """
    wanted = deque(offsets)
    missing = len(wanted)
    arrived: Queue[Arrival | Exception] = Queue()
    stop = threading.Event()
    # The first page fails at once when iSales asks for quiet, for somebody looks at an empty page.
    retries = 0 if 0 in wanted else QUIET_RETRIES
    work = partial(_work, connection.pk, criteria, limit, wanted, arrived, stop, retries)
    threads, most = 1, min(missing, connection.max_concurrency)
    if wanted:
        _start(work)
    try:
        while missing:
            while wanted and threads < most and SHARED_THREADS.acquire(blocking=False):
                threads += 1
                _start(work, then=SHARED_THREADS.release)
            try:
                found = arrived.get(timeout=TICK)
            except Empty:
                yield None
                continue
            if isinstance(found, Exception):
                raise found
            missing -= 1
            yield found
    finally:
        stop.set()


def _start(work: Callable[[], None], then: Callable[[], None] = lambda: None) -> None:
    def run() -> None:
        try:
            work()
        finally:
            then()

    threading.Thread(target=run, name="fetch", daemon=True).start()


def _work(
    connection_id: int,
    criteria: Criteria,
    limit: int,
    wanted: deque[int],
    arrived: Queue[Arrival | Exception],
    stop: threading.Event,
    retries: int,
) -> None:
    """Fetch pages over one line at a time until none is wanted; put errors into the queue too."""
    try:
        connection = Connection.objects.get(pk=connection_id)
        while wanted and not stop.is_set():
            with ExitStack() as held:
                line = _retried(partial(_line, connection, held, stop), stop, retries)
                for _ in range(SLICE):
                    if stop.is_set() or not wanted:
                        return
                    offset = wanted.popleft()
                    asked = partial(line.list_page, criteria, offset, limit, budget=PAGE_BUDGET)
                    page = _retried(asked, stop, retries)
                    fetched = Fetched(offset, page.rows, timezone.now(), line.took)
                    arrived.put((fetched, page.total))
    except IndexError:
        return  # another thread took the last one
    except Exception as error:  # noqa: BLE001 the caller raises it
        # At once: another thread's next call after a 401 may lock this server's address.
        stop.set()
        # A thread that finds the connection at rest raises the same as the one that was refused.
        arrived.put(error.cause if isinstance(error, Resting) else error)
    finally:
        database.close()


def _line(connection: Connection, held: ExitStack, stop: threading.Event) -> limiter.Line:
    until = time.monotonic() + LINE_WAIT
    while True:
        try:
            return held.enter_context(limiter.line(connection, wait=LINE_LOOK))
        except Busy:
            if stop.is_set() or time.monotonic() > until:
                raise


def _retried(ask: Callable[[], Answer], stop: threading.Event, retries: int) -> Answer:
    """Return what ``ask`` returns; wait and repeat while iSales asks for quiet."""
    for _ in range(retries):
        try:
            return ask()
        except TooFast as error:
            if (error.retry_after or 0) > LONGEST_QUIET:
                raise
            stop.wait(error.retry_after or 1.0)
    return ask()
