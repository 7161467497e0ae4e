"""Pieces of an answer that stay for a program that reads it page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from appoints.connections.models import Connection
from appoints.snapshots.models import Pin, Snapshot
from appoints.snapshots.partitions import Piece, Span


def pin(pieces: Sequence[Piece], moment: datetime) -> None:
    """Keep the pieces of an answer under its moment."""
    Snapshot.objects.filter(pk__in=[each.snapshot.pk for each in pieces]).update(
        pinned=timezone.now()
    )
    pins = [
        Pin(snapshot=each.snapshot, moment=moment, begin=each.span.begin, end=each.span.end)
        for each in pieces
    ]
    Pin.objects.bulk_create(pins, ignore_conflicts=True)


def pin_whole(connection: Connection, as_of: datetime) -> None:
    """Keep the snapshots of a moment, for an answer that is not in pieces."""
    found = Snapshot.objects.filter(connection=connection, as_of=as_of)
    found.update(pinned=timezone.now())


def pinned(connection: Connection, moment: datetime) -> list[Piece]:
    """Return the pieces of an earlier answer, in order; none where they are gone."""
    found = Pin.objects.filter(moment=moment, snapshot__connection=connection)
    pins = found.select_related("snapshot").order_by("begin", "pk")
    return [Piece(each.snapshot, Span(each.begin, each.end)) for each in pins]
