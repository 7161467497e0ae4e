"""Repetition of calls that failed for a reason that may pass."""

from __future__ import annotations

import time
from collections.abc import Iterable

import stamina

from .errors import NoAnswer, UnexpectedAnswer

TRIES = 3
RETRY_NEEDS = 1.0  # seconds that must be left for another try, its wait included


def tries(deadline: float, budget: float) -> Iterable[stamina.Attempt]:
    """Yield attempts at a call until one succeeds; the last one's error is let through.

    ``deadline`` is on the monotonic clock, ``budget`` the seconds until then.
    """
    return stamina.retry_context(
        on=lambda error: _wait_before_retry(error, deadline),
        attempts=TRIES,
        timeout=budget,
        wait_initial=0.2,
        wait_jitter=0.3,
    )


def _wait_before_retry(error: Exception, deadline: float) -> bool | float:
    """Return the wait in seconds, or whether to repeat at all.

    TooFast is not repeated here: the caller has to hold back every call, not only this one.
    """
    in_time = time.monotonic() + RETRY_NEEDS < deadline
    if isinstance(error, NoAnswer):
        return in_time
    if not isinstance(error, UnexpectedAnswer) or not error.transient:
        return False
    wait = error.retry_after
    if wait is None:
        return in_time
    return wait if time.monotonic() + wait < deadline else False
