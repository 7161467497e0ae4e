"""The threads of this process that fetch pages over one connection, for all of its loads.

A thread keeps its line to iSales and goes on with the pages of any load: to give a line back and
take another writes to the database. First pages go first; of the others, a load has a line for a
while, then the next has it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from weakref import WeakSet

from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.errors import Busy, Resting
from appoints.connections.limiter import Line
from appoints.connections.models import Connection
from appoints.isales.errors import TooFast
from appoints.snapshots.frame import Fetched
from appoints.snapshots.page_queue import PageQueue

SLICE = 1.5  # seconds for which a line is held, or one page where another worker waits for it
LINGER = 0.05  # seconds in which a load that got a page asks for the next ones
STEP_ASIDE = 0.1  # seconds in which another worker that waits for a line finds it
LINE_WAIT = 5 * 60.0  # seconds for a free line; loads wait for each other's
LINE_LOOK = 0.25  # seconds after which a waiting thread checks what it waits for
PAGE_BUDGET = 45.0  # seconds for a page, tries and pace included

SHARED_THREADS = threading.BoundedSemaphore(settings.APPOINTS_SHARED_FETCHERS)
_THREADS: WeakSet[threading.Thread] = WeakSet()

logger = logging.getLogger(__name__)


@dataclass
class Held:
    """A line, how to give it back to all workers, and since when it is held (monotonic)."""

    line: Line
    release: Callable[[], object]
    since: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Whether others are to have the line."""
        return time.monotonic() > self.since + SLICE

    def serves(self, queue: PageQueue) -> bool:
        """Tell whether a queue's pages may go over the line: not where the endpoint changed."""
        is_newer = self.since >= queue.added
        return is_newer or self.line.connection.endpoint_fingerprint() == queue.endpoint


class Crew:
    """Threads of one connection, and the queues of pages that they serve.

    Each queue brings a thread of its own; all crews of this process share a number of others, so
    that threads and database connections stay few however many loads there are.
    """

    def __init__(self, connection_id: int) -> None:
        self.connection_id = connection_id
        self._queues: list[PageQueue] = []  # whose turn is next, first
        self._changed = threading.Condition()
        self._threads = self._own = self._busy = 0

    def add(self, queue: PageQueue) -> None:
        """Serve a queue from now on."""
        with self._changed:
            self._queues.append(queue)
            self._changed.notify_all()

    def remove(self, queue: PageQueue) -> None:
        """Ask for no further page of a queue."""
        queue.stop.set()
        with self._changed:
            self._queues.remove(queue)

    def start_threads(self, most: int) -> None:
        """Start as many threads as pages are to be asked for, at most so many in all."""
        for each in self._new_fetchers(most):
            _start(each.run)

    def _new_fetchers(self, most: int) -> list[_Fetcher]:
        """Return what is to work in threads of its own; these count from now on."""
        fetchers: list[_Fetcher] = []
        with self._changed:
            wanted = sum(each.ready for each in self._queues)
            free = self._threads - self._busy
            for _ in range(min(wanted - free, most - self._threads)):
                is_own = self._own < len(self._queues)
                if not is_own and not SHARED_THREADS.acquire(blocking=False):
                    break
                self._threads += 1
                self._own += is_own
                fetchers.append(_Fetcher(self, is_own=is_own))
        return fetchers

    def next(self, last: PageQueue | None, wait: float) -> PageQueue | None:
        """Return the queue to go on with after another one; None where none comes (seconds)."""
        with self._changed:
            self._changed.wait_for(lambda: self._chosen(last), wait)
            return self._chosen(last)

    def next_or_end(self, last: PageQueue | None, *, is_own: bool) -> PageQueue | None:
        """Return the queue to go on with at once; where there is none, count a thread as ended."""
        with self._changed:
            if chosen := self._chosen(last):
                return chosen
            self._threads -= 1
            self._own -= is_own
        if not is_own:
            SHARED_THREADS.release()
        return None

    def take(self, queue: PageQueue) -> int | None:
        """Return the offset of a page to ask for, which makes a thread busy."""
        with self._changed:
            offset = queue.take()
            self._busy += offset is not None
            return offset

    def end_page(self) -> None:
        """Count a thread as free."""
        with self._changed:
            self._busy -= 1

    def put_last(self, queue: PageQueue) -> None:
        """Let the other queues have their turn."""
        with self._changed:
            if queue in self._queues:
                self._queues.remove(queue)
                self._queues.append(queue)

    def _chosen(self, last: PageQueue | None) -> PageQueue | None:
        ready = [each for each in self._queues if each.ready]
        first = [each for each in ready if each.is_first]
        same = [each for each in ready if each is last]
        return next(iter([*first, *same, *ready]), None)


class _Fetcher:
    """What a thread of a crew does, and the line that it holds."""

    def __init__(self, crew: Crew, *, is_own: bool) -> None:
        self.crew = crew
        self.is_own = is_own
        self.connection = Connection(pk=crew.connection_id)  # read whenever a line is taken
        self.held: Held | None = None
        self.queue: PageQueue | None = None
        self.waits_since = time.monotonic()

    def run(self) -> None:
        """Fetch pages until none is wanted."""
        try:
            while queue := self._next():
                self.queue = queue
                self._serve(queue)
        finally:
            database.close()

    def _next(self) -> PageQueue | None:
        if self.held:
            if queue := self.crew.next(self.queue, LINGER):
                return queue
            self._give_back()
        return self.crew.next_or_end(self.queue, is_own=self.is_own)

    def _serve(self, queue: PageQueue) -> None:
        """Fetch a page, or get a line for it first; errors are the load's to raise."""
        try:
            if self.held and not self.held.serves(queue):
                self._give_back()
            if self.held is None:
                self._take_line(queue)
            elif (offset := self.crew.take(queue)) is not None:
                self._fetch(self.held.line, queue, offset)
                self._share(self.held, queue)
        except Exception as error:  # noqa: BLE001 the load raises it
            queue.stop.set()
            self._give_back()  # nobody goes on with a line that failed
            database.close()  # it may be broken
            # A thread that finds the connection at rest raises the same as the one refused.
            queue.fail(error.cause if isinstance(error, Resting) else error)

    def _take_line(self, queue: PageQueue) -> None:
        """Hold a line if one gets free within a while. Raises what limiter.line raises."""
        stack = ExitStack()
        try:
            line = limiter.line(self.connection, wait=LINE_LOOK, is_urgent=queue.is_first)
            self.held = Held(stack.enter_context(line), stack.close)
            self.waits_since = time.monotonic()
        except TooFast as error:
            if not queue.wait_for_quiet(error):
                raise
        except Busy:
            if time.monotonic() > self.waits_since + LINE_WAIT:
                raise

    def _fetch(self, line: Line, queue: PageQueue, offset: int) -> None:
        try:
            page = line.list_page(queue.criteria, offset, queue.limit, budget=PAGE_BUDGET)
        except TooFast as error:
            if not queue.wait_for_quiet(error):
                raise
            queue.put_back(offset)
            return
        finally:
            self.crew.end_page()
        queue.put((Fetched(offset, page.rows, timezone.now(), line.took), page.total))

    def _share(self, held: Held, queue: PageQueue) -> None:
        """Give the line back where it is another's turn."""
        if held.line.is_wanted:
            self._give_back()
            queue.stop.wait(STEP_ASIDE)
        elif held.is_over:
            self._give_back()
            self.crew.put_last(queue)

    def _give_back(self) -> None:
        held, self.held, self.waits_since = self.held, None, time.monotonic()
        try:
            if held:
                held.release()
        except Exception:  # it is free when its time is over
            logger.exception("connection %s: a line is not given back", self.crew.connection_id)


def await_calls(until: float) -> None:
    """Wait for calls under way, at most until then (monotonic): their lines are free after them."""
    for thread in list(_THREADS):
        thread.join(max(0.0, until - time.monotonic()))


def _start(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work, name="fetch", daemon=True)
    _THREADS.add(thread)
    thread.start()


@lru_cache(maxsize=64)
def crew_of(connection_id: int) -> Crew:
    """Return the threads of this process for a connection."""
    return Crew(connection_id)
