"""Whoever waits for loads hears of each as it ends."""

from __future__ import annotations

import time
from threading import Timer

import pytest
from django.db import connection as database

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.query.time_range import EVER
from appoints.snapshots import leases, queue, store, waiting
from appoints.snapshots.models import Snapshot
from appoints.snapshots.news import NEWS
from appoints.snapshots.upstream import UpstreamRequest
from appoints.snapshots.waiting import Wait
from tests.factories import loads_ended


def end(snapshot: Snapshot) -> None:
    store.finish(snapshot, Snapshot.Status.WHOLE)
    NEWS.tell()


def test_a_load_that_ends_while_another_is_looked_at_is_heard_of_at_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads_ended()
    monkeypatch.setattr(waiting, "LOOK_AGAIN", 20)
    monkeypatch.setattr(waiting, "LONGEST_LOOK", 20)
    asked = [UpstreamRequest(Criteria(number=number), EVER) for number in ("1", "2")]
    first, second = queue.enqueue(connection, asked, None)
    assert leases.take(first) and leases.take(second)

    def end_first() -> None:
        end(first)
        database.close()

    timer = Timer(0.1, end_first)
    timer.start()
    began = time.monotonic()
    found = waiting.load_all(connection, asked, Wait.for_all(30), None, came=lambda _: end(second))
    timer.join()
    assert {each.status for each in found} == {"whole"}
    assert time.monotonic() - began < 10
