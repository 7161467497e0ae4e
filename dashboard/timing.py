"""Where the time of a request goes: to iSales, to the database, or to this process itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from dashboard.concurrency import LIMIT


@dataclass
class Timing:
    """What a request has taken so far, in seconds.

    ``queued`` is the wait in line to be computed, ``upstream`` the wait for iSales.

    ``request_id`` is made here, for what a client sends could hold anything.
    """

    request_id: str = field(default_factory=lambda: uuid4().hex)
    began: float = field(default_factory=time.monotonic)
    queued: float = 0.0
    upstream: float = 0.0
    database: float = 0.0
    queries: int = 0

    def elapsed(self) -> float:
        """Return the seconds since the request began."""
        return time.monotonic() - self.began


_CURRENT: ContextVar[Timing | None] = ContextVar("timing", default=None)


def begin() -> Timing:
    """Begin the timing of the request that this thread answers."""
    timing = Timing()
    _CURRENT.set(timing)
    return timing


def end() -> None:
    """Count no more: what this thread does next belongs to no request."""
    _CURRENT.set(None)


def current() -> Timing | None:
    """Return the timing of the request of this thread; a thread that loads rows has none."""
    return _CURRENT.get()


@contextmanager
def upstream() -> Iterator[None]:
    """Count what takes place within as a wait for iSales."""
    with LIMIT.released():
        began = time.monotonic()
        try:
            yield
        finally:
            if timing := current():
                timing.upstream += time.monotonic() - began


def count_queries(connection: Any, **_about: object) -> None:
    """Time every query of a database connection that has just been opened."""
    if _timed not in connection.execute_wrappers:  # it may have been opened before
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], *args: Any) -> Any:
    if (timing := current()) is None:
        return execute(*args)
    began = time.monotonic()
    try:
        # It comes back with SQLite's lock after a begin, or until what an INSERT returns is read.
        with LIMIT.released(is_urgent=True) if _awaits_writers(*args) else nullcontext():
            return execute(*args)
    finally:
        timing.queries += 1
        timing.database += time.monotonic() - began


def _awaits_writers(sql: str, _values: Any, _many: bool, context: Mapping[str, Any]) -> bool:
    """Tell whether a statement waits for others that write, at the begin of a transaction at most.

    Amid one it may not wait for anything else: others wait for what it has locked.
    """
    return not (sql.startswith("SELECT") or context["connection"].in_atomic_block)
