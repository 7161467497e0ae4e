"""Turns at a connection's lines within this process: first pages first, then first come first.

A line is passed on to whoever waits, for to give it back and take another writes to the database.
"""

from __future__ import annotations

import time
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from threading import Condition

from appoints.connections.limiter import Line

SLICE = 1.5  # seconds for which a line is held, or one page where a first page waits for it
FIRST, FURTHER = 0, 1  # pages of a load


@dataclass
class Held:
    """A line, how to give it back to all workers, and until when it is held (monotonic)."""

    line: Line
    release: Callable[[], object]
    until: float = field(default_factory=lambda: time.monotonic() + SLICE)

    @property
    def is_over(self) -> bool:
        """Whether others are to have the line."""
        return time.monotonic() > self.until


class Turns:
    """As many turns as the connection has lines; these, which all workers share, are taken then."""

    def __init__(self, lines: int) -> None:
        self._free = lines
        self._waiting: list[tuple[int, int]] = []
        self._tickets = count()
        self._passed_on: list[Held] = []
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
            left = [] if taken or self._waiting else self._take_all()
            self._changed.notify_all()
        for held in left:
            held.release()  # those whom it was passed on to are gone
        return taken

    def take_over(self) -> Held | None:
        """Return a line that somebody passed on, to whoever has a turn."""
        with self._changed:
            return self._passed_on.pop() if self._passed_on else None

    def give_back(self, held: Held | None = None) -> None:
        """End a turn, and pass the line on to whoever waits, or give it back."""
        passed_on = held is not None and self._may_pass_on(held)
        if held is not None and not passed_on:
            held.release()
        with self._changed:
            self._free += 1
            if held is not None and passed_on:
                self._passed_on.append(held)
            self._changed.notify_all()

    @property
    def is_wanted(self) -> bool:
        """Whether a first page waits."""
        with self._changed:
            return bool(self._waiting) and self._waiting[0][0] == FIRST

    def _may_pass_on(self, held: Held) -> bool:
        with self._changed:
            return bool(self._waiting) and not held.is_over and not held.line.is_wanted

    def _take_all(self) -> list[Held]:
        held, self._passed_on = self._passed_on, []
        return held


@lru_cache(maxsize=64)
def turns_of(connection_id: int, lines: int) -> Turns:
    """Return the turns at the lines of a connection."""
    return Turns(lines)
