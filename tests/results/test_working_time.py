"""Lengths of time in working hours, against a plain count of minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from appoints.connections.working_hours import Office, working_hours
from appoints.results.working_time import WorkingTime, works_at
from appoints.snapshots.frame import MOMENT
from tests.insight.made_up import starts, zones

HOURS = st.sampled_from(
    ["Mon-Fri 09:00-18:00", "Mon-Sun 22:00-06:00", "Sun 01:00-04:00, Sat-Mon 12:00-12:10"]
)
MINUTE = timedelta(minutes=1)
offsets = st.integers(-2 * 24 * 60, 2 * 24 * 60)


@given(starts, zones, HOURS, offsets, offsets)
def test_working_time_is_what_a_count_of_minutes_finds(
    now: datetime, zone: ZoneInfo, hours: str, first: int, last: int
) -> None:
    written = working_hours(hours, "")
    assert written
    day = now.astimezone(zone).date()
    windows = written.windows(day - timedelta(days=8), day + timedelta(days=8), zone)
    begin, end = now + first * MINUTE, now + last * MINUTE

    def works(moment: datetime) -> bool:
        return any(each.begin <= moment < each.end for each in windows if each.begin and each.end)

    low, high = min(begin, end), max(begin, end)
    count = sum(works(low + number * MINUTE) for number in range((high - low) // MINUTE))
    frame = pl.DataFrame({"begin": [begin], "end": [end]}, schema={"begin": MOMENT, "end": MOMENT})
    working = WorkingTime(windows)
    found = frame.select(
        length=working.between(pl.col("begin"), pl.col("end")),
        works=working.holds(pl.col("begin")),
    ).row(0)
    assert found == (count * MINUTE * (1 if begin <= end else -1), works(begin))
    assert working.lengths([begin], end) == [found[0]]


@given(st.lists(st.tuples(starts, offsets)), zones, HOURS, st.booleans())
def test_each_moment_is_in_the_windows_of_its_own_days(
    moments: list[tuple[datetime, int]], zone: ZoneInfo, hours: str, is_closed: bool
) -> None:
    at = [start + minutes * MINUTE for start, minutes in moments]
    holidays = " ".join(str(each.astimezone(zone).date()) for each in at[:1] if is_closed)
    written = working_hours(hours, holidays)
    assert written
    expected = []
    for each in at:
        day = each.astimezone(zone).date()
        windows = written.windows(day - timedelta(days=2), day + timedelta(days=1), zone)
        expected.append(any(x.begin <= each < x.end for x in windows if x.begin and x.end))
    frame = pl.DataFrame({"at": [*at, None]}, schema={"at": MOMENT})
    found = frame.select(works_at(pl.col("at"), Office(written, zone))).to_series()
    assert found.to_list() == [*expected, None]


def test_what_lies_outside_of_the_known_time_is_not_known() -> None:
    written = working_hours("Mon-Sun 09:00-18:00", "")
    assert written
    working = WorkingTime(written.windows(date(2026, 6, 1), date(2026, 6, 2), ZoneInfo("UTC")))
    end = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert working.lengths([datetime(2020, 1, 1, tzinfo=UTC), None], end) == [None, None]


def test_without_working_time_nothing_is_measured() -> None:
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert WorkingTime([]).lengths([moment], moment) == [None]
