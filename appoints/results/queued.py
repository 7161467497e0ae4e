"""The result of a question that has to wait for its turn to be asked at all."""

from __future__ import annotations

from appoints.results.result import Result
from appoints.results.selection import Selection
from appoints.results.states import Rules, derived
from appoints.snapshots import frame


def waiting_result(before: int, rules: Rules) -> Result:
    """Return a result without rows that waits, and how many are before it.

    Whoever asks again comes into the queue in turn.
    """
    none = Selection.all_of(derived(frame.plain([]), rules))
    return Result(mode="loading", selection=none, total=0, as_of=None, waiting=before)
