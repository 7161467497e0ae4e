from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from appoints.isales.rows import parse_row
from appoints.query.presets import resolve
from appoints.query.time_range import EVER, Window
from appoints.results.histogram import buckets
from appoints.results.states import Rules, derived
from appoints.snapshots.frame import Fetched, plain

BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")


def frame(*moments: datetime, code: str | None = None):
    rows = [
        parse_row({"appointTime": round(m.timestamp() * 1000), "failCode": code}) for m in moments
    ]
    return derived(plain([Fetched(0, rows, datetime(2026, 1, 1, tzinfo=UTC))]), Rules())


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)]
)
def test_a_day_has_a_bar_for_each_of_its_hours(day: tuple[int, int, int], hours: int) -> None:
    noon = datetime(*day, 12, tzinfo=BERLIN)
    window = resolve("today", noon, BERLIN, overdue_days=30)
    found = buckets(frame(noon), window, BERLIN)
    assert len(found) == hours
    assert [each.reserved for each in found if each.begin <= noon < each.end] == [1]


def test_hours_begin_where_the_viewers_hours_do() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=KATHMANDU)
    window = resolve("today", noon, KATHMANDU, overdue_days=30)
    assert {each.begin.minute for each in buckets(frame(noon), window, KATHMANDU)} == {0}


def test_more_than_two_days_have_a_bar_a_day() -> None:
    noon = datetime(2026, 3, 29, 12, tzinfo=BERLIN)
    window = resolve("last-7d", noon, BERLIN, overdue_days=30)
    found = buckets(frame(noon, noon - timedelta(days=1)), window, BERLIN)
    assert [each.reserved for each in found] == [0, 0, 0, 0, 0, 1, 1]


def test_an_open_range_ends_where_the_rows_do() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    found = buckets(frame(noon, noon + timedelta(minutes=90)), EVER, ZoneInfo("UTC"))
    assert sum(each.reserved for each in found) == 2


def test_the_first_bar_begins_with_the_window() -> None:
    now = datetime(2026, 6, 1, 10, 15, tzinfo=UTC)
    window = Window(now, now + timedelta(hours=4))
    found = buckets(frame(now, now + timedelta(minutes=50)), window, ZoneInfo("UTC"))
    assert [(each.begin.minute, each.reserved) for each in found[:2]] == [(15, 1), (0, 1)]


def test_up_to_three_hours_a_bar_is_five_minutes() -> None:
    now = datetime(2026, 6, 1, 10, 17, tzinfo=KATHMANDU)
    window = Window(now, now + timedelta(hours=3))
    found = buckets(frame(now, now + timedelta(minutes=5)), window, KATHMANDU)
    assert [(each.begin.minute, each.reserved) for each in found[:3]] == [(17, 1), (20, 1), (25, 0)]
    assert len(found) == 37


def test_bars_tell_how_the_calls_came_out() -> None:
    noon = datetime(2025, 6, 1, 12, tzinfo=UTC)
    window = Window(noon, noon + timedelta(hours=1))
    zone = ZoneInfo("UTC")
    counts = [
        buckets(frame(noon, code=code), window, zone)[0][2:] for code in ("00000", "00604", None)
    ]
    assert counts == [(1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1)]


def test_no_rows_make_no_picture() -> None:
    assert buckets(frame(), EVER, BERLIN) == []
