"""What was made of a frame, kept for whoever asks the same of it, within a memory bound.

A frame holds what some people see and never changes, so that nothing of it reaches anybody else,
and nothing made of it is ever out of date. Once it is gone, so is what was made of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import ref

import polars as pl

from appoints.results.makers import Makers

MOST_BYTES = 32 * 2**20  # of counts, orders and parts of pages, in one worker

Made = TypeVar("Made")
Key = tuple[int, Hashable]


@dataclass(slots=True)
class Entry:
    """Something made, its number of bytes, or about, and by a count of uses when it was used."""

    made: Any
    size: int
    used: int


class Kept:
    """What was used last, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[Key, Entry] = {}
        self._bytes = 0
        self._frames: dict[int, tuple[ref[pl.DataFrame], int]] = {}  # by id(), with their numbers
        self._gone: deque[tuple[int, int]] = deque()
        self._numbers, self._uses = count(), count()
        self._makers = Makers()
        self._lock = Lock()

    def of(
        self,
        frame: pl.DataFrame,
        key: Hashable,
        make: Callable[[], Made],
        size: Callable[[Made], int],
    ) -> Made:
        """Return what ``make`` returns: the first time, and as long as it is kept.

        Of several who ask at once one makes it. ``key`` tells all that it depends on besides the
        frame.
        """
        found = self._found(frame, key)
        if found is not None:
            return cast(Made, found.made)
        with self._makers.turn((id(frame), key)):
            found = self._found(frame, key)
            if found is None:
                made = make()
                found = Entry(made, size(made), next(self._uses))
                with self._lock:
                    self._keep((self._number(frame), key), found)
            return cast(Made, found.made)

    def has(self, frame: pl.DataFrame, key: Hashable) -> bool:
        """Tell whether something is kept."""
        return self._found(frame, key) is not None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0

    def _found(self, frame: pl.DataFrame, key: Hashable) -> Entry | None:
        if self._gone:
            with self._lock:
                self._forget_gone()
        # Without the lock: Python lets the next thread go amid the comparison of two keys, and all
        # would stand in line for it.
        number = self._known_number(frame)
        found = None if number is None else self._entries.get((number, key))
        if found is not None:
            found.used = next(self._uses)
        return found

    def _known_number(self, frame: pl.DataFrame) -> int | None:
        known = self._frames.get(id(frame))
        return known[1] if known and known[0]() is frame else None

    def _number(self, frame: pl.DataFrame) -> int:
        """Return the number of a frame, which no other ever has."""
        number = self._known_number(frame)
        if number is None:
            at, number = id(frame), next(self._numbers)
            # Python may call this amid any line, also one that holds the lock.
            gone = ref(frame, lambda _: self._gone.append((at, number)))
            self._frames[at] = (gone, number)
        return number

    def _keep(self, key: Key, entry: Entry) -> None:
        if key in self._entries:
            self._bytes -= self._entries.pop(key).size
        self._entries[key] = entry
        self._bytes += entry.size
        while self._bytes > self._most:
            longest_ago, _ = min(self._entries.items(), key=lambda each: each[1].used)
            self._bytes -= self._entries.pop(longest_ago).size

    def _forget_gone(self) -> None:
        while self._gone:
            at, number = self._gone.popleft()
            if at in self._frames and self._frames[at][1] == number:
                del self._frames[at]
            for key in [each for each in self._entries if each[0] == number]:
                self._bytes -= self._entries.pop(key).size


KEPT = Kept(MOST_BYTES)
NO_ROWS = pl.DataFrame()  # for what is made of a question alone


def kept_without_rows(
    name: str, make: Callable[[], Made], size: Callable[[Made], int], *more: Hashable
) -> Made:
    """Return what ``make`` makes of a question alone, of which ``more`` tells all that matters."""
    return KEPT.of(NO_ROWS, (name, *more), make, size)
