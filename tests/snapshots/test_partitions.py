"""Which spans of days cover a window."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.query.time_range import Window
from appoints.snapshots.models import Snapshot
from appoints.snapshots.partitions import Partition, partitions_of
from tests.factories import NOON

ZONES = ["UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe"]
DAY = timedelta(days=1)

windows = st.builds(
    lambda begin, length: Window(NOON + begin, NOON + begin + length),
    st.timedeltas(-120 * DAY, 180 * DAY),
    st.timedeltas(timedelta(minutes=1), 45 * DAY),
)
# Rows of the partitions that were asked for, by their place among the partitions.
totals = st.lists(st.integers(0, 3000), max_size=8)


def centre(zone: str = "UTC", **changes: object) -> Connection:
    return Connection(time_zone=zone, page_limit=100, **changes)


def loaded(connection: Connection, window: Window, totals: list[int]) -> list[Snapshot]:
    """Snapshots of the first partitions, split as far as their totals want it."""
    stored: list[Snapshot] = []
    for total in totals:
        found = partitions_of(connection, window, stored)
        assert found
        known = {(each.begin, each.end) for each in stored}
        partition = next((each for each in found if each.span not in known), None)
        if partition is not None:
            stored.insert(0, snapshot(partition, total))
    return stored


def snapshot(partition: Partition, total: int) -> Snapshot:
    begin, end = partition.span
    too_many = partition.asked.most is not None and total > partition.asked.most
    status = Snapshot.Status.TOO_MANY if too_many else Snapshot.Status.WHOLE
    return Snapshot(begin=begin, end=end, total=total, most=partition.asked.most, status=status)


@given(windows, st.sampled_from(ZONES), totals)
def test_parts_are_whole_local_days_that_follow_each_other_over_the_window(
    window: Window, zone: str, totals: list[int]
) -> None:
    connection = centre(zone)
    partitions = partitions_of(connection, window, loaded(connection, window, totals))
    assert partitions
    assert partitions[0].span.begin <= window.begin < partitions[0].span.end
    assert partitions[-1].span.begin < window.end <= partitions[-1].span.end
    assert all(one.span.end == next_.span.begin for one, next_ in pairwise(partitions))
    for moment in {moment for partition in partitions for moment in partition.span}:
        local = moment.astimezone(ZoneInfo(zone))
        before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert before.date() == local.date() - DAY


@given(windows, windows, st.sampled_from(ZONES), totals)
def test_windows_share_their_parts(
    one: Window, other: Window, zone: str, totals: list[int]
) -> None:
    connection = centre(zone)
    stored = loaded(connection, one, totals)
    first, second = (partitions_of(connection, each, stored) or () for each in (one, other))
    for partition in first:
        assert all(
            each.span == partition.span for each in second if each.span.meets(partition.span)
        )


@pytest.mark.parametrize(
    ("total", "days"), [(0, [32]), (200, [32]), (201, [4] * 8), (6000, [1] * 32)]
)
def test_a_span_is_as_long_as_what_it_holds_allows(total: int, days: list[int]) -> None:
    connection = centre()
    [partition] = partitions_of(connection, Window(NOON, NOON + DAY), [])
    partitions = partitions_of(connection, Window(*partition.span), [snapshot(partition, total)])
    assert [(each.span.end - each.span.begin).days for each in partitions] == days


@pytest.mark.parametrize("window", [Window(None, NOON), Window(NOON, None), Window(NOON, NOON)])
def test_an_open_or_empty_range_has_no_parts(window: Window) -> None:
    assert partitions_of(centre(), window, []) is None


def test_a_range_of_booking_times_has_no_parts() -> None:
    connection = centre(range_field=Connection.RangeField.CREATE_TIME)
    assert partitions_of(connection, Window(NOON, NOON + DAY), []) is None


def test_a_window_of_more_rows_than_are_loaded_has_no_parts() -> None:
    connection, window = centre(), Window(NOON, NOON + 40 * DAY)
    assert partitions_of(connection, window, loaded(connection, window, [10**6])) is None


def test_a_day_is_as_long_as_its_clocks_make_it() -> None:
    connection = centre("Europe/Berlin")
    october = Window(datetime(2026, 10, 20, tzinfo=ZoneInfo("UTC")), NOON + 150 * DAY)
    partitions = partitions_of(connection, october, loaded(connection, october, [9000, 9000]))
    assert {partition.span.end - partition.span.begin for partition in partitions} == {
        DAY,
        timedelta(hours=25),
    }
