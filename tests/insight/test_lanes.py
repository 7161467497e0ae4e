"""Lanes: every call once, at its place, also on days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from appoints.display.insight.day_span import DaySpan, span_of
from appoints.display.insight.lane_drawing import LaneDrawing
from appoints.display.insight.lanes import by_agent
from appoints.insight.lanes import LaneLine, lane_lines
from appoints.query.query import Query
from appoints.query.time_range import midnight
from tests.insight.made_up import framed, seen, state_of, worlds

BERLIN = ZoneInfo("Europe/Berlin")


def day(day: date, zone: ZoneInfo = BERLIN) -> DaySpan:
    following = day + timedelta(days=1)
    return DaySpan(midnight(day, zone).astimezone(zone), midnight(following, zone).astimezone(zone))


@pytest.mark.parametrize(
    ("on", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 6, 1), 24), (date(2026, 10, 25), 25)],
)
def test_a_day_has_as_many_hours_as_clocks_say(on: date, hours: int) -> None:
    span = day(on)
    assert len(span.hours()) == hours
    assert span.place(span.begin) == 0 and span.place(span.end) == 100
    places = [span.place(each) for each in span.hours()]
    steps = {round(after - before, 6) for before, after in pairwise(places)}
    assert steps == {round(100 / hours, 6)}


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    axis = LaneDrawing([], Query(), day(date(2026, 10, 25)), None).axis()
    assert "02:00 +0100" in axis  # each third hour is told
    assert "00:00" in axis and "05:00" in axis


@given(worlds())
def test_every_call_with_a_time_is_on_the_lane_of_its_agent(
    world: tuple[datetime, ZoneInfo, list[Any]],
) -> None:
    now, zone, data = world
    rows = [each for each in seen(data, now) if each[0].appoint_time is not None]
    lines = lane_lines(framed(data, now))
    found = sorted((line.agent or "", line.appoint_time, line.state) for line in lines)
    assert found == sorted(
        (
            each[0].agent or "",
            datetime.fromtimestamp((each[0].appoint_time or 0) / 1000, UTC),
            state_of(each),
        )
        for each in rows
    )
    assert len(by_agent(lines)) == len({line.agent for line in lines})
    for lane in by_agent(lines):
        assert len({line.agent for line in lane}) == 1
        times = [line.appoint_time for line in lane]
        assert times == sorted(times)
    inside = [
        line.appoint_time for line in lines if abs(line.appoint_time - now) < timedelta(hours=2)
    ]
    at = now.astimezone(zone)
    span = span_of(inside, *day(at.date(), zone)) if _within(inside, day(at.date(), zone)) else None
    if span:
        assert all(0 <= span.place(each) < 100 for each in inside)


def _within(times: list[datetime], span: DaySpan) -> bool:
    return all(span.begin.astimezone(UTC) <= each < span.end.astimezone(UTC) for each in times)


def test_calls_at_one_time_lie_on_levels_of_their_own() -> None:
    begin = datetime(2026, 6, 1, 9, tzinfo=UTC)
    lines = [
        LaneLine(
            agent="101",
            name="Ana",
            appoint_id=str(number),
            appoint_time=begin + timedelta(hours=number // 3),
            call_begin=None,
            call_end=None,
            state="upcoming",
        )
        for number in range(9)
    ]
    lane = LaneDrawing(lines, Query(), day(begin.date()), begin).lane(lines)
    assert (lane.rows, lane.height, len(lane.marks)) == (9, 33, 9)
    assert lane.drawn.count(' y="1" ') == lane.drawn.count(' y="12" ') == 3
