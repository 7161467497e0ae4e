"""Transport that keeps a deadline, and connects only to addresses that are allowed.

httpx limits each read but not their sum: a server that sends one byte every few seconds would hold
a thread for ever. httpx also resolves the host by itself, perhaps to another address than the one
that was checked (DNS rebinding): this transport connects to the address that it has checked.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from contextvars import ContextVar
from math import inf
from typing import Any

import httpcore
import httpx

from .hosts import ISALES, HostPolicy, addresses

# On the monotonic clock; set before each request, and in force until it is set again.
request_deadline: ContextVar[float] = ContextVar("request_deadline", default=inf)


class Transport(httpx.HTTPTransport):
    """Pooled connections on which no read, write or handshake goes past the deadline.

    ``hosts`` are those that may be called under a policy; see ``hosts.addresses``.
    """

    def __init__(
        self, tls: ssl.SSLContext, hosts: Sequence[str] = (), policy: HostPolicy = ISALES
    ) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        super().__init__(verify=tls, limits=limits)
        # httpx has no public way to set it; the tests over sockets fail if a release moves it.
        pool: Any = self._pool
        pool._network_backend = _Backend(pool._network_backend, hosts, policy)


class _Bounded:
    """Wraps a part of httpcore so that no timeout ends after the deadline."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Backend(_Bounded):
    def __init__(self, inner: Any, hosts: Sequence[str], policy: HostPolicy) -> None:
        super().__init__(inner)
        self._hosts = hosts
        self._policy = policy

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **kwargs: Any
    ) -> _Stream:
        """Connect to the first address that answers. Raises HostRefused."""
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses(host, port):
            left = _left(timeout, httpcore.ConnectTimeout)
            try:
                return _Stream(self._inner.connect_tcp(address, port, timeout=left, **kwargs))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return addresses(self._hosts, host, port, self._policy)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error


class _Stream(_Bounded):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _left(timeout, httpcore.ReadTimeout)
        found: bytes = self._inner.read(max_bytes, timeout=left)
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=_left(timeout, httpcore.WriteTimeout))

    def start_tls(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> _Stream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(*args, timeout=left, **kwargs))


def _left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    """Return the seconds left, at most ``timeout``; past the deadline, raise ``late``.

    A read that would not wait is refused too: interim answers (1xx) may never end.
    """
    left = request_deadline.get() - time.monotonic()
    if left <= 0:
        raise late
    bounded = min(inf if timeout is None else timeout, left)
    return None if bounded == inf else bounded
