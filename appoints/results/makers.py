"""One maker at a time of each thing: whoever asks for it meanwhile waits, and finds it made."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock, RLock


class Makers:
    """The things that threads of this process are making."""

    def __init__(self) -> None:
        self._turns: dict[Hashable, RLock] = {}
        self._lock = Lock()

    @contextmanager
    def turn(self, key: Hashable) -> Iterator[None]:
        """Wait for whoever makes a thing; then look again whether it is there.

        To make one thing others may be made, but never the other way round.
        """
        with self._lock:
            turn = self._turns.setdefault(key, RLock())
        with turn:
            try:
                yield
            finally:
                with self._lock:
                    self._turns.pop(key, None)
