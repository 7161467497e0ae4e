"""Leases: only the loader that holds a snapshot's lease may write it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from prometheus_client import Counter

from appoints.connections import timestamps
from appoints.snapshots.models import Snapshot

# Five heartbeats: a worker that died is soon followed, and one that is slow is not.
LEASE = timedelta(seconds=15)

TAKEN_OVER = Counter(
    "reserved_calls_loads_taken_over",
    "Loads that another loader had begun: nobody waited for it then, or its worker ended.",
)


class LeaseLost(Exception):
    """Another worker holds the lease now, or the snapshot was dropped."""


def is_held(snapshot: Snapshot) -> bool:
    """Tell whether a loader holds the lease."""
    return bool(timestamps.left(snapshot.leased_until, LEASE))


def take(snapshot: Snapshot) -> bool:
    """Take the lease if nobody holds it; ``snapshot.lease`` is then its number."""
    now = timezone.now()
    taken = Snapshot.objects.filter(
        timestamps.passed("leased_until", LEASE),
        pk=snapshot.pk,
        lease=snapshot.lease,
        status=Snapshot.Status.LOADING,
    ).update(lease=snapshot.lease + 1, leased_until=now + LEASE, taken=now)
    if taken and snapshot.lease:
        TAKEN_OVER.inc()
    snapshot.lease += taken
    return bool(taken)


def keep(snapshot: Snapshot, **changes: object) -> None:
    """Renew the lease and write changes. Raises LeaseLost."""
    values = {"leased_until": timezone.now() + LEASE, **changes}
    held = Snapshot.objects.filter(
        pk=snapshot.pk, lease=snapshot.lease, status=Snapshot.Status.LOADING
    )
    if not held.update(**values):
        raise LeaseLost
    for name, value in values.items():
        setattr(snapshot, name, value)
