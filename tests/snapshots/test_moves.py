"""Calls that are gone from a range are found quickly, however many are unfinished."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.rows import parse_row
from appoints.query.time_range import Window
from appoints.snapshots import frame, leases, moves, store, upstream
from appoints.snapshots.models import Snapshot
from appoints.snapshots.reconcile import PageInfo
from tests.factories import NOON, raw

DAY = Window(NOON, NOON + timedelta(days=30))
MANY = 10_000


def begun(connection: Connection) -> Snapshot:
    [snapshot] = store.begin_or_join(connection, [upstream.everything(DAY, connection, None)])
    assert leases.take(snapshot)
    return snapshot


def test_of_ten_thousand_unfinished_calls_those_that_are_gone_are_found_in_no_time(
    connection: Connection,
) -> None:
    data = [parse_row(raw(number)) for number in range(MANY)]
    rows, before = frame.plain([frame.Fetched(0, data, timezone.now())]), begun(connection)
    store.write(before, {0: ({0: PageInfo(MANY, MANY)}, rows)})
    long_ago = timezone.now() - timedelta(hours=1)
    store.finish(before, Snapshot.Status.WHOLE, received=MANY, total=MANY, as_of=long_ago)
    snapshot, start = begun(connection), time.process_time()
    found = moves.gone(snapshot, rows[2:])
    assert time.process_time() - start < 0.4
    assert found == {row.appoint_id: row.called_no for row in data[:2]}
