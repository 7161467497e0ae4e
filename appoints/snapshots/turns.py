"""Turns at a connection's lines within this process: first pages first, then first come first."""

from __future__ import annotations

from bisect import insort
from functools import lru_cache
from itertools import count
from threading import Condition

FIRST, FURTHER = 0, 1  # pages of a load


class Turns:
    """As many turns as the connection has lines; these, which all workers share, are taken then."""

    def __init__(self, lines: int) -> None:
        self._free = lines
        self._waiting: list[tuple[int, int]] = []
        self._tickets = count()
        self._changed = Condition()

    def take(self, rank: int, timeout: float) -> bool:
        """Take a turn, before all of a later rank; tell whether one came in time (seconds)."""
        with self._changed:
            ticket = rank, next(self._tickets)
            insort(self._waiting, ticket)
            taken = self._changed.wait_for(
                lambda: self._free > 0 and self._waiting[0] == ticket, timeout
            )
            self._free -= taken
            self._waiting.remove(ticket)
            self._changed.notify_all()
            return taken

    def give_back(self) -> None:
        """End a turn."""
        with self._changed:
            self._free += 1
            self._changed.notify_all()

    @property
    def is_wanted(self) -> bool:
        """Whether a first page waits."""
        with self._changed:
            return bool(self._waiting) and self._waiting[0][0] == FIRST


@lru_cache(maxsize=64)
def turns_of(connection_id: int, lines: int) -> Turns:
    """Return the turns at the lines of a connection."""
    return Turns(lines)
