"""Lanes: every call once, at its place, also on days on which clocks change."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.display.insight.day_span import DaySpan, span_of
from appoints.display.insight.lane_drawing import LaneDrawing, LaneOwner, drawn_lanes
from appoints.display.insight.lanes import AgentLane
from appoints.insight.lanes import LaneMark, lane_lines, lanes_of
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
    begin = day(date(2026, 10, 25)).begin
    morning = DaySpan(begin, begin.replace(hour=6))  # so short that each hour is told
    axis = LaneDrawing(Query(), morning, None, 0).axis()
    assert all(f">{hour}<" in axis for hour in ("00:00", "02:00 +0200", "02:00 +0100", "05:00"))


@given(worlds())
def test_every_call_with_a_time_is_on_the_lane_of_its_agent(
    world: tuple[datetime, ZoneInfo, list[Any]],
) -> None:
    now, zone, data = world
    rows = [each for each in seen(data, now) if each[0].appoint_time is not None]
    lanes = lanes_of(framed(data, now))
    lines = lane_lines(lanes)
    found = sorted((line.agent or "", line.appoint_time, line.state) for line in lines)
    assert found == sorted(
        (
            each[0].agent or "",
            datetime.fromtimestamp((each[0].appoint_time or 0) / 1000, UTC),
            state_of(each),
        )
        for each in rows
    )
    by_lane = [list(own) for _agent, own in groupby(lines, key=lambda line: line.agent)]
    assert len(by_lane) == len({line.agent for line in lines})
    assert lanes["lane"].n_unique() == len(by_lane)
    for lane in by_lane:
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
    first = round(begin.timestamp() * 1000)
    marks = [
        LaneMark(0, first + number // 3 * 3_600_000, "upcoming", str(number), None, 1)
        for number in range(9)
    ]
    drawing = LaneDrawing(Query(), day(begin.date()), begin, 0)
    lane = drawing.lane(LaneOwner("101", "Ana"), marks)
    assert (count(lane), lane.height, lane.marks.count("<tr>")) == (9, 33, 9)
    assert lane.drawn.count(' y="1" ') == lane.drawn.count(' y="12" ') == 3


def count(lane: AgentLane) -> int:
    """The calls of a lane, whose number is a link where an address can ask for them."""
    return int(re.sub("<[^>]*>", "", lane.rows))


@given(worlds(), st.sampled_from([0, 7, 1000]))
def test_marks_of_slots_count_each_call_once(
    world: tuple[datetime, ZoneInfo, list[Any]], most: int
) -> None:
    now, zone, data = world
    span = day(now.astimezone(zone).date(), zone)
    rows = framed(data, now)
    ends = (each.astimezone(UTC) for each in span)
    lanes = lanes_of(rows.filter(rows["appoint_time"].is_between(*ends, "left")))
    with patch("appoints.insight.lanes.MOST_MARKS", most):
        drawn = drawn_lanes(lanes, Query(), span, now)
    assert bool(drawn.minutes) == (lanes.height > most)
    assert [count(each) for each in drawn.lanes] == lanes["lane"].rle().struct.field(
        "len"
    ).to_list()
    for lane in drawn.lanes:
        words = re.findall("<td>([^<]+)</td><td>[^<]*</td></tr>", lane.marks)
        assert sum(int(each.partition(": ")[2] or 1) for each in words) == count(lane)
        assert lane.drawn.count("<rect") == lane.marks.count("<tr>") == len(words)


def test_names_and_ids_of_a_lane_are_escaped() -> None:
    span = day(date(2026, 6, 1))
    mark = LaneMark(0, round(span.begin.timestamp() * 1000), "failed", '<"&', None, 1)
    lane = LaneDrawing(Query(), span, None, 0).lane(LaneOwner('"><b>', None), [mark])
    for html in (lane.drawn, lane.marks):
        assert "<b>" not in html and "&gt;&lt;b&gt;" in html
        assert 'href="/appoints/%3C%22%26/?' in html
