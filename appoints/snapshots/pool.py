"""The loaders of this process: a few threads that work the queue until it is empty."""

from __future__ import annotations

import logging
import time
from collections import Counter
from threading import Lock, Thread

from django.conf import settings
from django.db import Error
from django.db import connection as database

from appoints.snapshots import loader, queue, retention
from appoints.snapshots.models import Snapshot

LOOK_AGAIN = 0.05  # seconds between two looks at an empty queue

logger = logging.getLogger(__name__)


class Pool:
    """At most APPOINTS_LOADERS threads, one of which is always left for another connection."""

    def __init__(self) -> None:
        self._threads = 0
        self._loads: Counter[int] = Counter()  # by connection
        self._empty_until = 0.0
        self._counting, self._taking = Lock(), Lock()

    def wake(self) -> None:
        """Start one more loader thread, if the limit allows; a snapshot waits."""
        with self._counting:
            is_empty = time.monotonic() < self._empty_until
            if is_empty or self._threads >= settings.APPOINTS_LOADERS:
                return
            self._threads += 1
        Thread(target=self._work, name=f"load-{self._threads}", daemon=True).start()

    def _work(self) -> None:
        try:
            while snapshot := self._next():
                try:
                    loader.run(snapshot)
                    retention.purge()
                finally:
                    with self._counting:
                        self._loads[snapshot.connection_id] -= 1
        except Error as error:
            # What waits is taken by the next loader that is woken.
            logger.warning("the queue cannot be read: %s", error)
        finally:
            database.close()
            with self._counting:
                self._threads -= 1

    def _next(self) -> Snapshot | None:
        with self._taking:
            most = max(1, settings.APPOINTS_LOADERS - 1)
            full = {pk for pk, loads in self._loads.items() if loads >= most}
            snapshot = queue.take_next(but=full)
            if snapshot is None:
                self._empty_until = time.monotonic() + LOOK_AGAIN
                return None
            with self._counting:
                self._loads[snapshot.connection_id] += 1
            return snapshot


POOL = Pool()
