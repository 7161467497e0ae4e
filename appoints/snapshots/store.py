"""Storage of snapshots: find, begin, write, read, finish."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appoints.connections import timestamps
from appoints.connections.models import Connection
from appoints.encryption import WrongKey, decrypt, encrypt
from appoints.isales.client import Criteria
from appoints.query.time_range import Window
from appoints.snapshots import leases
from appoints.snapshots.models import Chunk, Snapshot
from appoints.snapshots.reconcile import PageInfo
from appoints.snapshots.upstream import UpstreamRequest

# How long a failure stands that came too late for the page that asked; a page that asks again
# would otherwise never hear of it. Whoever waited hears of any other, and the next asks anew.
FAILURE_STANDS = timedelta(seconds=10)
RESUMABLE = timedelta(minutes=10)  # age of rows with which a load that stopped still goes on
UNWANTED = timedelta(minutes=1)  # nobody asked for so long: not loaded, until somebody does
RESTS = 5  # times that the work of a load took, between it and the next
LONGEST_REST = timedelta(minutes=15)  # however long that work was
PINNED = timedelta(minutes=5)  # for which a snapshot stays for a program that reads it in pages
FAILURE_EXPLAINS = timedelta(minutes=2)  # why nothing has come yet, while iSales is asked again


class TooManyRows(Exception):
    """The rows are more than APPOINTS_MOST_ROWS."""


class RowsLost(Exception):
    """Chunks of a whole snapshot are gone or unreadable, so that it is no longer whole."""


def subject_of(criteria: Criteria, connection: Connection) -> str:
    """Return a keyed hash of agents, number and task, whatever the range.

    A connection that asks another way, or elsewhere, has other hashes.
    """
    who = [sorted(criteria.agents), criteria.number, criteria.task]
    how = [connection.base_url, connection.vdn, connection.access_key, connection.range_field]
    text = json.dumps([who, how, connection.page_limit])
    return salted_hmac("appoints.snapshot", text, algorithm="sha256").hexdigest()


def criteria_of(snapshot: Snapshot) -> Criteria:
    """Return what was asked. Raises WrongKey."""
    values = json.loads(decrypt(bytes(snapshot.criteria)))
    return Criteria(**{**values, "agents": tuple(values["agents"])})


def covering(connection: Connection, asked: UpstreamRequest, window: Window) -> QuerySet[Snapshot]:
    """Return whole snapshots that hold every row of ``window``, newest first.

    Includes snapshots of everything as well as those of this exact subject.
    """
    everything = subject_of(Criteria(), connection)
    held = Q()
    if window.begin is not None:
        held &= Q(begin__isnull=True) | Q(begin__lte=window.begin)
    else:
        held &= Q(begin__isnull=True)
    if window.end is not None:
        held &= Q(end__isnull=True) | Q(end__gte=window.end)
    else:
        held &= Q(end__isnull=True)
    return Snapshot.objects.filter(
        held,
        timestamps.not_ahead("as_of"),
        connection=connection,
        subject__in={everything, subject_of(asked.criteria, connection)},
        status=Snapshot.Status.WHOLE,
    ).order_by("-as_of", "-pk")


def of_everything(connection: Connection) -> QuerySet[Snapshot]:
    """Return whole snapshots of everybody and everything, whatever their time, newest first."""
    return Snapshot.objects.filter(
        timestamps.not_ahead("as_of"),
        connection=connection,
        subject=subject_of(Criteria(), connection),
        status=Snapshot.Status.WHOLE,
    ).order_by("-as_of", "-pk")


def holds(snapshot: Snapshot, window: Window) -> bool:
    """Tell whether every row of the window is among those of the snapshot's range."""
    begin, end = snapshot.begin, snapshot.end
    after = begin is None or (window.begin is not None and begin <= window.begin)
    before = end is None or (window.end is not None and window.end <= end)
    return after and before


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
    if snapshot.as_of is None or snapshot.ended is None:
        return None
    worked = timedelta(seconds=snapshot.worked)
    rest = max(min(times * worked, LONGEST_REST), settings.APPOINTS_FRESH_FOR)
    return min(snapshot.as_of + worked, snapshot.ended) + rest


def request_refresh(connection: Connection, asked: UpstreamRequest, window: Window) -> None:
    """Record that a person requests newer rows: what is stored is fresh for a shorter time."""
    covering(connection, asked, window).filter(refresh_requested=False).update(
        refresh_requested=True
    )


def pin(connection: Connection, as_of: datetime) -> None:
    """Keep the rows of a moment for a program that reads them page by page."""
    found = Snapshot.objects.filter(connection=connection, as_of=as_of)
    found.update(pinned=timezone.now())


def is_fresh(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot still answers without another look at iSales."""
    until = fresh_until(snapshot)
    return until is not None and timezone.now() < until


def begin_or_join(
    connection: Connection, asked: UpstreamRequest, person: int | None = None
) -> Snapshot:
    """Return the snapshot that is being loaded for what is asked; a new one where there is none.

    ``person`` is the ID of whoever asks.
    """
    now, same = timezone.now(), _key(connection, asked)
    with transaction.atomic():
        # One at a time, or two who come together would both begin.
        Connection.objects.select_for_update().get(pk=connection.pk)
        if snapshot := Snapshot.objects.filter(_joinable(), **same).order_by("-pk").first():
            Snapshot.objects.filter(pk=snapshot.pk).update(wanted=now)
            return snapshot
        return Snapshot.objects.create(
            **same,
            criteria=encrypt(json.dumps(asdict(asked.criteria)).encode()),
            limit=connection.page_limit,
            person_id=person,
            wanted=now,
            leased_until=now,
        )


def _key(connection: Connection, asked: UpstreamRequest) -> dict[str, Any]:
    """Return the fields by which the same request is found again."""
    return {
        "connection": connection,
        "subject": subject_of(asked.criteria, connection),
        "begin": asked.window.begin,
        "end": asked.window.end,
    }


def _joinable() -> Q:
    """Return the condition for snapshots that answer instead of a new one."""
    status, fresh_for = Snapshot.Status, settings.APPOINTS_FRESH_FOR
    resumable = Q(as_of__isnull=True) | timestamps.since("as_of", RESUMABLE)
    resumable |= timestamps.in_force("leased_until", leases.LEASE)
    late = Q(ended__gt=F("created") + timedelta(seconds=settings.APPOINTS_PAGE_WAIT))
    late &= timestamps.since("ended", FAILURE_STANDS)
    return (
        (Q(status=status.LOADING) & resumable)
        | (Q(status=status.FAILED) & late)
        | (Q(status=status.TOO_MANY) & timestamps.since("ended", fresh_for))
        # It may have become whole since somebody looked for it.
        | (Q(status=status.WHOLE) & timestamps.since("as_of", fresh_for))
    )


def failure_before(snapshot: Snapshot) -> dict[str, object] | None:
    """Return why the same was not to be had a moment ago, None if it was not tried or was."""
    failed = Snapshot.objects.filter(
        timestamps.since("ended", FAILURE_EXPLAINS),
        connection_id=snapshot.connection_id,
        subject=snapshot.subject,
        begin=snapshot.begin,
        end=snapshot.end,
        status=Snapshot.Status.FAILED,
    )
    return failed.order_by("-pk").values_list("failure", flat=True).first()


def write(snapshot: Snapshot, number: int, pages: dict[int, PageInfo], rows: pl.DataFrame) -> None:
    """Write a chunk, over what it held. Raises LeaseLost."""
    payload = io.BytesIO()
    rows.write_ipc(payload, compression="zstd")
    values = {"pages": [[at, *info] for at, info in pages.items()]}
    with transaction.atomic():
        leases.keep(snapshot)
        Chunk.objects.update_or_create(
            snapshot=snapshot,
            number=number,
            defaults={**values, "payload": encrypt(payload.getvalue())},
        )


def read(chunk: Chunk) -> pl.DataFrame:
    """Return a chunk's rows. Raises WrongKey."""
    return pl.read_ipc(io.BytesIO(decrypt(bytes(chunk.payload))))


def readable(chunks: Iterable[Chunk]) -> Iterable[tuple[Chunk, pl.DataFrame]]:
    """Yield chunks with their rows; what cannot be decrypted is dropped, to be fetched again."""
    for chunk in chunks:
        try:
            yield chunk, read(chunk)
        except WrongKey:
            chunk.delete()


def finish(snapshot: Snapshot, status: Snapshot.Status, **changes: object) -> None:
    """End a load and, once it is whole, drop what it replaces. Raises LeaseLost."""
    now = timezone.now()
    with transaction.atomic():
        leases.keep(snapshot, status=status, ended=now, leased_until=now, **changes)
        if status == Snapshot.Status.WHOLE:
            replaced = Snapshot.objects.filter(
                connection_id=snapshot.connection_id,
                subject=snapshot.subject,
                begin=snapshot.begin,
                end=snapshot.end,
                pk__lt=snapshot.pk,
            )
            replaced.exclude(timestamps.since("pinned", PINNED)).delete()
