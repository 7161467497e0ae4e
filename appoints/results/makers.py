"""One maker at a time of each thing: whoever asks for it meanwhile waits, and finds it made."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, RLock

from dashboard.concurrency import LIMIT


@dataclass
class Turn:
    """The lock of a thing that is made, and how many threads hold it or wait for it."""

    lock: RLock = field(default_factory=RLock)
    askers: int = 0


class Makers:
    """The things that threads of this process are making."""

    def __init__(self) -> None:
        self._turns: dict[Hashable, Turn] = {}
        self._lock = Lock()

    @contextmanager
    def turn(self, key: Hashable) -> Iterator[None]:
        """Wait for whoever makes a thing; then look again whether it is there.

        To make one thing others may be made, but never the other way round.
        """
        with self._lock:
            turn = self._turns.setdefault(key, Turn())
            turn.askers += 1
        try:
            with _locked(turn.lock):
                yield
        finally:
            with self._lock:
                turn.askers -= 1
                if not turn.askers:
                    del self._turns[key]


@contextmanager
def _locked(lock: RLock) -> Iterator[None]:
    if lock.acquire(blocking=False):
        try:
            yield
        finally:
            lock.release()
    else:
        # It is made by then: who waits in line after it keeps nobody else from it.
        with LIMIT.released(), lock:
            yield
