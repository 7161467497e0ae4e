"""The result of a question for which there is no place in the queue yet."""

from __future__ import annotations

from appoints.connections.errors import QueueFull
from appoints.results.result import Result
from appoints.results.selection import Selection
from appoints.results.states import Rules, derived
from appoints.snapshots import frame


def waiting_result(full: QueueFull, rules: Rules) -> Result:
    """Return a result without rows that waits; whoever asks again comes into the queue in turn."""
    none = Selection.all_of(derived(frame.plain([]), rules))
    return Result(mode="loading", selection=none, total=0, as_of=None, waiting=full.waiting)
