"""Connections to PostgreSQL that no thread uses right now.

A new one costs the server a process that has read of no table yet: a page's queries take it four
times as long. So few are open, and all threads go on with those.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

from psycopg import Connection as Driver
from psycopg import Error
from psycopg.pq import TransactionStatus

LIFETIME = 600.0  # seconds, after which a connection is closed: another server may do its work
MOST_IDLE = 60.0  # seconds
# Seconds after which a connection is asked whether it lives: what ended it may have said nothing.
TRUSTED = 1.0

Connection = Driver[Any]
Params = dict[str, Any]  # what a connection is made with


class Lent(NamedTuple):
    """A connection that a thread has, and when it was made (monotonic)."""

    connection: Connection
    params: Params
    made: float


class ConnectionPool:
    """What one process has open; who takes the one that was used last leaves others to be closed.

    psycopg_pool's takes turns between all, has threads of its own, and lets who asks a database
    that is gone wait without its words.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: list[tuple[Lent, float]] = []  # and since when each is

    def take(self, params: Params, connect: Callable[[Params], Connection]) -> Lent:
        """Return a connection that lives, or one that ``connect`` makes."""
        while found := self._last():
            lent, since = found
            if lent.params == params and not _is_ended(lent.connection):
                if time.monotonic() - since < TRUSTED or _answers(lent.connection):
                    return lent
                self.close()  # the others have rested longer: each may be waited for as long
            lent.connection.close()
        return Lent(connect(params), params, time.monotonic())

    def give_back(self, lent: Lent) -> None:
        """Keep a connection for other threads, unless it is amid something or old."""
        now = time.monotonic()
        if not _is_done(lent.connection) or now > lent.made + LIFETIME:
            lent.connection.close()
            return
        with self._lock:
            self._idle.append((lent, now))
            first, since = self._idle[0]
            is_spare = now > since + MOST_IDLE
            if is_spare:
                del self._idle[0]
        if is_spare:
            first.connection.close()

    def close(self) -> None:
        """Close all that no thread uses."""
        while found := self._last():
            found[0].connection.close()

    def _last(self) -> tuple[Lent, float] | None:
        with self._lock:
            return self._idle.pop() if self._idle else None


def _is_done(connection: Connection) -> bool:
    """Tell whether a connection is amid no transaction, nor about to begin one."""
    return connection.autocommit and connection.pgconn.transaction_status == TransactionStatus.IDLE


def _is_ended(connection: Connection) -> bool:
    """Tell whether the server has ended a connection: whoever is idle is told nothing else."""
    try:
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN)
        return bool(poll.poll(0))
    except Error:
        return True


def _answers(connection: Connection) -> bool:
    """Tell whether the server answers; one that is gone without a word is waited for."""
    try:
        connection.execute("SELECT 1")
    except Error:
        return False
    return True
