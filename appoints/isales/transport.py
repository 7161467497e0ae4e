"""A transport that keeps a deadline, however slowly an answer drips.

httpx bounds each read but not their sum: a server that sends a byte now and then, in its headers
say, would hold a thread for as long as it likes.
"""

from __future__ import annotations

import ssl
import time
from contextvars import ContextVar
from math import inf
from typing import Any

import httpx

# On the monotonic clock; whoever sends a request sets it, and it holds until the next one.
latest: ContextVar[float] = ContextVar("latest", default=inf)

SHORTEST = 0.001  # seconds; a timeout of none at all would mean "do not wait", as another error


class Transport(httpx.HTTPTransport):
    """Pooled connections on which no read, write or handshake goes past the deadline."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        super().__init__(verify=tls, limits=limits)
        # httpx has no public door to it; the tests over sockets tell should it ever move.
        pool: Any = self._pool
        pool._network_backend = _Backend(pool._network_backend)


class _Bounded:
    """Stands for a part of httpcore whose timeouts end with the deadline at the latest."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Backend(_Bounded):
    def connect_tcp(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> _Stream:
        return _Stream(self._inner.connect_tcp(*args, timeout=_left(timeout), **kwargs))


class _Stream(_Bounded):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found: bytes = self._inner.read(max_bytes, timeout=_left(timeout))
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=_left(timeout))

    def start_tls(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> _Stream:
        return _Stream(self._inner.start_tls(*args, timeout=_left(timeout), **kwargs))


def _left(timeout: float | None) -> float | None:
    left = latest.get() - time.monotonic()
    bounded = min(inf if timeout is None else timeout, max(left, SHORTEST))
    return None if bounded == inf else bounded
