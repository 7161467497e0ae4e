"""What was found for a question: snapshots, how old and how complete they are, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from appoints.isales.errors import FetchError
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
