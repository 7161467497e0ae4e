"""Columns of times are converted as the standard library converts one: in every zone and year."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appoints.results import offsets as module
from appoints.results.local_time import iso
from appoints.results.offsets import MOMENT, offsets

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, tzinfo=UTC)

seconds = st.integers(0, round((LAST - FIRST).total_seconds()))
moments = seconds.map(lambda number: FIRST + timedelta(seconds=number))


@given(st.sampled_from(ZONES), st.lists(moments, min_size=1))
@example("Europe/Berlin", [datetime(2100, 7, 1, 12, tzinfo=UTC)])
@example("America/Asuncion", [datetime(2026, 7, 1, 12, tzinfo=UTC)])
@example("Australia/Lord_Howe", [datetime(2026, 4, 4, 15, tzinfo=UTC)])
def test_a_files_times_are_those_of_the_standard_library(
    name: str, moments: list[datetime]
) -> None:
    zone = ZoneInfo(name)
    frame = pl.DataFrame({"at": pl.Series(moments, dtype=MOMENT)})
    written = frame.select(at=iso(pl.col("at"), zone, milliseconds=False))["at"]
    assert written.to_list() == [each.astimezone(zone).isoformat() for each in moments]


@pytest.mark.parametrize("name", ["Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_each_side_of_every_change_is_converted_right(name: str) -> None:
    zone = ZoneInfo(name)
    changes = offsets(zone).changes.to_list()
    sides = [each + timedelta(seconds=side) for each in changes for side in (-1, 0)]
    frame = pl.DataFrame({"at": pl.Series(sides, dtype=MOMENT)})
    local = frame.select(offsets(zone).local(pl.col("at")))["at"].to_list()
    assert local == [each.astimezone(zone).replace(tzinfo=None) for each in sides]
    assert len(changes) > 150


def test_of_many_who_need_a_zone_at_once_one_reads_its_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, changes, all_here = list[str](), module._changes, Barrier(4)

    def slowly(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
        read.append(zone.key)
        time.sleep(0.05)
        return changes(zone)

    def ask(_: int) -> object:
        all_here.wait(10)
        return offsets(zone)

    monkeypatch.setattr(module, "_changes", slowly)
    zone = ZoneInfo.no_cache("Asia/Tokyo")  # which nobody has asked for
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert read == ["Asia/Tokyo"]
    assert all(each is found[0] for each in found)


@given(
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]),
    st.integers(-200, 200),
    st.integers(0, 200),
)
def test_a_local_time_is_told_to_happen_twice_where_it_does(
    name: str, minutes: int, number: int
) -> None:
    zone = ZoneInfo(name)
    changes = offsets(zone).changes.to_list() or [FIRST]
    moment = changes[number % len(changes)] + timedelta(minutes=minutes)
    local = moment.astimezone(zone)
    twice = local.replace(fold=1 - local.fold).astimezone(UTC) != moment
    frame = pl.DataFrame({"at": pl.Series([moment], dtype=MOMENT)})
    assert frame.select(offsets(zone).is_twice(pl.col("at"))).item() is twice
