"""A limit on how many requests a worker computes at once; see ``dashboard.http.concurrency``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local

# While one computes, others wait for the database.
AT_ONCE = 3
# The longest wait in line: what holds up those before it is not to hold up all.
PATIENCE = 1.0  # seconds


class ConcurrencyLimit:
    """A limit on how many threads compute at once; the others wait in line, first come first."""

    def __init__(self, most: int, patience: float) -> None:
        self._free, self._patience = most, patience
        self._line: deque[Lock] = deque()
        self._lock, self._own = Lock(), local()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Compute something, once there is room or patience has ended."""
        self._own.waited = 0.0
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def released(self, *, waits: bool = True) -> Iterator[None]:
        """Wait for something else, or compute without Python's lock, while other threads compute.

        Unless it ``waits``, it goes on at once, and the next waits for two to leave. It does
        nothing in a thread that holds no room, as those that load rows do not.
        """
        if not getattr(self._own, "holds", False):
            yield
            return
        self._leave()
        try:
            yield
        finally:
            self._enter(waits=waits)

    def waited(self) -> float:
        """Return for how many seconds this thread has waited in line for what it holds now."""
        return float(self._own.waited)

    def _enter(self, *, waits: bool = True) -> None:
        with self._lock:
            if self._free > 0 or not waits:
                self._free -= 1
                self._own.holds = True
                return
            place = Lock()
            place.acquire()
            self._line.append(place)
        began = time.monotonic()
        self._own.holds = place.acquire(timeout=self._patience) or not self._give_up(place)
        self._own.waited += time.monotonic() - began

    def _give_up(self, place: Lock) -> bool:
        """Leave the line, unless room came just now; return whether it was left."""
        with self._lock:
            if place not in self._line:
                return False
            self._line.remove(place)
            return True

    def _leave(self) -> None:
        if not self._own.holds:
            return
        self._own.holds = False
        with self._lock:
            self._free += 1
            if self._line and self._free > 0:
                self._free -= 1
                self._line.popleft().release()


LIMIT = ConcurrencyLimit(AT_ONCE, PATIENCE)
