"""Frames of snapshots, kept for the next question."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from time import sleep
from weakref import ref

import polars as pl
import pytest
from django.db import connection as database
from django.utils import timezone

from appoints.access.row_filter import EVERYTHING, GrantedPart, RowFilter
from appoints.access.scope import UNLIMITED, Visibility
from appoints.connections.models import Connection
from appoints.isales.rows import parse_row
from appoints.results import states
from appoints.results.cache import CACHE, Cache
from appoints.results.chunks import ChunkFrames
from appoints.results.states import Rules
from appoints.snapshots import arrived, frame, store, stored_rows
from appoints.snapshots.arrived import Arrived
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Chunk, Snapshot
from tests.factories import NOON, PAGE, at_hand, connection_to, leased, raw


def of_agents(*names: str) -> RowFilter:
    return RowFilter.of([GrantedPart(agents=frozenset(names))])


@pytest.fixture
def stored(db: None) -> Snapshot:
    return at_hand(connection_to(), list(map(raw, range(6))))


@pytest.mark.parametrize("masked", [False, True])
def test_a_frame_is_kept_by_what_the_person_may_see(stored: Snapshot, *, masked: bool) -> None:
    """A cache whose key left the viewer's rows out leaked in apache/superset#10804."""
    cache, found = Cache(), {}
    for names in (("agent0",), ("agent1",), ("agent0", "agent1"), ("nobody",)):
        visible = Visibility(of_agents(*names), masked)
        frame = cache.of(stored, Rules(), visible)
        assert frame.equals(visible.applied(cache.of(stored, Rules())))
        found[names] = sorted(set(cache.of(stored, Rules(), visible)["agent"]))
    assert found == {names: [each for each in names if each != "nobody"] for names in found}


def test_of_several_who_ask_at_once_one_derives_the_rows(
    stored: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, derived = Cache(), list[pl.DataFrame]()

    def rows(*_: object) -> pl.DataFrame:
        sleep(0.05)  # long enough for all others to ask
        derived.append(pl.DataFrame({"agent": ["agent0"], "task_id": ["1"]}))
        return derived[-1]

    monkeypatch.setattr(ChunkFrames, "rows", rows)
    seen = (UNLIMITED, Visibility(of_agents("agent0"), masked=False))
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(cache.of, stored, Rules(), each) for each in 3 * seen]
    assert len(derived) == 1
    assert len({id(each.result()) for each in asked}) == len(seen)


@pytest.fixture
def newer(db: None) -> Callable[[], Snapshot]:
    """Return a newer snapshot of the same; those before it are pinned."""
    connection, numbers = connection_to(), count()

    def made() -> Snapshot:
        long_ago = timezone.now() - timedelta(hours=1)
        Snapshot.objects.update(as_of=long_ago, pinned=timezone.now())
        return at_hand(connection, [raw(next(numbers))])

    return made


def test_of_a_range_the_newest_frames_alone_are_kept(newer: Callable[[], Snapshot]) -> None:
    """A day that is refreshed every half minute filled the memory with rows of long ago."""
    cache, seen = Cache(), (UNLIMITED, Visibility(of_agents("agent0", "agent1"), masked=False))
    first, second, other = newer(), newer(), newer()
    frames = [ref(cache.of(each, Rules(), who)) for each in (first, second) for who in seen]
    other.end = NOON
    cache.of(other, Rules())
    assert [each() is None for each in frames] == [True, True, False, False]


def test_what_is_pinned_can_still_be_had_beside_what_is_newer(
    newer: Callable[[], Snapshot],
) -> None:
    cache, pinned = Cache(), newer()
    newest = newer()
    frame = cache.of(newest, Rules())
    assert [int(name) for name in cache.of(pinned, Rules())["appoint_id"]] == [0]
    assert cache.of(newest, Rules()) is frame


@pytest.mark.parametrize("status", [Snapshot.Status.WHOLE, Snapshot.Status.LOADING])
def test_a_snapshot_that_has_the_number_of_another_in_a_backup_has_its_own_rows(
    stored: Snapshot, status: Snapshot.Status
) -> None:
    cache = Cache()
    kept = cache.of(stored, Rules())
    other = at_hand(connection_to(name="Other", slug="other"), list(map(raw, range(6, 12))))
    stored.chunks.all().delete()
    other.chunks.update(snapshot=stored)
    Snapshot.objects.filter(pk=stored.pk).update(created=NOON, status=status)
    stored.refresh_from_db()
    assert set(cache.of(stored, Rules())["appoint_id"]).isdisjoint(kept["appoint_id"])


def test_masked_and_full_numbers_are_kept_apart(stored: Snapshot) -> None:
    cache, found = Cache(), []
    for masked in (False, True, False):
        frame = cache.of(stored, Rules(), Visibility(EVERYTHING, masked))
        found.append(frame["called_no"][1])
    assert found == ["13900000001", "••••••••001", "13900000001"]


def test_what_text_is_looked_for_in_is_derived_once_somebody_searches(
    connection: Connection,
) -> None:
    snapshot, cache = leased(connection), Cache()
    Load(snapshot).run()
    snapshot.refresh_from_db()
    plain = cache.of(snapshot, Rules())
    searched = cache.of(snapshot, Rules(), searched=True)
    assert "folded" not in plain.columns
    assert searched.drop("folded").equals(plain)
    assert cache.of(snapshot, Rules(), searched=True) is searched
    assert cache.of(snapshot, Rules()).equals(plain)


def test_while_rows_come_only_what_was_written_is_read(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, cache, read = leased(connection), Cache(), []
    kept = stored_rows.read
    monkeypatch.setattr(stored_rows, "read", lambda chunk: read.append(chunk.number) or kept(chunk))

    def shown_after(*chunks: int) -> list[str]:
        for number in chunks:
            snapshot.received += 1
            row = parse_row(raw(snapshot.received))
            page = frame.Fetched(number * PAGE, [row], timezone.now())
            store.write(snapshot, {number: ({}, frame.plain([page]))})
        return [int(name) for name in cache.of(snapshot, Rules())["appoint_id"]]

    assert (shown_after(0, 1), read) == ([1, 2], [0, 1])
    assert (shown_after(1, 2), read) == ([1, 3, 4], [0, 1, 1, 2])
    snapshot.status, snapshot.received = Snapshot.Status.WHOLE, 3
    assert (shown_after(), read) == ([1, 3, 4], [0, 1, 1, 2])


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the chunks that are read from the database."""
    read, kept = list[int](), stored_rows.read

    def slowly(chunk: Chunk) -> pl.DataFrame:
        read.append(chunk.number)
        sleep(0.05)  # long enough for another to ask
        return kept(chunk)

    monkeypatch.setattr(stored_rows, "read", slowly)
    return read


def write(snapshot: Snapshot, number: int) -> None:
    """Write a chunk of one row."""
    snapshot.received += 1
    page = frame.Fetched(number * PAGE, [parse_row(raw(number))], timezone.now())
    store.write(snapshot, {number: ({}, frame.plain([page]))}, received=snapshot.received)


def test_of_several_who_see_a_load_at_different_moments_one_reads_its_chunks(
    connection: Connection, read: list[int]
) -> None:
    snapshot, cache = leased(connection), Cache()
    write(snapshot, 0)
    earlier = Snapshot.objects.get(pk=snapshot.pk)
    write(snapshot, 1)

    def height(seen: Snapshot) -> int:
        try:
            return cache.of(seen, Rules()).height
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(height, [earlier, snapshot])) == [2, 2]
    assert read == [0, 1]


def test_a_chunk_that_is_written_while_others_are_derived_is_not_read(
    connection: Connection, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    CACHE.clear()
    snapshot, derived = leased(connection), states.derived
    write(snapshot, 0)

    def derived_while_written(rows: pl.DataFrame, rules: Rules) -> pl.DataFrame:
        if snapshot.received == 1:
            write(snapshot, 1)
        return derived(rows, rules)

    monkeypatch.setattr(states, "derived", derived_while_written)
    assert CACHE.of(Snapshot.objects.get(), Rules()).height == 1
    assert (CACHE.of(snapshot, Rules()).height, read) == (2, [])


def test_who_saw_a_load_before_it_ended_reads_nothing_anew(
    connection: Connection, read: list[int]
) -> None:
    CACHE.clear()
    snapshot = leased(connection)
    write(snapshot, 0)
    earlier = Snapshot.objects.get(pk=snapshot.pk)
    store.finish(snapshot, Snapshot.Status.WHOLE)
    whole = CACHE.of(snapshot, Rules())
    assert (CACHE.of(earlier, Rules()) is whole, read) == (True, [])


def test_while_rows_come_those_are_shown_that_are_written_after_a_full_chunk(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrived, "CHUNK", 2 * PAGE)
    snapshot, cache = leased(connection), Cache()
    come = Arrived(snapshot)
    for at in range(0, 3 * PAGE, PAGE):
        rows = [parse_row(raw(number)) for number in range(at, at + PAGE)]
        come.keep(frame.Fetched(at, rows, timezone.now()), 9 * PAGE)

    def shown_and_counted() -> tuple[int, int]:
        seen = Snapshot.objects.get(pk=snapshot.pk)
        return cache.of(seen, Rules()).height, seen.received

    come.write_full()
    assert shown_and_counted() == (2 * PAGE, 2 * PAGE)
    come.write_all()
    assert shown_and_counted() == (3 * PAGE, 3 * PAGE)


def test_while_rows_come_a_row_that_came_again_stands_once_as_last_fetched(
    connection: Connection,
) -> None:
    snapshot, cache, now = leased(connection), Cache(), timezone.now()

    def shown_after(chunk: int, *numbers: int, status: str = "0") -> list[tuple[int, str]]:
        rows = [parse_row(raw(number, callFlag=status)) for number in numbers]
        page = frame.Fetched(chunk * PAGE, rows, now + timedelta(seconds=chunk))
        store.write(snapshot, {chunk: ({}, frame.plain([page]))})
        snapshot.received += 1
        found = cache.of(snapshot, Rules()).select("appoint_id", "call_status").rows()
        return [(int(name), status) for name, status in found]

    assert shown_after(0, 1, 2) == [(1, "0"), (2, "0")]
    assert shown_after(1, 3) == [(1, "0"), (2, "0"), (3, "0")]
    assert shown_after(2, 2, 4, status="1") == [(1, "0"), (3, "0"), (2, "1"), (4, "1")]
    assert shown_after(1, 5) == [(1, "0"), (5, "0"), (2, "1"), (4, "1")]
