"""News of the loads of this process: whoever waits for rows need not read the database for them."""

from __future__ import annotations

from threading import Condition

_NEWS = Condition()


def tell() -> None:
    """Wake whoever waits: a load has written rows, or ended."""
    with _NEWS:
        _NEWS.notify_all()


def wait(seconds: float) -> None:
    """Wait until a load of this process has news, or for so long."""
    with _NEWS:
        _NEWS.wait(seconds)
