"""Storage of snapshots: find, begin, write, finish."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from random import getrandbits
from typing import Any

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appoints.connections import timestamps
from appoints.connections.models import Connection
from appoints.encryption import decrypt, encrypt
from appoints.isales.client import Criteria
from appoints.snapshots import frame, leases
from appoints.snapshots.models import Chunk, Snapshot
from appoints.snapshots.reconcile import PageInfo
from appoints.snapshots.upstream import UpstreamRequest
from dashboard.prepared import Prepared

# How long a failure stands that came too late for the page that asked; a page that asks again
# would otherwise never hear of it. Whoever waited hears of any other, and the next asks anew.
FAILURE_STANDS = timedelta(seconds=10)
RESUMABLE = timedelta(minutes=10)  # age of rows with which a load that stopped still goes on
UNWANTED = timedelta(minutes=1)  # nobody asked for so long: not loaded, until somebody does
WANTED_EVERY = timedelta(seconds=5)  # between two writes of when somebody asked
PINNED = timedelta(minutes=5)  # for which a snapshot stays for a program that reads it in pages
FAILURE_EXPLAINS = timedelta(minutes=2)  # why nothing has come yet, while iSales is asked again

Written = tuple[Mapping[int, PageInfo], pl.DataFrame]  # the pages of a chunk, and its rows

# Sent with ``chunk`` and its ``rows`` once it is written.
chunk_written = Signal()


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


def request_refresh(snapshots: Iterable[int]) -> None:
    """Record that a person requests newer rows: what is stored is fresh for a shorter time."""
    stored = Snapshot.objects.filter(pk__in=list(snapshots), refresh_requested=False)
    stored.update(refresh_requested=True)


def begin_or_join(
    connection: Connection, asked: Sequence[UpstreamRequest], person: int | None = None
) -> list[Snapshot]:
    """Return the snapshots that are being loaded for requests; new ones where there are none.

    ``person`` is the ID of whoever asks.
    """
    now, keys = timezone.now(), [_key(connection, each) for each in asked]
    found = _joined(connection, keys)
    wanted = [each for each in found if each and timestamps.recent(each.wanted, WANTED_EVERY)]
    if len(wanted) == len(keys):
        return wanted  # as for most who watch a load: SQLite has one writer at a time
    with transaction.atomic():
        # One at a time, or two who come together would both begin.
        connection.refresh(("id",), lock=True)
        found = _joined(connection, keys)
        if known := [each.pk for each in found if each]:
            Snapshot.objects.filter(pk__in=known).update(wanted=now)
        snapshots = [
            snapshot or _new(connection, each, person)
            for each, snapshot in zip(asked, found, strict=True)
        ]
        Snapshot.objects.bulk_create(each for each in snapshots if each.pk is None)
        return snapshots


def _new(connection: Connection, asked: UpstreamRequest, person: int | None) -> Snapshot:
    now = timezone.now()
    return Snapshot(
        **_key(connection, asked),
        connection=connection,
        criteria=encrypt(json.dumps(asdict(asked.criteria)).encode()),
        limit=connection.page_limit,
        person_id=person,
        wanted=now,
        leased_until=now,
    )


def _key(connection: Connection, asked: UpstreamRequest) -> dict[str, Any]:
    """Return the fields by which the same request to a connection is found again."""
    return {
        "subject": subject_of(asked.criteria, connection),
        "begin": asked.window.begin,
        "end": asked.window.end,
        "most": asked.most,
    }


def _joined(connection: Connection, keys: Sequence[dict[str, Any]]) -> list[Snapshot | None]:
    """Return the newest snapshot that answers for each key, None where there is none."""
    subjects = {key["subject"] for key in keys}
    lately = timezone.now() - max(FAILURE_STANDS, settings.APPOINTS_FRESH_FOR)
    known = filter(_is_joinable, LATEST.rows(connection.pk, subjects, lately))
    newest = {tuple(getattr(each, name) for name in keys[0]): each for each in known}
    return [newest.get(tuple(key.values())) for key in keys]


def _is_joinable(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot answers instead of a new one."""
    match snapshot.status:
        case Snapshot.Status.LOADING:
            resumable = snapshot.as_of is None or timestamps.recent(snapshot.as_of, RESUMABLE)
            return resumable or leases.is_held(snapshot)
        case Snapshot.Status.FAILED:
            wait = timedelta(seconds=settings.APPOINTS_PAGE_WAIT)
            late = snapshot.ended is not None and snapshot.ended > snapshot.created + wait
            return late and timestamps.recent(snapshot.ended, FAILURE_STANDS)
        case Snapshot.Status.TOO_MANY:
            return timestamps.recent(snapshot.ended, settings.APPOINTS_FRESH_FOR)
    # It may have become whole since somebody looked for it.
    is_fresh = timestamps.recent(snapshot.as_of, settings.APPOINTS_FRESH_FOR)
    return is_fresh and snapshot.expected is None


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


def write(snapshot: Snapshot, written: Mapping[int, Written], **changes: object) -> None:
    """Write chunks by their numbers, over what they held, and changes. Raises LeaseLost."""
    chunks = [_chunk(snapshot, number, *each) for number, each in written.items()]
    with transaction.atomic():
        leases.keep(snapshot, **changes)
        Chunk.objects.bulk_create(
            chunks,
            update_conflicts=True,
            unique_fields=["snapshot", "number"],
            update_fields=["pages", "version", "payload"],
        )
    for chunk in chunks:
        chunk_written.send(Chunk, chunk=chunk, rows=written[chunk.number][1])


def _chunk(
    snapshot: Snapshot, number: int, pages: Mapping[int, PageInfo], rows: pl.DataFrame
) -> Chunk:
    return Chunk(
        snapshot=snapshot,
        number=number,
        pages=[[at, *info] for at, info in pages.items()],
        version=getrandbits(62),
        payload=encrypt(frame.to_bytes(rows)),
    )


def finish(snapshot: Snapshot, status: Snapshot.Status, **changes: object) -> None:
    """End a load and, once it is whole, drop what it replaces. Raises LeaseLost."""
    now = timezone.now()
    with transaction.atomic(savepoint=False):
        leases.keep(snapshot, status=status, ended=now, leased_until=now, **changes)
        if status == Snapshot.Status.WHOLE and (replaced := _replaced_by(snapshot)):
            Snapshot.objects.filter(pk__in=replaced).delete()


def _replaced_by(snapshot: Snapshot) -> list[int]:
    """Return the earlier snapshots of the same, but those that a program reads."""
    of = (snapshot.connection_id, snapshot.subject, snapshot.pk)
    begin, end = snapshot.begin, snapshot.end
    before = EARLIER.rows(*of, begin, end) if begin and end else _earlier(*of, begin, end)
    return [pk for pk, pinned in before if not timestamps.recent(pinned, PINNED)]


def _earlier(
    connection: int, subject: str, pk: int, begin: datetime | None, end: datetime | None
) -> QuerySet[Snapshot, tuple[int, datetime | None]]:
    found = Snapshot.objects.filter(connection=connection, subject=subject, pk__lt=pk)
    return found.filter(begin=begin, end=end).values_list("pk", "pinned")


def _latest(connection: int, subjects: Collection[str], since: datetime) -> QuerySet[Snapshot]:
    found = Snapshot.objects.filter(connection=connection, subject__in=subjects)
    lately = Q(ended__gt=since) | Q(as_of__gt=since)
    return found.filter(Q(status=Snapshot.Status.LOADING) | lately).order_by("pk")


EARLIER, LATEST = Prepared(_earlier), Prepared(_latest)
