"""The result of a question that has to wait for its turn to be asked at all."""

from __future__ import annotations

from appoints.connections.errors import Busy, QueueFull
from appoints.connections.models import Connection
from appoints.results.result import Result
from appoints.results.selection import Selection
from appoints.results.states import Rules, derived
from appoints.snapshots import frame, shared_pages


def waiting_result(connection: Connection, error: Busy | QueueFull, rules: Rules) -> Result:
    """Return a result without rows that waits, and how many are before it.

    Whoever asks again comes into the queue, or has a line, in turn.
    """
    full = error if isinstance(error, QueueFull) else None
    before = full.waiting if full else shared_pages.waiting_for(connection)
    none = Selection.all_of(derived(frame.NONE, rules))
    return Result(mode="loading", selection=none, total=0, as_of=None, waiting=before)
