"""Stored snapshots by the range that they hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from django.db.models import Q, QuerySet

from appoints.connections import timestamps
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.query.time_range import Window
from appoints.snapshots.models import Snapshot
from appoints.snapshots.store import subject_of
from appoints.snapshots.upstream import UpstreamRequest
from dashboard.prepared import Prepared

# In place of an end that a window has not: before and after each moment that is stored.
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def holds(snapshot: Snapshot, window: Window) -> bool:
    """Tell whether every row of the window is among those of the snapshot's range."""
    return Window(snapshot.begin, snapshot.end).holds(window)


def holding(connection: Connection, asked: UpstreamRequest, window: Window) -> list[Snapshot]:
    """Return whole snapshots that hold every row of ``window``, newest first.

    Includes snapshots of everything as well as those of this exact subject.
    """
    subjects = {subject_of(each, connection) for each in (Criteria(), asked.criteria)}
    begin, end = window.begin or FIRST, window.end or LAST
    return HOLDING.rows(connection.pk, subjects, timestamps.latest(), begin, end)


def overlapping(connection: Connection, window: Window) -> list[Snapshot]:
    """Return the snapshots of everything whose range overlaps a window, begun last first."""
    subject, latest = subject_of(Criteria(), connection), timestamps.latest()
    begin, end = window.begin or FIRST, window.end or LAST
    found = OVERLAPPING.rows(connection.pk, subject, latest, begin, end)
    for each in found:
        each.connection = connection
    return found


def of_everything(connection: Connection) -> QuerySet[Snapshot]:
    """Return whole snapshots of everybody and everything, whatever their time, newest first."""
    return connection.snapshots.filter(
        Q(as_of__isnull=True) | timestamps.not_ahead("as_of"),
        subject=subject_of(Criteria(), connection),
        status=Snapshot.Status.WHOLE,
    ).order_by("-as_of", "-pk")


def _holding(
    connection: int, subjects: Collection[str], latest: datetime, begin: datetime, end: datetime
) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(
        Q(begin__isnull=True) | Q(begin__lte=begin),
        Q(end__isnull=True) | Q(end__gte=end),
        connection=connection,
        subject__in=subjects,
        status=Snapshot.Status.WHOLE,
        as_of__lte=latest,
    ).order_by("-as_of", "-pk")


def _overlapping(
    connection: int, subject: str, latest: datetime, begin: datetime, end: datetime
) -> QuerySet[Snapshot]:
    found = Snapshot.objects.filter(
        Q(as_of__isnull=True) | Q(as_of__lte=latest),
        Q(begin__isnull=True) | Q(begin__lt=end),
        Q(end__isnull=True) | Q(end__gt=begin),
        connection=connection,
        subject=subject,
    )
    return found.defer("criteria").order_by("-pk")


HOLDING, OVERLAPPING = Prepared(_holding), Prepared(_overlapping)
