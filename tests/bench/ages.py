"""How old rows are that somebody watches, and what that asks of iSales: twelve minutes by a clock
that is set on, with loads that take as long as the pace allows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING
from unittest.mock import patch

import time_machine

from tests.bench import dashboard
from tests.bench.figure import Figure

if TYPE_CHECKING:
    from appoints.connections.models import Connection
    from appoints.snapshots.models import Snapshot
    from appoints.snapshots.upstream import UpstreamRequest
    from appoints.snapshots.waiting import Wait

ROWS, DAYS, LIMIT = 100_000, 30, 100
PAGE = timedelta(seconds=0.1)  # a call, at ten a second
WATCHED, EVERY = timedelta(minutes=12), timedelta(seconds=2)
DAY = timedelta(days=1)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Paced:
    """Loads in place of ``waiting.load_all``: one after the other, in the order of the queue.

    ``rows`` tells how many rows a range has.
    """

    rows: Callable[[datetime, datetime], int]
    calls: int = 0
    running: Snapshot | None = None
    begun: datetime = NEVER

    def load_all(
        self,
        connection: Connection,
        asked: Sequence[UpstreamRequest],
        wait: Wait,
        person: int | None,
    ) -> list[Snapshot]:
        """Return the snapshots, whole where their load has had its time."""
        from appoints.snapshots import store
        from appoints.snapshots.models import Snapshot

        snapshots = store.begin_or_join(connection, asked)
        self.go_on()
        found = Snapshot.objects.in_bulk([each.pk for each in snapshots])
        return [found[each.pk] for each in snapshots]

    def go_on(self) -> None:
        """End the load that has had its time, and take the next."""
        from appoints.snapshots import queue

        free = _now()
        while True:
            if self.running is not None:
                free = self.begun + self._pages(self.running) * PAGE
                if free > _now():
                    return
                self._end(self.running, free)
            self.running = next(iter(queue.in_order()), None)
            if self.running is None:
                return
            self.begun = max(free, self.running.wanted)
            self.calls += self._pages(self.running)

    def _end(self, load: Snapshot, end: datetime) -> None:
        from appoints.snapshots.models import Snapshot

        rows = self._rows(load)
        too_many = load.most is not None and rows > load.most
        load.status = Snapshot.Status.TOO_MANY if too_many else Snapshot.Status.WHOLE
        load.total = load.received = rows
        load.as_of, load.ended = self.begun, end
        load.worked = (end - self.begun).total_seconds()
        load.save()
        Snapshot.objects.filter(begin=load.begin, end=load.end, pk__lt=load.pk).delete()

    def _pages(self, load: Snapshot) -> int:
        """Return the pages up to the end, or the one that tells that there are too many."""
        return pages(self._rows(load)) if load.most is None else 1

    def _rows(self, load: Snapshot) -> int:
        assert load.begin and load.end
        return self.rows(load.begin, load.end)


def pages(rows: int) -> int:
    """Return how many pages a load of so many rows asks for; a full one is no proof of the end."""
    return ceil((rows + 1) / LIMIT)


def _spread(begin: datetime, end: datetime) -> int:
    return round(ROWS / DAYS * ((end - begin) / DAY))


def _now() -> datetime:
    return datetime.now(UTC)


def figures() -> list[Figure]:
    """Watch the overdue calls of thirty days."""
    from django.conf import settings

    connection = dashboard.connection("http://127.0.0.1:9")
    kept, settings.APPOINTS_FRESH_FOR = settings.APPOINTS_FRESH_FOR, timedelta(seconds=20)
    try:
        near, oldest, pace = _watched(connection)
    finally:
        settings.APPOINTS_FRESH_FOR = kept
    return [
        Figure("age of days near now, 100,000 rows, s", near, None, "", near, 30, at_most=True),
        Figure("age of the oldest of 30 days, s", oldest, None, "", oldest, 600, at_most=True),
        Figure("calls a second meanwhile, pace 10", pace, None, "", pace, 10, at_most=True),
    ]


def _watched(connection: Connection) -> tuple[float, float, float]:
    """Return the greatest ages near now and anywhere, and the calls a second."""
    from appoints.snapshots import waiting

    near = oldest = timedelta()
    with time_machine.travel(_now(), tick=False) as clock:
        paced = Paced(_spread)
        with patch.object(waiting, "load_all", paced.load_all), without_rows():
            while not _ages(connection):
                clock.shift(EVERY)
            begun, before = _now(), paced.calls
            while _now() - begun < WATCHED:
                clock.shift(EVERY)
                paced.go_on()
                ages = _ages(connection)
                near = max(near, *(age for age, far in ages if far < DAY))
                oldest = max(oldest, *(age for age, _ in ages))
    pace = (paced.calls - before) / WATCHED.total_seconds()
    return near.total_seconds(), oldest.total_seconds(), pace


def without_rows() -> AbstractContextManager[object]:
    """Let the ages be told without any row."""
    from appoints.results.partition_lookup import PartitionLookup

    return patch.object(PartitionLookup, "is_sure", lambda *_: True)


def _ages(connection: Connection) -> list[tuple[timedelta, timedelta]]:
    """Return how old each part is and how far from now; nothing before all are whole."""
    from appoints.access.scope import UNLIMITED
    from appoints.query.time_range import Window
    from appoints.results.partition_lookup import PartitionLookup
    from appoints.results.states import rules
    from appoints.snapshots.waiting import NO_WAIT

    now = _now()
    window = Window(now - DAYS * DAY, now)
    lookup = PartitionLookup(connection, window, window, rules(), UNLIMITED)
    assembly = lookup.load(NO_WAIT, None)
    assert assembly
    if not assembly.is_whole:
        return []
    return [
        (now - each.snapshot.as_of, max(now - each.span.end, timedelta()))
        for each in assembly.pieces
    ]
