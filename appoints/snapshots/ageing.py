"""How long rows are fresh: by the work that they cost, and by how far from now their calls are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from appoints.connections import timestamps
from appoints.snapshots.models import Snapshot

RESTS = 5  # times that the work of a load took, between it and the next
LONGEST_REST = timedelta(minutes=15)  # however long that work was
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
OLD = timedelta(minutes=10)
LONGEST_TURN = timedelta(minutes=8)  # in which all days are loaded anew, if that leaves half of it
LONGEST_AGE = timedelta(minutes=5)  # of days far from now, after which their turn comes


def fresh_until(snapshot: Snapshot) -> datetime | None:
    """Return until when a whole snapshot is fresh: a while, and RESTS times as long as its work.

    However many people watch, iSales has that long to itself. Where a person asked for newer rows,
    it has once as long.
    """
    return rested(snapshot, 1 if snapshot.refresh_requested else RESTS)


def rested(snapshot: Snapshot, times: int) -> datetime | None:
    """Return when iSales has had so many times as long to itself as the load's work took.

    Pauses are no work: neither those of a load nor those that iSales asked for.
    """
    return _after(snapshot, min(times * worked([snapshot]), LONGEST_REST))


def is_fresh(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot still answers without another look at iSales."""
    until = fresh_until(snapshot)
    return until is not None and timezone.now() < until


def partition_fresh_until(snapshot: Snapshot, work: timedelta) -> datetime | None:
    """Return until when a partition of a window is fresh, of which all took ``work`` to load.

    From yesterday to tomorrow a partition ages as any snapshot does. Farther away less changes, and
    least where no call is left to make. iSales has as long to itself as after one load of all
    partitions, or shorter where they would grow old, but at least as long as they took. What lacks
    calls that moved into its range is fetched anew as soon as iSales has rested from it alone.
    """
    if snapshot.expected is not None:
        return _rested(snapshot, worked([snapshot]))
    far = days_from_now(snapshot)
    if far < 1:
        return fresh_until(snapshot)
    if snapshot.refresh_requested:
        return partition_rested(snapshot, work)
    limit = min((1 + far) * MINUTE * (1 if snapshot.unfinished else 2), LONGEST_AGE)
    rest = max(min(RESTS * work, LONGEST_TURN), min(2 * work, LONGEST_REST))
    return _after(snapshot, max(limit, rest - worked([snapshot])))


def is_old(snapshot: Snapshot) -> bool:
    """Tell whether people are to wait for newer rows of a partition that is due."""
    if snapshot.refresh_requested or snapshot.expected is not None:
        return True
    return days_from_now(snapshot) < 1 or not is_recent(snapshot)


def is_recent(snapshot: Snapshot) -> bool:
    """Tell whether rows are no older than those of a day may become while somebody watches."""
    return timestamps.recent(snapshot.as_of, OLD)


def partition_rested(snapshot: Snapshot, work: timedelta) -> datetime | None:
    """Return when a person may ask for a partition anew, where all took ``work`` to load."""
    if days_from_now(snapshot) < 1:
        return rested(snapshot, 1)
    return _after(snapshot, min(2 * work - worked([snapshot]), LONGEST_REST))


def worked(snapshots: list[Snapshot]) -> timedelta:
    """Return for how long calls of loads were out."""
    return timedelta(seconds=sum(each.worked for each in snapshots))


def _after(snapshot: Snapshot, rest: timedelta) -> datetime | None:
    """Return when a rest after a load ends, or what came is no longer fresh without one."""
    rested = _rested(snapshot, rest)
    if rested is None or snapshot.as_of is None:
        return None
    return max(rested, snapshot.as_of + settings.APPOINTS_FRESH_FOR)


def _rested(snapshot: Snapshot, rest: timedelta) -> datetime | None:
    if snapshot.as_of is None or snapshot.ended is None:
        return None
    return min(snapshot.as_of + worked([snapshot]), snapshot.ended) + rest


def days_from_now(snapshot: Snapshot) -> int:
    """Return how many whole days lie between now and a snapshot's range."""
    if snapshot.begin is None or snapshot.end is None:
        return 0
    now = timezone.now()
    return max(snapshot.begin - now, now - snapshot.end, timedelta()) // DAY
