"""Calls that moved out of a range since it was fetched before, and the snapshots that lack them.

A call that moved from one day to another would stand in neither until the other is fetched anew.
So whoever loads a range looks for the unfinished calls that are gone from it, and marks what holds
the time that they moved to; that is fetched anew at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import polars as pl
from django.db.models import QuerySet
from django.utils import timezone

from appoints.connections import timestamps
from appoints.connections.models import Connection
from appoints.encryption import WrongKey, decrypt, encrypt
from appoints.isales.client import Criteria
from appoints.snapshots import frame, store, stored_rows
from appoints.snapshots.models import Snapshot
from appoints.snapshots.page_queue import Arrival
from dashboard.prepared import Prepared

MOST_LOOKS = 10  # numbers that are looked for after one load
UNKNOWN = ""  # for calls that may stand anywhere; its value is the moment since when

EXPECTED = Prepared(lambda pk: Snapshot.objects.filter(pk=pk).values_list("expected", flat=True))

Expected = dict[str, str]  # called numbers by the IDs of their reservations


class Move(NamedTuple):
    """A reservation of a number, and the time that it is reserved for now; None is not known."""

    name: str
    number: str
    reserved: datetime | None


def is_followed(snapshot: Snapshot) -> bool:
    """Tell whether calls can move between a snapshot's range and that of another."""
    connection = snapshot.connection
    return (
        snapshot.begin is not None
        and snapshot.end is not None
        and connection.range_field == Connection.RangeField.APPOINT_TIME
        and snapshot.subject == store.subject_of(Criteria(), connection)
    )


def gone(snapshot: Snapshot, rows: pl.DataFrame) -> Expected:
    """Return the unfinished calls that were in a snapshot's range before and are not any more.

    Those that were known to be on their way into it count as well.
    """
    held: Expected = {}
    for before in _before(snapshot):
        held |= expected(before) | _unfinished(before, snapshot)
    if not held:
        return {}
    here = set(rows["appoint_id"].drop_nulls())
    here.add(UNKNOWN)
    return {name: number for name, number in held.items() if name not in here}


def look_for(gone: Expected, page: Callable[[Criteria], Arrival]) -> Iterator[Move]:
    """Yield where calls stand now; those that iSales has no more are cancelled.

    ``page`` asks for the first page of all rows of some criteria.
    """
    numbers = set(gone.values())
    if len(numbers) > MOST_LOOKS or "" in numbers:
        yield Move(UNKNOWN, "", None)
        return
    for number in numbers:
        fetched, total = page(Criteria(number=number))
        if total > len(fetched.rows):
            yield Move(UNKNOWN, "", None)
        for row in fetched.rows:
            if row.appoint_id in gone:
                reserved = frame.plain([fetched._replace(rows=[row])])["appoint_time"][0]
                yield Move(row.appoint_id, number, reserved)


def expected(snapshot: Snapshot) -> Expected:
    """Return the calls that moved into a snapshot's range and are not among its rows."""
    if snapshot.expected is None:
        return {}
    try:
        found: Expected = json.loads(decrypt(bytes(snapshot.expected)))
    except WrongKey:
        return {UNKNOWN: timezone.now().isoformat()}
    return found


def mark(snapshot: Snapshot, moves: Sequence[Move]) -> None:
    """Store that other snapshots lack calls that are gone from one.

    In the transaction that ends its load, which locks the connection.
    """
    others = _of_everything(snapshot).exclude(status=Snapshot.Status.FAILED)
    for move in moves:
        if move.reserved is None:
            for other in others.exclude(pk=snapshot.pk):
                _expect(other, {**expected(other), UNKNOWN: timezone.now().isoformat()})
            continue
        for other in others.filter(begin__lte=move.reserved, end__gt=move.reserved):
            whole = other.status == Snapshot.Status.WHOLE
            if not whole or move.name not in _rows(other)["appoint_id"]:
                _expect(other, {**expected(other), move.name: move.number})


def settle(snapshot: Snapshot, rows: pl.DataFrame, as_of: datetime) -> None:
    """Let a snapshot expect no more what has come; in the same transaction."""
    snapshot.expected = next(iter(EXPECTED.rows(snapshot.pk)), snapshot.expected)
    left = expected(snapshot)
    if not left:
        return
    here = set(rows["appoint_id"].drop_nulls())
    left = {name: number for name, number in left.items() if name not in here}
    if as_of.isoformat() > left.get(UNKNOWN, "9"):
        del left[UNKNOWN]
    _expect(snapshot, left)


def _expect(snapshot: Snapshot, calls: Mapping[str, str]) -> None:
    snapshot.expected = encrypt(json.dumps(calls).encode()) if calls else None
    Snapshot.objects.filter(pk=snapshot.pk).update(expected=snapshot.expected)


def _before(snapshot: Snapshot) -> list[Snapshot]:
    """Return the newest whole snapshots that held a snapshot's range, or parts of it."""
    assert snapshot.begin and snapshot.end
    where = (snapshot.connection_id, snapshot.subject, snapshot.begin, snapshot.end)
    chosen: list[Snapshot] = []
    for each in WHOLE.rows(*where, snapshot.pk, timestamps.latest()):
        if all(_are_apart(each, other) for other in chosen):
            chosen.append(each)
    return chosen


def _are_apart(one: Snapshot, other: Snapshot) -> bool:
    assert one.begin and one.end and other.begin and other.end
    return one.end <= other.begin or other.end <= one.begin


def _of_everything(snapshot: Snapshot) -> QuerySet[Snapshot]:
    """Return the snapshots of the same connection's everything that have both ends."""
    return Snapshot.objects.filter(
        connection=snapshot.connection,
        subject=snapshot.subject,
        begin__isnull=False,
        end__isnull=False,
    )


def _unfinished(before: Snapshot, snapshot: Snapshot) -> Expected:
    """Return the unfinished calls of an earlier snapshot that lie in the range of another."""
    reserved = pl.col("appoint_time")
    inside = (reserved >= snapshot.begin) & (reserved < snapshot.end) | reserved.is_null()
    rows = _rows(before).filter(inside & frame.is_unfinished() & pl.col("appoint_id").is_not_null())
    return dict(rows.select("appoint_id", pl.col("called_no").fill_null("")).rows())


def _rows(snapshot: Snapshot) -> pl.DataFrame:
    return stored_rows.read_in_one(snapshot.chunks.order_by("number"))


def _whole(
    connection: int, subject: str, begin: datetime, end: datetime, but: int, latest: datetime
) -> QuerySet[Snapshot]:
    """Return whole snapshots of ranges that overlap one, newest first."""
    found = Snapshot.objects.filter(
        connection=connection,
        subject=subject,
        status=Snapshot.Status.WHOLE,
        as_of__lte=latest,
        begin__lt=end,
        end__gt=begin,
    )
    return found.exclude(pk=but).order_by("-as_of", "-pk")


WHOLE = Prepared(_whole)
