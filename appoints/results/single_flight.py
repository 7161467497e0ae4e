"""One call for all who ask the same thing at the same time, within this process."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Returned = TypeVar("Returned")


class SingleFlight(Generic[Returned]):
    """Calls under way, by their key. Nothing is kept once a call has ended."""

    def __init__(self) -> None:
        self._calls: dict[Hashable, Future[Returned]] = {}
        self._lock = Lock()

    def call(self, key: Hashable, work: Callable[[], Returned]) -> Returned:
        """Return what ``work`` returns, or raise what it raises, for everybody with this key."""
        with self._lock:
            joined = self._calls.get(key)
            mine: Future[Returned] = Future()
            if joined is None:
                self._calls[key] = mine
        if joined is not None:
            return joined.result()
        try:
            mine.set_result(work())
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._calls[key]
        return mine.result()
