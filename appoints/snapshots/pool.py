"""The loaders of this process: a few threads that work the queue until it is empty."""

from __future__ import annotations

import atexit
import logging
import time
from collections import Counter
from collections.abc import Collection
from threading import Event, Lock, Thread, current_thread

from django.conf import settings
from django.db import Error
from django.db import connection as database

from appoints.snapshots import crew, loader, news, queue, retention
from appoints.snapshots.models import Snapshot

PURGED_EVERY = 5.0  # seconds
LOOK_AGAIN = 0.05  # seconds between two looks at an empty queue
HAND_OVER = 5.0  # seconds that an ending process waits for calls under way

logger = logging.getLogger(__name__)


class Pool:
    """At most APPOINTS_LOADERS threads, one of which is always left for another connection."""

    def __init__(self) -> None:
        self._threads: set[Thread] = set()
        self._loads: Counter[int] = Counter()  # by connection
        self._empty_until = 0.0
        self._counting, self._taking = Lock(), Lock()
        self._ending, self._purge_at = Event(), 0.0
        self._order: list[Snapshot] = []  # what waited, and when that was read
        self._read = 0.0

    def wake(self, *, is_new: bool = False) -> None:
        """Start one more loader thread, if the limit allows; a snapshot waits.

        ``is_new``: since now, so that the queue is no longer empty.
        """
        with self._counting:
            if is_new:
                self._empty_until = self._read = 0.0
            is_empty = time.monotonic() < self._empty_until
            is_full = len(self._threads) >= settings.APPOINTS_LOADERS
            if is_empty or is_full or self._ending.is_set():
                return
            name = f"load-{len(self._threads) + 1}"
            thread = Thread(target=self._work, name=name, daemon=True)
            self._threads.add(thread)
            thread.start()

    def hand_over(self) -> None:
        """Give all loads back, for other workers to go on with at once; take no more."""
        self._ending.set()
        until = time.monotonic() + HAND_OVER
        with self._counting:
            threads = [*self._threads]
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        crew.await_calls(until)

    def _work(self) -> None:
        try:
            while snapshot := self._next():
                try:
                    loader.run(snapshot, self._ending)
                    news.tell()
                    self._purge()
                finally:
                    with self._counting:
                        self._loads[snapshot.connection_id] -= 1
        except Error as error:
            # What waits is taken by the next loader that is woken.
            logger.warning("the queue cannot be read: %s", error)
        finally:
            database.close()
            with self._counting:
                self._threads.discard(current_thread())

    def _purge(self) -> None:
        """Drop old snapshots now and then: after each of many small loads it would cost as much."""
        with self._counting:
            is_due = time.monotonic() >= self._purge_at
            self._purge_at = time.monotonic() + PURGED_EVERY if is_due else self._purge_at
        if is_due:
            retention.purge()

    def _next(self) -> Snapshot | None:
        with self._taking:
            if self._ending.is_set():
                return None
            most = max(1, settings.APPOINTS_LOADERS - 1)
            full = {pk for pk, loads in self._loads.items() if loads >= most}
            snapshot = self._take_next(full)
            if snapshot is None:
                self._empty_until = time.monotonic() + LOOK_AGAIN
                return None
            with self._counting:
                self._loads[snapshot.connection_id] += 1
            return snapshot

    def _take_next(self, full: Collection[int]) -> Snapshot | None:
        """Take what is next; threads that are woken together read the queue once."""
        is_known = time.monotonic() < self._read + LOOK_AGAIN
        if is_known and (snapshot := queue.take_next(full, self._order)):
            return snapshot
        self._order, self._read = queue.in_order(full), time.monotonic()
        return queue.take_next(full, self._order)


POOL = Pool()
# When the server's graceful stop is over, or a command has ended.
atexit.register(POOL.hand_over)
