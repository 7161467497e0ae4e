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
from weakref import WeakSet

from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.errors import Busy, Resting
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import TooFast
from appoints.snapshots.frame import Fetched
from appoints.snapshots.turns import FIRST, FURTHER, Held, turns_of

STEP_ASIDE = 0.1  # seconds in which another worker that waits for a line finds it
LINE_WAIT = 5 * 60.0  # seconds for a free line; loads wait for each other's
LINE_LOOK = 5.0  # seconds after which a waiting thread checks whether it may stop
PAGE_BUDGET = 45.0  # seconds for a page, tries and pace included
QUIET_RETRIES = 3  # times that a page waits when iSales asks for quiet
LONGEST_QUIET = 60.0  # seconds
SHORT_QUIET = 2.0  # seconds
TICK = 0.25  # seconds

SHARED_THREADS = threading.BoundedSemaphore(settings.APPOINTS_SHARED_FETCHERS)
_THREADS: WeakSet[threading.Thread] = WeakSet()

Returned = TypeVar("Returned")
Arrival = tuple[Fetched, int]  # a page, and the total that iSales reported with it


def pages(
    connection: Connection, criteria: Criteria, limit: int, offsets: Iterable[int]
) -> Iterator[Arrival | None]:
    """Yield the pages at ``offsets`` as they arrive, and None at each tick without one.

    Raises what a call to iSales raises; no page is asked for once the caller has left. What the
    caller takes out of a deque of offsets is not asked for either.
    """
    wanted = offsets if isinstance(offsets, deque) else deque(offsets)
    fetch = _Fetch(connection.pk, criteria, limit, wanted)
    most = min(len(wanted), connection.max_concurrency)
    try:
        while not fetch.is_done:
            fetch.start_threads(most)
            try:
                found = fetch.arrived.get(timeout=TICK)
            except Empty:
                yield None
                continue
            if isinstance(found, Exception):
                raise found
            fetch.end_one()
            yield found
    finally:
        fetch.stop.set()


def await_calls(until: float) -> None:
    """Wait for calls under way, at most until then (monotonic): their lines are free after them."""
    for thread in list(_THREADS):
        thread.join(max(0.0, until - time.monotonic()))


class _Fetch:
    """The offsets that are wanted, the pages that arrived, and the threads between them."""

    def __init__(
        self, connection_id: int, criteria: Criteria, limit: int, wanted: deque[int]
    ) -> None:
        self.connection_id = connection_id
        self.criteria = criteria
        self.limit = limit
        self.wanted = wanted
        self.arrived: Queue[Arrival | Exception] = Queue()
        self.stop = threading.Event()
        self.threads = 0
        self._out, self._taking = 0, threading.Lock()  # pages that are asked for and not yielded
        self.rank = FIRST if 0 in wanted else FURTHER
        # Somebody may look at an empty page, and rather hears of a quiet than waits for the first.
        self.longest_quiet = SHORT_QUIET if 0 in wanted else LONGEST_QUIET

    @property
    def is_done(self) -> bool:
        """Whether no page is wanted any more, and none is out."""
        with self._taking:
            return not self.wanted and not self._out

    def end_one(self) -> None:
        """Count a page as yielded."""
        with self._taking:
            self._out -= 1

    def _take(self) -> int:
        with self._taking:
            offset = self.wanted.popleft()
            self._out += 1
            return offset

    def start_threads(self, most: int) -> None:
        """Start this load's own thread, and shared ones as far as there are any."""
        if not self.threads:
            _start(self._run)
            self.threads = 1
        while self.wanted and self.threads < most and SHARED_THREADS.acquire(blocking=False):
            self.threads += 1
            _start(self._run, then=SHARED_THREADS.release)

    def _run(self) -> None:
        """Fetch pages until none is wanted; put errors into the queue too."""
        try:
            connection = Connection.objects.get(pk=self.connection_id)
            while self.wanted and not self.stop.is_set():
                held = self._retried(partial(self._line, connection))
                try:
                    self._fetch_slice(held)
                except BaseException:
                    held.until = 0.0  # nobody goes on with a line that failed
                    raise
                finally:
                    turns_of(connection.pk, connection.max_concurrency).give_back(held)
                if held.line.is_wanted:
                    self.stop.wait(STEP_ASIDE)
        except IndexError:
            return  # another thread took the last one
        except Exception as error:  # noqa: BLE001 the caller raises it
            # At once: another thread's next call after a 401 may lock this server's address.
            self.stop.set()
            # A thread that finds the connection at rest raises the same as the one refused.
            self.arrived.put(error.cause if isinstance(error, Resting) else error)
        finally:
            database.close()

    def _fetch_slice(self, held: Held) -> None:
        line = held.line
        turns = turns_of(line.connection.pk, line.connection.max_concurrency)
        while not held.is_over:
            if self.stop.is_set() or not self.wanted:
                return
            offset = self._take()
            call = partial(line.list_page, self.criteria, offset, self.limit, budget=PAGE_BUDGET)
            page = self._retried(call)
            fetched = Fetched(offset, page.rows, timezone.now(), line.took)
            self.arrived.put((fetched, page.total))
            if self.rank > FIRST and (line.is_wanted or turns.is_wanted):
                return

    def _line(self, connection: Connection) -> Held:
        """Return a line, and take a turn for it; where there is none, nothing is taken."""
        until = time.monotonic() + LINE_WAIT
        turns = turns_of(connection.pk, connection.max_concurrency)
        while not turns.take(self.rank, LINE_LOOK):
            if self.stop.is_set() or time.monotonic() > until:
                raise Busy("all lines to iSales are in use", 1.0)
        try:
            return turns.take_over() or self._limited(connection, until)
        except BaseException:
            turns.give_back()
            raise

    def _limited(self, connection: Connection, until: float) -> Held:
        stack = ExitStack()
        while True:
            try:
                is_urgent = self.rank == FIRST
                line = limiter.line(connection, wait=LINE_LOOK, is_urgent=is_urgent)
                return Held(stack.enter_context(line), stack.close)
            except Busy:
                if self.stop.is_set() or time.monotonic() > until:
                    raise

    def _retried(self, ask: Callable[[], Returned]) -> Returned:
        """Return what ``ask`` returns; wait and repeat while iSales asks for quiet."""
        for _ in range(QUIET_RETRIES):
            try:
                return ask()
            except TooFast as error:
                if (error.retry_after or 0) > self.longest_quiet:
                    raise
                self.stop.wait(error.retry_after or 1.0)
        return ask()


def _start(work: Callable[[], None], then: Callable[[], None] = lambda: None) -> None:
    def run() -> None:
        try:
            work()
        finally:
            then()

    thread = threading.Thread(target=run, name="fetch", daemon=True)
    _THREADS.add(thread)
    thread.start()
