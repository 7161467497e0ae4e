"""The turn of a load: what it asks for, as long as somebody waits for it and nobody goes first."""

from __future__ import annotations

import time
from collections import deque
from math import inf
from threading import Event

from django.utils import timezone

from appoints.snapshots import leases, queue, store
from appoints.snapshots.arrived import Arrived
from appoints.snapshots.models import Snapshot
from dashboard.prepared import Prepared

SHOWN_EVERY = 1.0  # seconds between two writes of chunks that are still growing
WRITTEN_EVERY = 0.3  # … and of full ones: each write is a transaction
HEARTBEAT = 3.0  # seconds between two renewals of the lease
FEW = 3  # pages, for which a load gives way to nobody
LOOK_AROUND = 0.5  # seconds between two looks at who else waits
LENGTH = 10.0  # seconds after which a load gives way to whoever waits
WANTED = Prepared(lambda pk: Snapshot.objects.filter(pk=pk).values_list("wanted", flat=True))


class Paused(Exception):
    """Nobody waits any more, others go first, or this process ends; rows so far are kept."""


class LoadTurn:
    """The lease holder's time with a snapshot; ``wanted`` are pages that are still to be asked for.

    Once ``stop`` is set, the lease is given back, so that another worker goes on at once.
    """

    def __init__(self, snapshot: Snapshot, arrived: Arrived, stop: Event | None) -> None:
        self.snapshot = snapshot
        self.arrived = arrived
        self.stop = stop or Event()
        self.wanted: deque[int] = deque()  # by offset
        self.gives_way = False
        self._begun = self._written = self._last_heartbeat = time.monotonic()
        self._looked_around = self._begun

    def begin_rest(self) -> bool:
        """Have the first page written; tell whether the others may be asked for."""
        if self._is_long():
            self._look_around()
            self._written = -inf
        return not self.gives_way

    def heartbeat(self) -> None:
        """Write full chunks and renew the lease. Raises Paused."""
        if self.stop.is_set():
            raise Paused
        if time.monotonic() - self._looked_around > LOOK_AROUND and self._is_long():
            self._look_around()
        if self._write():
            self._written = time.monotonic()  # which renewed the lease too
        elif time.monotonic() - self._last_heartbeat < HEARTBEAT:
            return
        else:
            leases.keep(self.snapshot)
        self._last_heartbeat = time.monotonic()
        self.snapshot.wanted = next(iter(WANTED.rows(self.snapshot.pk)), self.snapshot.wanted)
        if timezone.now() - self.snapshot.wanted > store.UNWANTED:
            raise Paused

    def _look_around(self) -> None:
        """Ask for no further page where somebody else has no row yet, or waits for long."""
        self._looked_around = time.monotonic()
        had_its_turn = self._looked_around - self._begun > LENGTH
        self.gives_way = queue.others_wait(self.snapshot, without_rows=not had_its_turn)
        if self.gives_way:
            self.wanted.clear()

    def _is_long(self) -> bool:
        return (self.snapshot.total or 0) - self.arrived.received > FEW * self.snapshot.limit

    def _write(self) -> bool:
        """Write what it is time for, as while the last pages are out; tell if there was any."""
        if (since := time.monotonic() - self._written) > SHOWN_EVERY:
            return self.arrived.write_all()
        return (since > WRITTEN_EVERY or not self.wanted) and self.arrived.write_full()
