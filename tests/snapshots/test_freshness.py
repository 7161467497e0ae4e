"""How long rows are fresh: by the work that they cost, whatever the clock said meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.isales.simulator import Simulator
from appoints.isales.simulator.faults import Fault
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results import lookup
from appoints.results.cache import Cache
from appoints.results.lookup import ask
from appoints.results.refresh import request_refresh
from appoints.results.result import Result
from appoints.snapshots import ageing, crew, load_turn, pool, retention, store
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Snapshot
from tests.factories import PAGE, leased, whole

UTC = ZoneInfo("UTC")
AHEAD = [timedelta(minutes=3), timedelta(hours=2), timedelta(days=400)]


@pytest.fixture(autouse=True)
def _no_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "CACHE", Cache())


@pytest.fixture(autouse=True)
def _every_page_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_turn, "SHOWN_EVERY", 0.0)


def everything(connection: Connection) -> Result:
    return ask(connection, Query(), EVER, UTC, whole(connection), wait=20)


def shift(by: timedelta) -> None:
    """Let everything that is stored have happened so much earlier."""
    stamps = ("created", "as_of", "ended", "wanted", "leased_until")
    Snapshot.objects.update(**{name: F(name) - by for name in stamps})


def paused(connection: Connection) -> None:
    """Begin a load that nobody waits for any more."""
    begun = leased(connection)
    Snapshot.objects.update(wanted=timezone.now() - timedelta(minutes=2))
    Load(begun).run()
    crew.await_calls(time.monotonic() + 30)


@contextmanager
def clock_set(simulator: Simulator, by: timedelta) -> Iterator[None]:
    simulator.gatekeeper.now = timezone.now
    with time_machine.travel(timezone.now() + by):
        yield
        # A loader that drops old results after a load looks at the same clock.
        pool.POOL.await_loads(time.monotonic() + 30)
    simulator.calls.clear()


def test_a_load_that_paused_does_not_count_its_pause_as_work(
    connection: Connection, simulator: Simulator
) -> None:
    with clock_set(simulator, -timedelta(minutes=9, seconds=30)):
        paused(connection)
    assert everything(connection).total == 85
    whole = Snapshot.objects.get()
    assert 0 < whole.worked < 60
    assert ageing.rested(whole, 5) - timezone.now() < timedelta(minutes=5)
    # Its oldest rows are nearly ten minutes old.
    simulator.calls.clear()
    everything(connection)
    assert len(simulator.list_calls) == 9


def test_a_quiet_that_isales_asked_for_is_no_work(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = Fault("429:3", after=4, times=1)
    everything(connection)
    whole = Snapshot.objects.get()
    elapsed = (whole.ended - whole.created).total_seconds()
    assert elapsed >= 3 and whole.worked < elapsed - 2.5


def test_calls_side_by_side_count_once(connection: Connection, simulator: Simulator) -> None:
    simulator.latency = 0.2
    everything(connection)
    whole = Snapshot.objects.get()
    elapsed = (whole.ended - whole.created).total_seconds()
    assert 0.4 < whole.worked <= elapsed


@pytest.mark.parametrize("worked", [4000.0, 10.0**9])
def test_freshness_has_an_upper_bound(connection: Connection, worked: float) -> None:
    now = timezone.now()
    slow = Snapshot(created=now, as_of=now, ended=now, worked=worked)
    assert ageing.fresh_until(slow) - now <= timedelta(minutes=15)


def test_a_persons_refresh_is_obeyed_once_isales_has_rested(
    connection: Connection, simulator: Simulator
) -> None:
    everything(connection)
    Snapshot.objects.update(worked=60.0, ended=F("created") + timedelta(seconds=60))
    shift(timedelta(minutes=3))
    simulator.calls.clear()
    everything(connection)
    assert simulator.calls == []
    request_refresh(connection, Query(), EVER, UTC, whole(connection))
    everything(connection)
    assert len(simulator.list_calls) == 9


def test_a_persons_refresh_waits_for_the_pace(connection: Connection, simulator: Simulator) -> None:
    everything(connection)
    Snapshot.objects.update(worked=60.0, ended=F("created") + timedelta(seconds=60))
    shift(timedelta(seconds=100))
    simulator.calls.clear()
    request_refresh(connection, Query(), EVER, UTC, whole(connection))
    result = everything(connection)
    assert simulator.calls == []
    assert timedelta() < result.newer_from - timezone.now() <= timedelta(seconds=20)


@pytest.mark.parametrize("ahead", AHEAD, ids=str)
class TestClockThatWasAhead:
    def test_rows_of_the_future_are_not_shown(
        self, connection: Connection, simulator: Simulator, ahead: timedelta
    ) -> None:
        with clock_set(simulator, ahead):
            everything(connection)
        result = everything(connection)
        assert len(simulator.list_calls) == 9
        assert result.as_of <= timezone.now()

    def test_a_lease_counts_as_passed(
        self, connection: Connection, simulator: Simulator, ahead: timedelta
    ) -> None:
        with clock_set(simulator, ahead):
            leased(connection)
        assert everything(connection).total == 85

    def test_half_a_load_begins_anew(
        self, connection: Connection, simulator: Simulator, ahead: timedelta
    ) -> None:
        with clock_set(simulator, ahead):
            paused(connection)
            assert Snapshot.objects.get().received == PAGE
        assert everything(connection).as_of <= timezone.now()

    def test_a_failure_and_a_cap_are_forgotten(
        self,
        connection: Connection,
        simulator: Simulator,
        settings: Settings,
        ahead: timedelta,
    ) -> None:
        with clock_set(simulator, ahead):
            settings.APPOINTS_MOST_ROWS = 50
            everything(connection)
            settings.APPOINTS_MOST_ROWS = 200
            Snapshot.objects.update(ended=F("ended") - timedelta(minutes=1))
            failed = leased(connection)
            Snapshot.objects.filter(pk=failed.pk).update(created=F("created") - ahead / 4)
            failed.refresh_from_db()
            store.finish(failed, Snapshot.Status.FAILED, failure={})
        assert store.failure_before(failed) is None
        try:
            result = everything(connection)
        except FetchError as error:  # pragma: no cover
            raise AssertionError("a failure of the future stands") from error
        assert (result.mode, result.total) == ("whole", 85)

    def test_what_nobody_can_have_wanted_yet_is_dropped(
        self, connection: Connection, simulator: Simulator, ahead: timedelta
    ) -> None:
        with clock_set(simulator, ahead):
            everything(connection)
        assert retention.purge() == 1
