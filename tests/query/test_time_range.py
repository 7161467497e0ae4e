"""Local times and the moments they stand for, on the days that are no 24 hours long too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.query.time_range import from_local, midnight, moment, parse_bound

SHANGHAI = ZoneInfo("Asia/Shanghai")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
BERLIN = ZoneInfo("Europe/Berlin")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
ZONES = (SHANGHAI, SAO_PAULO, BERLIN, KATHMANDU)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

days = st.dates(date(2000, 1, 1), date(2100, 12, 30))
zones = st.sampled_from(ZONES)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@given(days, zones)
def test_midnight_is_the_first_moment_of_its_day(day: date, zone: ZoneInfo) -> None:
    first = midnight(day, zone)
    assert first.astimezone(zone).date() == day
    assert (first - SECOND).astimezone(zone).date() == day - timedelta(days=1)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31)), zones)  # noqa: DTZ001
def test_a_local_time_that_exists_comes_back_as_itself(naive: datetime, zone: ZoneInfo) -> None:
    for later in (False, True):
        local = from_local(naive, zone, later=later).astimezone(zone).replace(tzinfo=None)
        assert local == naive or local - naive <= HOUR
        if (
            naive.replace(tzinfo=zone, fold=0).utcoffset()
            == naive.replace(tzinfo=zone, fold=1).utcoffset()
        ):
            assert local == naive


@pytest.mark.parametrize(
    ("day", "zone", "begin", "hours"),
    [
        (date(2026, 6, 1), SHANGHAI, utc(2026, 5, 31, 16), 24),
        (date(2026, 6, 1), KATHMANDU, utc(2026, 5, 31, 18, 15), 24),
        (date(2026, 3, 29), BERLIN, utc(2026, 3, 28, 23), 23),
        (date(2026, 10, 25), BERLIN, utc(2026, 10, 24, 22), 25),
        # Clocks skipped midnight itself: the day began at one o'clock.
        (date(2018, 11, 4), SAO_PAULO, utc(2018, 11, 4, 3), 23),
        # The last hour before midnight came twice.
        (date(2018, 2, 17), SAO_PAULO, utc(2018, 2, 17, 2), 25),
        (date(2018, 2, 18), SAO_PAULO, utc(2018, 2, 18, 3), 24),
    ],
)
def test_a_day_begins_and_ends_where_its_zone_says(
    day: date, zone: ZoneInfo, begin: datetime, hours: int
) -> None:
    assert moment(day, zone) == begin
    assert moment(day, zone, end=True) == begin + hours * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "begin", "hours"),
    [
        # Half an hour was doubled.
        ("Australia/Lord_Howe", date(2026, 4, 5), utc(2026, 4, 4, 13), 24.5),
        # At one past midnight, clocks went back to the day before: its last hour is this day's.
        ("America/St_Johns", date(2010, 11, 7), utc(2010, 11, 7, 2, 30), 25),
        ("America/St_Johns", date(2010, 11, 6), utc(2010, 11, 6, 2, 30), 24),
        # A day that was left out has no moment of its own.
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10), 0),
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10), 24),
    ],
)
def test_days_follow_each_other_in_the_oddest_zones(
    zone: str, day: date, begin: datetime, hours: float
) -> None:
    assert moment(day, ZoneInfo(zone)) == begin
    assert moment(day, ZoneInfo(zone), end=True) == begin + hours * HOUR


def test_a_range_over_a_doubled_hour_holds_both() -> None:
    begin, end = parse_bound("2026-10-25T02:00"), parse_bound("2026-10-25T02:30")
    assert moment(begin, BERLIN) == utc(2026, 10, 25, 0, 0)
    assert moment(end, BERLIN, end=True) == utc(2026, 10, 25, 1, 30)


def test_a_time_that_clocks_skipped_is_the_moment_of_the_skip() -> None:
    for text in ("2026-03-29T02:00", "2026-03-29T02:59:59"):
        for end in (False, True):
            assert moment(parse_bound(text), BERLIN, end=end) == utc(2026, 3, 29, 1)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        (" 2026-01-31T09:30 ", datetime(2026, 1, 31, 9, 30)),  # noqa: DTZ001
        ("2026-01-31 09:30", datetime(2026, 1, 31, 9, 30)),  # noqa: DTZ001
        ("2026-01-31T09:30Z", utc(2026, 1, 31, 9, 30)),
        (
            "2026-01-31T09:30+05:45",
            datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        ),
        # What a form-decoded address makes of a plus.
        (
            "2026-01-31T09:30 05:45",
            datetime(2026, 1, 31, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        ),
        ("2026-01-31T09:30-03:00", datetime(2026, 1, 31, 9, 30, tzinfo=timezone(-3 * HOUR))),
    ],
)
def test_bounds_are_read_as_iso_8601(text: str, bound: date | datetime) -> None:
    assert parse_bound(text) == bound


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-02-30",
        "31.01.2026",
        "2026-01-31T25:00",
        "2026-01-31T09.30",
        "2026-01-31T0930,5",
        "9999-12-31T23:59-12:00",
    ],
)
def test_what_is_no_bound_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_bound(text)


@given(st.text(max_size=30))
def test_any_text_is_a_bound_or_a_value_error(text: str) -> None:
    try:
        parse_bound(text)
    except ValueError:
        return


def test_a_time_with_its_offset_means_the_same_in_every_zone() -> None:
    bound = parse_bound("2026-01-31T09:30+02:00")
    assert {moment(bound, zone) for zone in ZONES} == {utc(2026, 1, 31, 7, 30)}
