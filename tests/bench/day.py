"""A day of eight hours: fifty people at the ten presets, 5,000 reservations on each day.

The clock is set on, and loads take as long as the pace allows, one after the other. Ours answers
from days that all presets share; the baseline loads each preset's range on its own, shared by
those who look at it, and as fresh for as long as one load may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from statistics import quantiles
from typing import TYPE_CHECKING
from unittest.mock import patch
from zoneinfo import ZoneInfo

import time_machine

from tests.bench import dashboard
from tests.bench.ages import DAY, PAGE, Paced, pages, without_rows
from tests.bench.figure import Figure

if TYPE_CHECKING:
    from appoints.connections.models import Connection
    from appoints.query.time_range import Window
    from appoints.results.assembly import Assembly
    from appoints.results.partition_lookup import PartitionLookup
    from appoints.snapshots.models import Snapshot
    from appoints.snapshots.partitions import Partition
    from appoints.snapshots.upstream import UpstreamRequest
    from appoints.snapshots.waiting import Came, Wait

A_DAY = 5_000  # reservations on each day until today; ahead, half as many on each day as before it
LASTS, EVERY = timedelta(hours=8), timedelta(seconds=30)  # and how often each page is looked at
PEOPLE_A_PRESET = 5  # who look at the same, and so ask for the same
ASKED_AGAIN = timedelta(seconds=50)  # or what waits would be taken for unwanted
FRESH = timedelta(seconds=20)
ZONE = ZoneInfo("UTC")
NEAR = ("today", "rest-of-today", "next-1h", "next-15m", "tomorrow", "yesterday")
BEGUN = datetime(2026, 11, 24, 8, tzinfo=UTC)


def figures() -> list[Figure]:
    """Count calls, and how old the oldest row of each look is."""
    from django.conf import settings

    connection = dashboard.connection("http://127.0.0.1:9")
    connection.time_zone = ZONE.key
    connection.save()
    kept, settings.APPOINTS_FRESH_FOR = settings.APPOINTS_FRESH_FOR, FRESH
    try:
        calls, ages = _by_days(connection)
        alone, ages_alone = _each_on_its_own()
    finally:
        settings.APPOINTS_FRESH_FOR = kept
    pairs = [
        ("calls of a day of fifty people", calls, alone),
        ("age of rows near now, p95, s", _p95(ages.near), _p95(ages_alone.near)),
        ("age of the oldest row seen, p95, s", _p95(ages.all), _p95(ages_alone.all)),
    ]
    return [
        Figure(what, ours, other, "each on its own", ours / other, 1, at_most=True)
        for what, ours, other in pairs
    ]


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _rows(begin: datetime, end: datetime) -> int:
    """Return how many reservations lie in a range; a day's are spread evenly."""
    count, at = 0.0, begin
    while at < end:
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        until = min(midnight + DAY, end)
        ahead = max((midnight.date() - BEGUN.date()).days, 0)
        count += A_DAY / 2**ahead * ((until - at) / DAY)
        at = until
    return round(count)


def _windows() -> Iterator[tuple[str, Window]]:
    from appoints.query.presets import NAMES, resolve
    from appoints.snapshots.upstream import rounded

    for name in NAMES:
        yield name, rounded(resolve(name, _now(), ZONE, overdue_days=30), ZONE)


def _now() -> datetime:
    return datetime.now(UTC)


def _looks(clock: time_machine.Traveller) -> Iterator[None]:
    """Set the clock on from look to look."""
    while _now() - BEGUN < LASTS:
        yield
        clock.shift(EVERY)


def _by_days(connection: Connection) -> tuple[int, Ages]:
    """Return the calls, and the ages of what was looked at."""
    from appoints.access.scope import UNLIMITED
    from appoints.results.partition_lookup import PartitionLookup
    from appoints.results.states import rules
    from appoints.snapshots import waiting
    from appoints.snapshots.waiting import NO_WAIT

    shared, ages = Shared(_rows), Ages()
    with ExitStack() as stack:
        clock = stack.enter_context(time_machine.travel(BEGUN, tick=False))
        stack.enter_context(without_rows())
        stack.enter_context(patch.object(waiting, "load_all", shared.load_all))
        stack.enter_context(patch.object(PartitionLookup, "stored", shared.stored()))
        stack.enter_context(patch.object(PartitionLookup, "_is_newly_behind", lambda *_: False))
        for _ in _looks(clock):
            for name, window in _windows():
                lookup = PartitionLookup(connection, window, window, rules(), UNLIMITED)
                assembly = lookup.load(NO_WAIT, None)
                assert assembly
                oldest = min(each.snapshot.as_of or BEGUN for each in assembly.pieces)
                ages.saw(name, oldest if assembly.is_whole else None)
    return shared.calls, ages


@dataclass
class Ages:
    """How old the oldest row of each look was, in seconds, of the near presets and of all."""

    near: list[float] = field(default_factory=list)
    all: list[float] = field(default_factory=list)

    def saw(self, name: str, oldest: datetime | None) -> None:
        """Count a look of each who watches a preset; what has not come is as old as the day."""
        age = [(_now() - (oldest or BEGUN)).total_seconds()] * PEOPLE_A_PRESET
        self.all += age
        if name in NEAR:
            self.near += age


@dataclass
class Shared(Paced):
    """Loads of days; what is stored and what is coming is kept here, to be told in no time."""

    newest: dict[Window, Snapshot] = field(default_factory=dict)
    coming: dict[Window, tuple[Snapshot, datetime]] = field(default_factory=dict)
    partitions: dict[Window, Sequence[Partition]] = field(default_factory=dict)

    def load_all(
        self,
        connection: Connection,
        asked: Sequence[UpstreamRequest],
        wait: Wait,
        person: int | None,
        came: Came,
    ) -> list[Snapshot]:
        """Return the snapshots; the queue hears of what waits now and then."""
        self.go_on()
        since = _now() - ASKED_AGAIN
        known = [self.coming.get(each.window) for each in asked]
        if all(each and each[1] > since for each in known):
            return [each[0] for each in known if each]
        loads = super().load_all(connection, asked, wait, person)
        for each in loads:
            if each.ended is None:
                self.coming[_window_of(each)] = each, _now()
        return loads

    def _end(self, load: Snapshot, end: datetime) -> None:
        super()._end(load, end)
        self.coming.pop(_window_of(load), None)
        if load.as_of and load.status == load.Status.WHOLE:
            self.newest[_window_of(load)] = load

    def stored(self) -> Callable[[PartitionLookup], Assembly | None]:
        """Return what stands in for ``PartitionLookup.stored``."""
        from appoints.results.assembly import Assembly
        from appoints.results.found import Found
        from appoints.results.partition_lookup import PartitionLookup

        read = PartitionLookup.stored

        def stored(lookup: PartitionLookup) -> Assembly | None:
            known = self.partitions.get(lookup.window, ())
            held = [self.newest.get(each.asked.window) for each in known]
            if known and all(held):
                return Assembly(known, [each and Found(each) for each in held])
            assembly = read(lookup)
            self.partitions[lookup.window] = assembly.partitions if assembly else ()
            return assembly

        return stored


def _window_of(load: Snapshot) -> Window:
    from appoints.query.time_range import Window

    return Window(load.begin, load.end)


@dataclass
class Alone:
    """The loads of whole ranges, one after the other, as they were asked for first."""

    calls: int = 0
    free: datetime = BEGUN
    loads: dict[Window, tuple[datetime, datetime]] = field(default_factory=dict)  # begin and end

    def look(self, window: Window) -> datetime | None:
        """Ask for a range where it is due; return when its rows came, None before they have."""
        before = self.loads.get(window)
        if before is None or (before[1] <= _now() and self._is_due(*before)):
            begin = max(self.free, _now())
            count = pages(_counted(window))
            self.free = begin + count * PAGE
            self.calls += count
            self.loads[window] = begin, self.free
        shown = self.loads[window] if self.loads[window][1] <= _now() else before
        return shown[0] if shown and shown[1] <= _now() else None

    def _is_due(self, begin: datetime, end: datetime) -> bool:
        from appoints.snapshots import ageing
        from appoints.snapshots.models import Snapshot

        worked = (end - begin).total_seconds()
        return not ageing.is_fresh(Snapshot(as_of=begin, ended=end, worked=worked))


@cache
def _counted(window: Window) -> int:
    assert window.begin and window.end
    return _rows(window.begin, window.end)


def _each_on_its_own() -> tuple[int, Ages]:
    alone, ages = Alone(), Ages()
    with time_machine.travel(BEGUN, tick=False) as clock:
        for _ in _looks(clock):
            for name, window in _windows():
                ages.saw(name, alone.look(window))
    return alone.calls, ages
