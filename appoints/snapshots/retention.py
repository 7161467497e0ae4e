"""Retention of snapshots: how long, and how many rows in all."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from appoints.connections import timestamps
from appoints.snapshots import shared_pages
from appoints.snapshots.leases import LEASE
from appoints.snapshots.models import Snapshot
from appoints.snapshots.store import RESUMABLE

OWN_WEIGHT = 500  # a result without rows counts as so many


def purge() -> int:
    """Drop snapshots that are too old, or too many, and shared pages; return how many snapshots."""
    shared_pages.drop_ended()
    kept = timestamps.since("wanted", settings.APPOINTS_KEPT_FOR)
    never_begun = Q(status=Snapshot.Status.LOADING, lease=0)
    begun = ~never_begun | timestamps.since("wanted", RESUMABLE)
    dropped = _drop(Snapshot.objects.exclude(kept & begun))
    rows = Snapshot.objects.aggregate(rows=Sum("received") + Count("pk") * OWN_WEIGHT)["rows"]
    if (rows or 0) > settings.APPOINTS_MOST_KEPT_ROWS:
        dropped += _drop(Snapshot.objects.filter(pk__in=_above_bound()))
    return dropped


def _above_bound() -> list[int]:
    """Return the snapshots above the bound: those that nobody asked for longest."""
    rows, above = 0, []
    leased = timestamps.in_force("leased_until", LEASE)
    found = Snapshot.objects.exclude(leased, status=Snapshot.Status.LOADING).order_by("-wanted")
    for pk, received in found.values_list("pk", "received"):
        rows += received + OWN_WEIGHT
        if rows > settings.APPOINTS_MOST_KEPT_ROWS:
            above.append(pk)
    return above


def _drop(found: QuerySet[Snapshot]) -> int:
    return found.delete()[1].get(Snapshot._meta.label, 0)
