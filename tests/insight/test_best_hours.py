"""When to call again, against a plain reading of the rows."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.insight import best_hours as module
from appoints.insight.best_hours import BestHours, best_hours, within
from appoints.insight.reach import ReachLine, reach_lines
from appoints.insight.reach_by_group import counted_by_group
from appoints.isales import codes
from appoints.query.time_range import Window
from tests.insight.made_up import ZONES, framed, local, seen, starts, state_of, worlds

World = tuple[datetime, ZoneInfo, list[Any]]


def june(day: int, hour: int) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=ZoneInfo("Asia/Kolkata"))


MONDAY = june(1, 12)


def office(day: date, hour: int) -> bool:
    return day.isoweekday() < 6 and 9 <= hour < 18


@pytest.mark.parametrize("fewest", [1, 3])
@given(worlds(), st.booleans())
def test_the_best_hours_are_those_of_a_plain_reading(
    fewest: int, world: World, is_office: bool
) -> None:
    now, zone, data = world
    here = now.astimezone(zone)
    calls: Counter[int] = Counter()
    reached: Counter[int] = Counter()
    failed = 0
    for each in seen(data, now):
        if (state := state_of(each)) in ("reached", "failed") and each[0].call_begin is not None:
            at = local(each[0].call_begin, zone)
            failed += state == "failed"
            for begin in (at.hour - 1, at.hour):
                days = all(office(at.date(), hour) for hour in (begin, begin + 1))
                if 0 <= begin <= 22 and (days or not is_office):
                    calls[begin] += 1
                    reached[begin] += state == "reached"
    told = [each for each in calls if calls[each] >= fewest <= failed and reached[each]]
    told.sort(key=lambda each: (-reached[each] / calls[each], -calls[each], each))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEWEST", fewest)
        lines = reach_lines(framed(data, now), zone)
        found = best_hours(lines, here, office if is_office else module.always)
    assert [found and found.begin] == (told[:1] or [None])
    if found:
        assert (found.reached, found.calls) == (reached[found.begin], calls[found.begin])
        assert found.end == found.begin + 2
        assert here.date() <= found.day <= here.date() + timedelta(days=7)


@given(worlds())
def test_each_group_has_the_lines_of_its_own_table(world: World) -> None:
    now, zone, data = world
    rows = framed(data, now)
    found = counted_by_group(rows, zone)
    assert found.keys() == {None, *codes.GROUPS}
    for group, lines in found.items():
        every = reach_lines(rows, zone, groups=(group,) if group else ())
        own = {each for each in every if each.weekday is not None and each.hour is not None}
        assert {each for each in lines if each in own or each.calls} == own


def lines_of(**hours: tuple[int, int]) -> list[ReachLine]:
    """Lines of Monday by hour: reached and failed calls; enough of them failed in the night."""
    return [
        ReachLine(weekday=1, hour=int(name[1:]), reached=reached, failed=failed)
        for name, (reached, failed) in {"h3": (0, 30), **hours}.items()
    ]


def test_hours_of_fewer_than_thirty_calls_tell_nothing() -> None:
    assert best_hours(lines_of(h17=(20, 9)), MONDAY) is None
    assert best_hours(lines_of(h17=(20, 9), h18=(0, 1)), MONDAY) == BestHours(
        begin=17,
        end=19,
        weekdays=(1, 2, 3, 4, 5, 6, 7),
        reached=20,
        calls=30,
        day=date(2026, 6, 1),
    )


def test_hours_in_which_nobody_was_reached_are_not_advised() -> None:
    assert best_hours(lines_of(h10=(0, 40)), MONDAY) is None


def test_a_cause_of_few_calls_tells_nothing() -> None:
    assert best_hours(lines_of(h3=(0, 29), h17=(90, 0)), MONDAY) is None
    assert best_hours(lines_of(h3=(0, 30), h17=(90, 0)), MONDAY)


def test_hours_outside_working_hours_are_not_advised() -> None:
    lines = lines_of(h20=(40, 0), h10=(10, 30))
    found = best_hours(lines, MONDAY, office)
    assert found and (found.begin, found.reached, found.calls) == (9, 10, 40)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (june(1, 18), date(2026, 6, 1)),
        (june(1, 19), date(2026, 6, 2)),
        (june(6, 10), date(2026, 6, 6)),
    ],
)
def test_they_come_next_on_the_first_day_on_which_they_are_not_over(
    now: datetime, day: date
) -> None:
    found = best_hours(lines_of(h17=(20, 9), h18=(0, 1)), now)
    assert found and found.day == day


def test_on_a_weekend_they_come_next_on_monday() -> None:
    found = best_hours(lines_of(h10=(20, 20)), june(6, 10), office)
    assert found and found.day == date(2026, 6, 8)


def test_a_holiday_is_passed_over_and_its_weekday_counts() -> None:
    def working(day: date, hour: int) -> bool:
        return office(day, hour) and day != date(2026, 6, 8)

    found = best_hours(lines_of(h10=(20, 20)), june(6, 10), working)
    assert found and (found.day, found.calls) == (date(2026, 6, 9), 40)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@given(starts, st.integers(0, 180), st.integers(30, 400))
def test_an_hour_is_working_time_where_all_of_it_lies_in_a_window(
    zone: ZoneInfo, start: datetime, before: int, length: int
) -> None:
    begin = start - timedelta(minutes=before)
    end = begin + timedelta(minutes=length)
    working = within([Window(begin, end)], zone)
    minutes = [begin + timedelta(minutes=each) for each in range(-120, length + 120)]
    for day, hour in {(at.date(), at.hour) for at in (each.astimezone(zone) for each in minutes)}:
        whole = [
            each
            for each in minutes
            if (at := each.astimezone(zone)).minute == 0
            and (at.date(), at.hour) == (day, hour)
            and begin <= each
            and each + timedelta(hours=1) <= end
        ]
        assert working(day, hour) == bool(whole)
