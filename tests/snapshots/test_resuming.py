"""A load outlives its worker: leases, chunks, and those who ask together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.db import connections as databases
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.encryption import decrypt, encrypt
from appoints.isales.client import Criteria
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results.cache import Cache
from appoints.results.lookup import ask
from appoints.results.result import Result
from appoints.results.states import Rules
from appoints.snapshots import arrived, fetcher, leases, load_turn, store
from appoints.snapshots.leases import LeaseLost
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Chunk, Snapshot
from appoints.snapshots.page_queue import Arrival
from appoints.snapshots.pool import Pool
from appoints.snapshots.upstream import UpstreamRequest
from tests.factories import PAGE, leased, whole

UTC = ZoneInfo("UTC")


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrived, "CHUNK", 2 * PAGE)
    monkeypatch.setattr(load_turn, "WRITTEN_EVERY", 0.0)
    monkeypatch.setattr("appoints.results.lookup.CACHE", Cache())


def everything(connection: Connection, wait: float = 10) -> Result:
    return ask(connection, Query(), EVER, UTC, whole(connection), wait=wait)


def expired(snapshot: Snapshot) -> None:
    """Let the holder of a lease be as good as dead."""
    Snapshot.objects.filter(pk=snapshot.pk).update(leased_until=timezone.now())


class Killed(BaseException):
    """What ends a worker without a word."""


def half_loaded(connection: Connection, simulator: Simulator) -> Snapshot:
    """A snapshot whose worker was killed when it had written four pages."""
    snapshot, fetched = leased(connection), fetcher.pages

    def first_pages(*asked: Any) -> Iterator[Arrival | None]:
        connection, criteria, limit, offsets, _ = asked
        four = [at for at in offsets if at < 4 * PAGE]
        yield from fetched(connection, criteria, limit, four)
        if max(offsets) >= 4 * PAGE:
            raise Killed

    with (
        patch.object(fetcher, "pages", first_pages),
        patch.object(load_turn.LoadTurn, "begin_rest", return_value=False),
        pytest.raises(Killed),
    ):
        Load(snapshot).run()
    expired(snapshot)
    simulator.calls.clear()
    return snapshot


def offsets(simulator: Simulator) -> list[int]:
    return sorted(call.body["offset"] for call in simulator.list_calls)


def test_a_load_whose_worker_was_killed_is_resumed_where_it_stopped(
    connection: Connection, simulator: Simulator
) -> None:
    half_loaded(connection, simulator)
    result = everything(connection)
    assert (result.mode, result.total, result.is_settled) == ("whole", 85, True)
    assert offsets(simulator) == list(range(4 * PAGE, 85, PAGE))


def test_a_process_that_ends_hands_its_loads_over_at_once(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.latency = 0.05
    store.begin_or_join(connection, [UpstreamRequest(Criteria(), EVER)])
    pool = Pool()
    pool.wake()
    while len(simulator.list_calls) < 2:
        time.sleep(0.01)
    pool.hand_over()
    snapshot = Snapshot.objects.get()
    assert (snapshot.status, leases.is_held(snapshot)) == (Snapshot.Status.LOADING, False)
    assert not connection.slots.exclude(holder="").exists()
    pool.wake()  # of a request that is still being answered
    assert not leases.is_held(Snapshot.objects.get())
    simulator.calls.clear()
    assert everything(connection).total == 85
    assert 0 not in offsets(simulator)


def test_a_process_that_ends_before_the_first_page_claims_no_rows(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "TICK", 0.01)
    simulator.latency = 0.3
    store.begin_or_join(connection, [UpstreamRequest(Criteria(), EVER)])
    pool = Pool()
    pool.wake()
    while not leases.is_held(Snapshot.objects.get()):
        time.sleep(0.01)
    pool.hand_over()
    snapshot = Snapshot.objects.get()
    assert (snapshot.total, snapshot.as_of, leases.is_held(snapshot)) == (None, None, False)


def test_nobody_takes_a_load_over_while_its_worker_lives(connection: Connection) -> None:
    snapshot = leased(connection)
    assert everything(connection, wait=0.1).mode == "loading"
    snapshot.refresh_from_db()
    assert snapshot.lease == 1


def test_what_is_at_hand_is_shown_while_the_rest_is_loading(
    connection: Connection, simulator: Simulator
) -> None:
    snapshot = half_loaded(connection, simulator)
    Snapshot.objects.filter(pk=snapshot.pk).update(leased_until=timezone.now() + timedelta(hours=1))
    result = everything(connection, wait=0)
    assert (result.mode, result.total, result.reported) == ("loading", 4 * PAGE, 85)
    assert result.facets is None


def test_a_worker_that_lost_its_lease_writes_nothing_more(snapshot: Snapshot) -> None:
    Snapshot.objects.update(lease=2)
    with pytest.raises(LeaseLost):
        Load(snapshot).run()
    assert not Chunk.objects.exists()


def test_a_snapshot_that_was_deleted_is_not_written_to(snapshot: Snapshot) -> None:
    Snapshot.objects.all().delete()
    with pytest.raises(LeaseLost):
        Load(snapshot).run()


def test_a_lease_has_one_holder(connection: Connection) -> None:
    snapshot = leased(connection)
    expired(snapshot)
    one, other = Snapshot.objects.get(), Snapshot.objects.get()
    assert [leases.take(one), leases.take(other)] == [True, False]


def test_who_comes_when_a_load_just_ended_begins_no_other(connection: Connection) -> None:
    snapshot = leased(connection)
    Load(snapshot).run()
    assert store.begin_or_join(connection, [UpstreamRequest(Criteria(), EVER)]) == [snapshot]


def test_a_load_that_nobody_wants_pauses_and_goes_on_when_somebody_does(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.latency = 0.1
    snapshot = leased(connection)
    Snapshot.objects.update(wanted=timezone.now() - timedelta(minutes=2))
    monkeypatch.setattr(load_turn, "SHOWN_EVERY", 0.0)
    Load(snapshot).run()
    assert snapshot.status == Snapshot.Status.LOADING
    before = len(simulator.list_calls)
    assert 0 < before < 9
    assert everything(connection).total == 85
    assert len(simulator.list_calls) <= 9 + connection.max_concurrency


def test_a_chunk_that_cannot_be_decrypted_is_fetched_again(
    connection: Connection, simulator: Simulator
) -> None:
    half_loaded(connection, simulator)
    Chunk.objects.filter(number=1).update(payload=b"under another key")
    assert everything(connection).total == 85
    assert offsets(simulator) == list(range(2 * PAGE, 85, PAGE))


def test_a_chunk_that_another_release_wrote_is_fetched_again(
    connection: Connection, simulator: Simulator
) -> None:
    half_loaded(connection, simulator)
    chunk, file = Chunk.objects.get(number=1), BytesIO()
    pl.read_ipc(decrypt(bytes(chunk.payload))).drop("odd").write_ipc(file)
    Chunk.objects.filter(number=1).update(payload=encrypt(file.getvalue()))
    assert everything(connection).total == 85
    assert offsets(simulator) == list(range(2 * PAGE, 85, PAGE))


@pytest.mark.parametrize("lost", ["spoilt", "deleted"])
def test_a_whole_result_that_lost_a_chunk_is_never_shown_short(
    connection: Connection, simulator: Simulator, lost: str
) -> None:
    Load(leased(connection)).run()
    if lost == "spoilt":
        Chunk.objects.filter(number=2).update(payload=b"under another key")
    else:
        Chunk.objects.filter(number=2).delete()
    simulator.calls.clear()
    result = everything(connection)
    assert (result.mode, result.total, result.is_settled) == ("whole", 85, True)
    assert len(simulator.list_calls) == 9


def test_a_result_kept_in_memory_outlives_its_chunks(connection: Connection) -> None:
    Load(leased(connection)).run()
    assert everything(connection).total == 85
    Chunk.objects.all().delete()
    assert everything(connection).total == 85


def test_rows_so_far_never_stand_for_the_whole(connection: Connection) -> None:
    """A page read again may change its rows and not their number."""
    snapshot = leased(connection)
    Load(snapshot).run()
    cache = Cache()
    snapshot.status = Snapshot.Status.LOADING
    chunk = Chunk.objects.get(number=4)
    Chunk.objects.filter(pk=chunk.pk).delete()
    assert cache.of(snapshot, Rules()).height == 80
    chunk.save(force_insert=True)
    snapshot.status = Snapshot.Status.WHOLE
    assert cache.of(snapshot, Rules()).height == 85


@pytest.mark.parametrize("viewers", [2, 20])
def test_many_who_ask_at_once_cost_what_one_costs(
    connection: Connection, simulator: Simulator, viewers: int
) -> None:
    simulator.latency = 0.01

    def look(_: int) -> tuple[str, int]:
        try:
            result = everything(Connection.objects.get())
            return result.mode, result.total
        finally:
            databases.close_all()

    with ThreadPoolExecutor(viewers) as pool:
        found = list(pool.map(look, range(viewers)))
    assert found == [("whole", 85)] * viewers
    assert len(simulator.list_calls) == 9
    assert simulator.most_at_once <= connection.max_concurrency
