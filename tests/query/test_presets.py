"""Named ranges, at the moment and in the zone in which somebody opens them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.query.presets import NAMES, resolve
from tests.query.test_time_range import BERLIN, KATHMANDU, SAO_PAULO, SHANGHAI, utc, zones

HOUR = timedelta(hours=1)


def opened(name: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    window = resolve(name, now, zone, overdue_days=30)
    assert window.begin is not None and window.end is not None
    return window.begin, window.end


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("overdue", utc(2026, 5, 2, 17, 0), utc(2026, 6, 1, 17, 0)),
        ("next-15m", utc(2026, 6, 1, 17, 0), utc(2026, 6, 1, 17, 15)),
        ("next-1h", utc(2026, 6, 1, 17, 0), utc(2026, 6, 1, 18, 0)),
        # In Shanghai it is 01:00 of the second of June.
        ("rest-of-today", utc(2026, 6, 1, 17, 0), utc(2026, 6, 2, 16, 0)),
        ("today", utc(2026, 6, 1, 16), utc(2026, 6, 2, 16)),
        ("tomorrow", utc(2026, 6, 2, 16), utc(2026, 6, 3, 16)),
        ("yesterday", utc(2026, 5, 31, 16), utc(2026, 6, 1, 16)),
        ("last-7d", utc(2026, 5, 26, 16), utc(2026, 6, 2, 16)),
        ("next-7d", utc(2026, 6, 1, 16), utc(2026, 6, 8, 16)),
        ("this-month", utc(2026, 5, 31, 16), utc(2026, 6, 30, 16)),
    ],
)
def test_a_preset_is_resolved_in_the_viewers_zone(
    name: str, begin: datetime, end: datetime
) -> None:
    assert opened(name, utc(2026, 6, 1, 17, 0), SHANGHAI) == (begin, end)


@pytest.mark.parametrize(
    ("now", "zone", "hours"),
    [
        (datetime(2026, 3, 29, 12, tzinfo=BERLIN), BERLIN, 23),
        (datetime(2026, 10, 25, 12, tzinfo=BERLIN), BERLIN, 25),
        (datetime(2018, 11, 4, 12, tzinfo=SAO_PAULO), SAO_PAULO, 23),
        (datetime(2018, 2, 17, 12, tzinfo=SAO_PAULO), SAO_PAULO, 25),
        (datetime(2026, 6, 1, 0, 1, tzinfo=KATHMANDU), KATHMANDU, 24),
    ],
)
def test_today_is_as_long_as_the_day_is(now: datetime, zone: ZoneInfo, hours: int) -> None:
    begin, end = opened("today", now, zone)
    assert (begin <= now < end, end - begin) == (True, hours * HOUR)


@pytest.mark.parametrize("month", range(1, 13))
def test_this_month_ends_where_the_next_one_begins(month: int) -> None:
    begin, end = opened("this-month", datetime(2026, month, 28, 23, tzinfo=BERLIN), BERLIN)
    assert begin.astimezone(BERLIN).timetuple()[1:6] == (month, 1, 0, 0, 0)
    assert end.astimezone(BERLIN).timetuple()[1:6] == (month % 12 + 1, 1, 0, 0, 0)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 1)), zones)  # noqa: DTZ001
def test_days_follow_each_other_without_gap(naive: datetime, zone: ZoneInfo) -> None:
    now = naive.replace(tzinfo=UTC)
    yesterday, today, tomorrow = (
        opened(name, now, zone) for name in ("yesterday", "today", "tomorrow")
    )
    assert (yesterday[1], today[1]) == (today[0], tomorrow[0])
    assert today[0] <= now < today[1] == opened("rest-of-today", now, zone)[1]
    assert opened("last-7d", now, zone)[1] == today[1]
    assert opened("next-7d", now, zone)[0] == today[0]


@given(
    st.sampled_from(NAMES),
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 1)),  # noqa: DTZ001
    zones,
)
def test_every_preset_is_a_range_that_ends_after_it_begins(
    name: str, naive: datetime, zone: ZoneInfo
) -> None:
    begin, end = opened(name, naive.replace(tzinfo=UTC), zone)
    assert begin < end
