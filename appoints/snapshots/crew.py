"""The threads of this process that fetch pages over one connection, for all of its loads.

A thread keeps its line to iSales and goes on with the pages of any load: to give a line back and
take another writes to the database. First pages go first; of the others, a load has a line for a
while, then the next has it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from weakref import WeakSet

from django.conf import settings

from appoints.snapshots.page_fetcher import PageFetcher
from appoints.snapshots.page_queue import PageQueue

LINGER = 0.05  # seconds in which a load that got a page asks for the next ones
IDLE = 0.5  # seconds in which a thread waits for pages then, its connection to SQLite open

SHARED_THREADS = threading.BoundedSemaphore(settings.APPOINTS_SHARED_FETCHERS)
_THREADS: WeakSet[threading.Thread] = WeakSet()
_CREWS: WeakSet[Crew] = WeakSet()


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
        self._lingering = self._taking = 0  # threads with a line and no page; and about to take one
        self._dismissals = 0
        self._last_turn = 0.0  # monotonic
        _CREWS.add(self)

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
        """Start as many threads as pages are to be asked for, at most so many in all.

        Raises RuntimeError where the machine gives no more.
        """
        fetchers = self._new_fetchers(most)
        while fetchers:
            try:
                _start(fetchers[-1].run)
            except RuntimeError:
                for each in fetchers:
                    self._uncount(is_own=each.is_own)
                raise
            fetchers.pop()

    def _new_fetchers(self, most: int) -> list[PageFetcher]:
        """Return what is to work in threads of its own; these count from now on."""
        fetchers: list[PageFetcher] = []
        with self._changed:
            self._changed.notify_all()
            wanted = sum(each.ready for each in self._queues)
            free = self._threads - self._busy
            for _ in range(min(wanted - free, most - self._threads)):
                is_own = self._own < len(self._queues)
                if not is_own and not SHARED_THREADS.acquire(blocking=False):
                    break
                self._threads += 1
                self._own += is_own
                fetchers.append(PageFetcher(self, is_own=is_own))
        return fetchers

    def next(self, last: PageQueue | None) -> PageQueue | None:
        """Return the queue to go on with after another one; None where none comes for a moment.

        For who has a line.
        """
        with self._changed:
            self._lingering += 1
            self._await(lambda: self._chosen(last) is not None, LINGER)
            self._lingering -= 1
            return self._chosen(last)

    def await_queue(self, last: PageQueue | None) -> PageQueue | None:
        """Wait a while for a queue to take a line for, as nobody has one for its pages.

        Whoever is returned one calls ``end_taking`` once it has a line, or none.
        """
        with self._changed:
            self._await(self._lacks_lines, IDLE)
            return self._taken(last)

    def next_or_end(self, last: PageQueue | None, *, is_own: bool) -> PageQueue | None:
        """Return the queue to take a line for, as above; where there is none, end a thread."""
        with self._changed:
            chosen = self._taken(last)
            if chosen is None:
                self._uncount(is_own=is_own)
            return chosen

    def _taken(self, last: PageQueue | None) -> PageQueue | None:
        chosen = self._chosen(last) if self._lacks_lines() else None
        self._taking += chosen is not None
        return chosen

    def end_taking(self) -> None:
        """Count a thread as one that takes no line any more."""
        with self._changed:
            self._taking -= 1

    def dismiss(self) -> None:
        """Let idle threads end."""
        with self._changed:
            self._dismissals += 1
            self._changed.notify_all()

    def take(self, queue: PageQueue, apart: float) -> int | None:
        """Return the offset of a page to ask for, which makes a thread busy.

        For who has a line. It waits until the call before is so many seconds ago.
        """
        with self._changed:
            now = time.monotonic()
            self._last_turn = turn = max(now, self._last_turn + apart)
            self._lingering += 1
        if turn > now:
            time.sleep(turn - now)
        with self._changed:
            self._lingering -= 1
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

    def _uncount(self, *, is_own: bool) -> None:
        """Count a thread as ended."""
        with self._changed:
            self._threads -= 1
            self._own -= is_own
        if not is_own:
            SHARED_THREADS.release()

    def _await(self, comes: Callable[[], bool], wait: float) -> None:
        """Wait until something comes, at most so many seconds, or idle threads are to end."""
        before = self._dismissals
        self._changed.wait_for(lambda: comes() or self._dismissals > before, wait)

    def _lacks_lines(self) -> bool:
        ready = sum(each.ready for each in self._queues)
        return ready > self._lingering + self._taking

    def _chosen(self, last: PageQueue | None) -> PageQueue | None:
        ready = [each for each in self._queues if each.ready]
        first = [each for each in ready if each.is_first]
        same = [each for each in ready if each is last]
        return next(iter([*first, *same, *ready]), None)


def await_calls(until: float) -> None:
    """Wait for calls under way, at most until then (monotonic): their lines are free after them."""
    while (
        alive := [each for each in list(_THREADS) if each.is_alive()]
    ) and time.monotonic() < until:
        for crew in list(_CREWS):
            crew.dismiss()
        alive[0].join(LINGER)


def _start(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work, name="fetch", daemon=True)
    _THREADS.add(thread)
    thread.start()


@lru_cache(maxsize=64)
def crew_of(connection_id: int) -> Crew:
    """Return the threads of this process for a connection."""
    return Crew(connection_id)
