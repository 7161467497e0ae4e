"""What was found for a question: snapshots, how old and how complete they are, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from appoints.isales.errors import FetchError
from appoints.snapshots import ageing, leases, queue
from appoints.snapshots.models import Snapshot


class Found(NamedTuple):
    """A snapshot that answers; why nothing newer does, or whether newer rows are coming."""

    snapshot: Snapshot
    error: FetchError | None = None
    refreshing: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every row of the snapshot is there."""
        return self.snapshot.status == Snapshot.Status.WHOLE


def soonest(moments: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest moment; None where one is not known yet."""
    known = list(moments)
    return None if not known or None in known else min(each for each in known if each)


def progress(found: Sequence[Found]) -> dict[str, object]:
    """Return how old the rows of the loads are, when newer ones come, and what went wrong."""
    held = [each.snapshot for each in found]
    return {
        "as_of": min((each.as_of for each in held if each.as_of), default=None),
        "fresh_until": soonest(ageing.fresh_until(each) for each in held),
        "newer_from": soonest(ageing.rested(each, 1) for each in held),
        "waiting": queue.before(held[-1]),
        "error": next((each.error for each in found if each.error), None),
        "refreshing": any(each.refreshing for each in found),
    }


def before_first(coming: Sequence[Snapshot]) -> int | None:
    """Return how many results are loaded before the first; None where any is being loaded."""
    if not coming or any(map(leases.is_held, coming)):
        return None
    return queue.before(coming[0])
