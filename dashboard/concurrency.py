"""A limit on how many requests a worker computes at once; see ``dashboard.http.concurrency``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local

from dashboard import postgresql

# While one computes, the other waits for the database.
AT_ONCE = 2
# The longest wait in line: what holds up those before it is not to hold up all.
PATIENCE = 1.0  # seconds
# How many more then compute: each has a connection to the database.
BEYOND = 22
MOMENT = 0.02  # seconds, for one who holds what others wait for, as SQLite's lock of writers


class ConcurrencyLimit:
    """A limit on how many threads compute at once; the others wait in line, first come first.

    Who has waited for ``patience`` seconds computes, too, as long as no more than ``beyond`` do so.
    """

    def __init__(self, most: int, patience: float, beyond: int = BEYOND) -> None:
        self._free, self._patience, self._beyond = most, patience, beyond
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
            postgresql.give_back()

    @contextmanager
    def released(self, *, is_urgent: bool = False) -> Iterator[None]:
        """Wait for something else, or compute without Python's lock, while other threads compute.

        Who ``is_urgent`` waits for the database; it then comes first, and goes on after a moment
        though there is no room. Others can have the connection of who waits for anything else. A
        thread that holds no room, as those that load rows do not, leaves none.
        """
        if not is_urgent:
            postgresql.give_back()
        if not getattr(self._own, "computes", False):
            yield
            return
        self._leave()
        try:
            yield
        finally:
            self._enter(is_urgent=is_urgent)

    def waited(self) -> float:
        """Return for how many seconds this thread has waited in line for what it holds now."""
        return float(self._own.waited)

    def _enter(self, *, is_urgent: bool = False) -> None:
        self._own.computes = self._own.has_room = True
        with self._lock:
            if self._free:
                self._free -= 1
                return
            place = Lock()
            place.acquire()
            self._line.insert(0 if is_urgent else len(self._line), place)
        began, longest = time.monotonic(), MOMENT if is_urgent else self._patience
        while self._own.has_room and not place.acquire(timeout=longest):
            self._own.has_room = not self._gives_up(place, is_urgent=is_urgent)
        self._own.waited += time.monotonic() - began

    def _gives_up(self, place: Lock, *, is_urgent: bool) -> bool:
        """Leave the line, unless room came just now or too many did so; return whether it did."""
        with self._lock:
            if place not in self._line or not (self._beyond > 0 or is_urgent):
                return False
            self._line.remove(place)
            self._beyond -= 1
            return True

    def _leave(self) -> None:
        self._own.computes = False
        with self._lock:
            if not self._own.has_room:
                self._beyond += 1
            elif self._line:
                self._line.popleft().release()
            else:
                self._free += 1


LIMIT = ConcurrencyLimit(AT_ONCE, PATIENCE)
