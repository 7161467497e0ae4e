"""Fetch pages side by side: as many hands as the connection has lines, each holding one.

Each load has one hand of its own; all loads of this process share a number of others, so that
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
LINE_LOOK = 5.0  # seconds after which a hand that waits sees whether it may stop
PAGE_BUDGET = 45.0  # seconds for a page, tries and pace included
PATIENCE = 3  # times that a page waits when iSales asks for quiet
LONGEST_QUIET = 60.0  # seconds
TICK = 1.0  # seconds

SHARED = threading.BoundedSemaphore(settings.APPOINTS_SHARED_HANDS)

Answer = TypeVar("Answer")
Came = tuple[Fetched, int]  # a page, and the total that iSales reported with it


def pages(
    connection: Connection, criteria: Criteria, limit: int, offsets: Iterable[int]
) -> Iterator[Came | None]:
    """Yield the pages at ``offsets`` as they come, and None at each tick without one.

    Raises what a call to iSales raises; no page is asked for once the caller has left.
    """
    wanted = deque(offsets)
    missing = len(wanted)
    came: Queue[Came | Exception] = Queue()
    stop = threading.Event()
    # A first page that cannot come now is told at once, for somebody waits before an empty page.
    patience = 0 if 0 in wanted else PATIENCE
    work = partial(_work, connection.pk, criteria, limit, wanted, came, stop, patience)
    hands, most = 1, min(missing, connection.max_concurrency)
    if wanted:
        _start(work)
    try:
        while missing:
            while wanted and hands < most and SHARED.acquire(blocking=False):
                hands += 1
                _start(work, then=SHARED.release)
            try:
                found = came.get(timeout=TICK)
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

    threading.Thread(target=run, name="hand", daemon=True).start()


def _work(
    connection_id: int,
    criteria: Criteria,
    limit: int,
    wanted: deque[int],
    came: Queue[Came | Exception],
    stop: threading.Event,
    patience: int,
) -> None:
    """Fetch pages over one line at a time until none is wanted; what goes wrong comes too."""
    try:
        connection = Connection.objects.get(pk=connection_id)
        while wanted and not stop.is_set():
            with ExitStack() as held:
                line = _patiently(partial(_line, connection, held, stop), stop, patience)
                for _ in range(SLICE):
                    if stop.is_set() or not wanted:
                        return
                    offset = wanted.popleft()
                    asked = partial(line.list_page, criteria, offset, limit, budget=PAGE_BUDGET)
                    page = _patiently(asked, stop, patience)
                    fetched = Fetched(offset, page.rows, timezone.now(), line.took)
                    came.put((fetched, page.total))
    except IndexError:
        return  # another hand took the last one
    except Exception as error:  # noqa: BLE001 whatever it is, the one who waits must hear of it
        # At once: another hand's next call after a 401 may lock this server's address.
        stop.set()
        # A hand that found the connection at rest tells why, as the one that was refused does.
        came.put(error.cause if isinstance(error, Resting) else error)
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


def _patiently(ask: Callable[[], Answer], stop: threading.Event, patience: int) -> Answer:
    """Return what is asked for; wait as long, and as often, as iSales asks not to be called."""
    for _ in range(patience):
        try:
            return ask()
        except TooFast as error:
            if (error.retry_after or 0) > LONGEST_QUIET:
                raise
            stop.wait(error.retry_after or 1.0)
    return ask()
