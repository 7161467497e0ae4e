"""Fetch pages side by side: as many hands as the connection has lines, each holding one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from queue import Empty, Queue
from typing import TypeVar

from django.db import connection as database
from django.utils import timezone

from appoints import gateway
from appoints.isales.client import Criteria
from appoints.isales.errors import TooFast
from appoints.models import Connection

from .frame import Fetched

SLICE = 10  # pages that a line is held for
LINE_WAIT = 60.0  # seconds for a free line
PAGE_BUDGET = 45.0  # seconds for a page, tries and pace included
PATIENCE = 3  # times that a page waits when iSales asks for quiet
LONGEST_QUIET = 60.0  # seconds
TICK = 1.0  # seconds

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
    for _ in range(min(missing, connection.max_concurrency)):
        hand = (connection.pk, criteria, limit, wanted, came, stop, patience)
        threading.Thread(target=_work, args=hand, daemon=True).start()
    try:
        while missing:
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
                line = _patiently(partial(_line, connection, held), stop, patience)
                for _ in range(SLICE):
                    if stop.is_set() or not wanted:
                        return
                    offset = wanted.popleft()
                    asked = partial(line.list_page, criteria, offset, limit, budget=PAGE_BUDGET)
                    page = _patiently(asked, stop, patience)
                    came.put((Fetched(offset, page.rows, timezone.now()), page.total))
    except IndexError:
        return  # another hand took the last one
    except Exception as error:  # noqa: BLE001 whatever it is, the one who waits must hear of it
        # At once: another hand's next call after a 401 may lock this server's address.
        stop.set()
        came.put(error)
    finally:
        database.close()


def _line(connection: Connection, held: ExitStack) -> gateway.Line:
    return held.enter_context(gateway.line(connection, wait=LINE_WAIT))


def _patiently(ask: Callable[[], Answer], stop: threading.Event, patience: int) -> Answer:
    """Return what is asked for; wait as long, and as often, as iSales asks not to be called."""
    for _ in range(patience):
        try:
            return ask()
        except TooFast as error:
            if isinstance(error, gateway.Busy) or (error.retry_after or 0) > LONGEST_QUIET:
                raise
            stop.wait(error.retry_after or 1.0)
    return ask()
