"""Which snapshots hold every row of a window, and how their chunks are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from appoints.encryption import decrypt, encrypt
from appoints.isales.client import Criteria
from appoints.isales.rows import parse_row
from appoints.query.time_range import EVER, Window
from appoints.snapshots import by_range, frame, store, stored_rows
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest
from tests.factories import NOON, connection_to, leased, raw

DAY = Window(NOON - timedelta(hours=12), NOON + timedelta(hours=12))


@pytest.mark.parametrize(
    ("held", "window", "covers"),
    [
        (EVER, DAY, True),
        (EVER, EVER, True),
        (DAY, EVER, False),
        (DAY, DAY, True),
        (DAY, Window(DAY.begin, None), False),
        (DAY, Window(None, DAY.end), False),
        (Window(DAY.begin, None), DAY, True),
        (Window(DAY.begin, None), Window(NOON, None), True),
        (Window(None, DAY.end), DAY, True),
        (Window(NOON, None), DAY, False),
        (Window(None, NOON), DAY, False),
    ],
)
@pytest.mark.django_db
def test_a_snapshot_covers_the_windows_that_lie_within_its_own(
    held: Window, window: Window, covers: bool
) -> None:
    connection = connection_to()
    [snapshot] = store.begin_or_join(connection, [UpstreamRequest(Criteria(), held)])
    store.finish(snapshot, Snapshot.Status.WHOLE, as_of=timezone.now())
    asked = UpstreamRequest(Criteria(task="1"), window)
    assert bool(by_range.holding(connection, asked, window)) is covers


@pytest.mark.django_db
def test_who_watches_a_load_writes_only_now_and_then_that_somebody_does(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connection = connection_to()
    asked = [UpstreamRequest(Criteria(), DAY)]
    [begun] = store.begin_or_join(connection, asked)
    with django_assert_num_queries(1):
        assert store.begin_or_join(connection, asked) == [begun]
    before = timezone.now()
    Snapshot.objects.update(wanted=before - store.WANTED_EVERY)
    assert store.begin_or_join(connection, asked) == [begun]
    assert Snapshot.objects.get().wanted >= before


@pytest.mark.django_db
def test_of_several_loads_those_that_are_there_are_joined_and_the_others_begun() -> None:
    connection = connection_to()
    asked = [UpstreamRequest(Criteria(task=task), DAY) for task in ("1", "2", "3")]
    [second] = store.begin_or_join(connection, asked[1:2])
    found = store.begin_or_join(connection, asked)
    assert found[1] == second and len({each.pk for each in found}) == 3


@pytest.mark.django_db
def test_chunks_that_are_read_in_one_are_those_that_are_read_one_by_one() -> None:
    begun = leased(connection_to())
    pages = [
        frame.Fetched(at, [parse_row(raw(at + place)) for place in range(at)], NOON)
        for at in (2, 0, 3)
    ]
    store.write(begun, {at: ({}, frame.plain([page])) for at, page in enumerate(pages)})
    begun.chunks.filter(number=0).update(payload=b"of another key")
    whole = stored_rows.read_in_one(begun.chunks.order_by("number"))
    apart = [rows for _, rows in stored_rows.readable(begun.chunks.order_by("number"))]
    assert whole.equals(pl.concat(apart)) and whole.equals(frame.plain(pages[1:]))
    assert stored_rows.read_in_one([]).equals(frame.plain([]))
    assert begun.chunks.count() == 2


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize(
    "earlier",
    [
        lambda rows: rows.drop("odd"),
        lambda rows: rows.rename({"odd": "strange"}),
        lambda rows: rows.cast({"offset": pl.Int32}),
        lambda rows: rows.with_columns(more=1),
    ],
    ids=["fewer columns", "another name", "another type", "more columns"],
)
@pytest.mark.django_db
def test_a_chunk_that_another_release_wrote_is_dropped(
    number: int, earlier: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    begun = leased(connection_to())
    pages = [frame.plain([frame.Fetched(at, [parse_row(raw(at))], NOON)]) for at in range(3)]
    store.write(begun, {at: ({}, page) for at, page in enumerate(pages)})
    file = BytesIO()
    earlier(pages[number].cast({frame.SHARED: pl.String})).write_ipc(file)
    begun.chunks.filter(number=number).update(payload=encrypt(file.getvalue()))
    left = pl.concat(pages[:number] + pages[number + 1 :])
    assert stored_rows.read_in_one(begun.chunks.order_by("number")).equals(left)
    assert begun.chunks.count() == 2


@pytest.mark.parametrize("other", [1, [1], True], ids=repr)
@pytest.mark.django_db
def test_chunks_that_another_release_wrote_without_texts_are_dropped(other: object) -> None:
    begun = leased(connection_to())
    rows = frame.plain([frame.Fetched(0, [parse_row(raw(1))], NOON)])
    store.write(begun, {0: ({}, rows)})
    file = BytesIO()
    rows.cast({frame.SHARED: pl.String}).with_columns(agent=pl.Series([other])).write_ipc(file)
    begun.chunks.update(payload=encrypt(file.getvalue()))
    assert stored_rows.read_in_one(begun.chunks.all()).is_empty()
    assert not begun.chunks.exists()


@pytest.mark.django_db
def test_a_text_of_many_rows_is_in_memory_once_and_stored_as_a_text() -> None:
    begun = leased(connection_to())
    rows = [parse_row(raw(number, taskName="A task of many calls")) for number in range(100)]
    kept = frame.plain([frame.Fetched(0, rows, NOON)])
    store.write(begun, {0: ({}, kept)})
    stored = pl.read_ipc(decrypt(bytes(begun.chunks.get().payload)))["task_name"]
    assert kept["task_name"].estimated_size() <= 5 * len(rows)
    assert stored.dtype == pl.String
    assert stored.to_list() == ["A task of many calls"] * len(rows)
