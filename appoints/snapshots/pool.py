"""The loaders of this process: a few threads that work the queue until it is empty."""

from __future__ import annotations

import atexit
import logging
import time
from collections import Counter
from collections.abc import Collection
from threading import Condition, Event, Lock, Thread, current_thread

from django.conf import settings
from django.db import Error
from django.db import connection as database

from appoints.snapshots import crew, loader, queue, retention
from appoints.snapshots.models import Snapshot
from appoints.snapshots.news import NEWS
from dashboard.concurrency import LIMIT
from dashboard.database import close_moved

PURGED_EVERY = 5.0  # seconds
OVERDUE = 30.0  # seconds
# Seconds in which a thread waits for the next load, its connection to SQLite open: to open one and
# read the schema takes longer than all that a load asks before its first call.
IDLE = 5.0
LOOK_AGAIN = 0.05  # seconds between two looks at an empty queue
BEHIND = 0.05  # seconds in which whoever waited for a load goes first, and may ask for more
HAND_OVER = 5.0  # seconds that an ending process waits for calls under way

logger = logging.getLogger(__name__)


class Pool:
    """At most APPOINTS_LOADERS threads, one of which is always left for another connection."""

    def __init__(self) -> None:
        self._threads: set[Thread] = set()
        self._loads: Counter[int] = Counter()  # by connection
        self._empty_until = 0.0
        self._counting, self._taking = Condition(), Lock()
        self._idle = self._woken = 0  # threads that wait, and how many of them are to go on
        self._wakes = 0
        self._dismissals = 0
        self._ending, self._purge_at = Event(), time.monotonic()
        self._order: list[Snapshot] = []  # what waited, and when that was read
        self._read = 0.0

    def wake(self, *, is_new: bool = False) -> None:
        """Let an idle loader thread go on, or start one if the limit allows; snapshots wait.

        It wakes the next one as long as more wait, so that the first load begins at once.
        ``is_new``: since now, so that the queue is no longer empty.
        """
        with self._counting:
            if is_new:
                self._empty_until = self._read = 0.0
            is_empty = time.monotonic() < self._empty_until
            if is_empty or self._ending.is_set():
                return
            self._wakes += 1
            if self._woken < self._idle:
                self._woken += 1
                self._counting.notify()
            elif len(self._threads) < settings.APPOINTS_LOADERS:
                name = f"load-{len(self._threads) + 1}"
                thread = Thread(target=self._work, name=name, daemon=True)
                thread.start()
                self._threads.add(thread)

    def hand_over(self) -> None:
        """Give all loads back, for other workers to go on with at once; take no more."""
        self._ending.set()
        self.await_loads(time.monotonic() + HAND_OVER)

    def await_loads(self, until: float) -> None:
        """Wait for loads and their calls, at most until then (monotonic); no thread stays idle."""
        ending: set[Thread] = set()
        while (threads := self._dismissed()) and time.monotonic() < until:
            ending |= threads
            threads.pop().join(LOOK_AGAIN)
        for thread in ending:
            thread.join(max(0.0, until - time.monotonic()))
        crew.await_calls(until)

    def _dismissed(self) -> set[Thread]:
        """Let idle threads end; return those that have not ended."""
        with self._counting:
            self._dismissals += 1
            self._counting.notify_all()
            return {*self._threads}

    def _work(self) -> None:
        try:
            while True:
                before = self._wakes
                if snapshot := self._next():
                    self._load(snapshot)
                elif not self._wait(before):
                    break
        except Error as error:
            # What waits is taken by the next loader that is woken.
            logger.warning("the queue cannot be read: %s", error)
        except Exception:
            logger.exception("a loader broke off")
        finally:
            database.close()
            with self._counting:
                self._threads.discard(current_thread())

    def _load(self, snapshot: Snapshot) -> None:
        try:
            loader.run(snapshot, self._ending)
        finally:
            with self._counting:
                self._loads[snapshot.connection_id] -= 1
        before = self._wakes
        NEWS.tell()
        others_wait = bool(self._order) or self._await_wake(before, BEHIND) is None
        self._purge(overdue=OVERDUE if others_wait else 0.0)

    def _wait(self, wakes: int) -> bool:
        """Wait a while for a load to come; tell whether one may have since so many wakes."""
        missed = self._await_wake(wakes, IDLE)
        if missed is None:
            return True
        database.close()  # once this thread counts as ended, another may start
        with self._counting:
            if self._wakes == missed:
                self._threads.discard(current_thread())
            return self._wakes > missed

    def _await_wake(self, wakes: int, seconds: float) -> int | None:
        """Wait for a wake after so many; return how many there were where none was for this."""
        with LIMIT.released(), self._counting:
            if self._wakes > wakes:
                return None
            before, self._idle = self._dismissals, self._idle + 1
            self._counting.wait_for(lambda: self._woken or self._dismissals > before, seconds)
            self._idle -= 1
            if self._woken:
                self._woken -= 1
                return None
            return self._wakes

    def _purge(self, overdue: float) -> None:
        """Drop old snapshots now and then: after each of many small loads it would cost as much.

        So many seconds later than usual at the earliest, for others wait.
        """
        with self._counting:
            now = time.monotonic()
            is_due = now >= self._purge_at + overdue
            self._purge_at = now + PURGED_EVERY if is_due else self._purge_at
        if is_due:
            retention.purge()

    def _next(self) -> Snapshot | None:
        close_moved()
        with self._taking:
            if self._ending.is_set():
                return None
            snapshot = self._take_next(self._full())
            if snapshot is None:
                self._empty_until = time.monotonic() + LOOK_AGAIN
                return None
            with self._counting:
                self._loads[snapshot.connection_id] += 1
            full = self._full()
            if any(each.connection_id not in full for each in self._order):
                self.wake()
            return snapshot

    def _full(self) -> set[int]:
        """Return the connections of which no further load is taken."""
        most = max(1, settings.APPOINTS_LOADERS - 1)
        return {pk for pk, loads in self._loads.items() if loads >= most}

    def _take_next(self, full: Collection[int]) -> Snapshot | None:
        """Take what is next; threads that are woken together read the queue once."""
        if time.monotonic() < self._read + LOOK_AGAIN and self._order:
            if all(each.connection_id in full for each in self._order):
                return None
            if snapshot := queue.take_next(full, self._order):
                return snapshot
        self._order, self._read = queue.in_order(full), time.monotonic()
        return queue.take_next(full, self._order)


POOL = Pool()
# When the server's graceful stop is over, or a command has ended.
atexit.register(POOL.hand_over)
