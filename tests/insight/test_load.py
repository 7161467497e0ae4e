"""The load ahead, collisions and calls outside working hours, against a plain reading."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from appoints.access.row_filter import GrantedPart, RowFilter
from appoints.connections.working_hours import working_hours
from appoints.insight.collisions import collision_lines, talk_times
from appoints.insight.load import LoadLine, load_lines, load_table, load_values
from appoints.insight.outside_hours import outside_lines
from appoints.isales.rows import Row
from appoints.query.time_range import Window
from tests.factories import MINUTE, NOON, raw
from tests.insight.made_up import framed, seen, state_of, worlds
from tests.oracle import Seen

World = tuple[datetime, ZoneInfo, list[Any]]
TEAM = RowFilter.of([GrantedPart(frozenset({"101"}))])
AROUND = round(NOON.timestamp() * 1000)


MINUTES = timedelta(minutes=1)


def hour_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The begin and the end of the local hour of a moment, minute by minute."""
    begin = end = moment.replace(second=0, microsecond=0)
    of = named(moment, zone)
    while named(begin - MINUTES, zone) == of:
        begin -= MINUTES
    while named(end, zone) == of:
        end += MINUTES
    return begin, end


def named(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H}"


def moment(value: int | None) -> datetime:
    return datetime.fromtimestamp((value or 0) // 1000, UTC)


def of_week(moment: datetime, zone: ZoneInfo) -> tuple[int, int]:
    at = moment.astimezone(zone)
    return at.isoweekday(), at.hour


def group(by: str, row: Row) -> str | None:
    return {"all": None, "team": "North" if row.agent == "101" else "", "task": row.task_id}.get(
        by, row.agent
    )


def hours_of(over: Window, zone: ZoneInfo) -> list[datetime]:
    """The begin of each local hour that lies in a window whole."""
    assert over.begin and over.end
    at, found = over.begin, []
    while at < over.end:
        begin, at = hour_of(at, zone)
        if begin >= over.begin and at <= over.end:
            found.append(begin)
    return found


def is_ahead(each: Seen) -> bool:
    return state_of(each) in ("due", "upcoming") and each[0].appoint_time is not None


@given(worlds())
def test_each_hour_is_what_a_plain_reading_counts(world: World) -> None:
    now, zone, data = world
    rows = seen(data, now)
    frame = framed(data, now)
    states = frame["state"].cast(str)
    ahead = frame.filter(states.is_in(["due", "upcoming"]) & frame["appoint_time"].is_not_null())
    over = Window(now - timedelta(days=2, minutes=20), now)
    table = load_table(ahead, frame, over, zone, {"North": TEAM})
    lines = load_lines(table)
    assert [line.is_over for line in lines] == [bool(each) for each in table["is_over"]]
    reserved: Counter[tuple[str, str | None, datetime]] = Counter()
    begun: Counter[tuple[str, str | None, datetime]] = Counter()
    for each in rows:
        for by in ("all", "team", "task", "agent"):
            value = group(by, each[0])
            if value == "":
                continue
            if is_ahead(each):
                reserved[by, value, hour_of(moment(each[0].appoint_time), zone)[0]] += 1
            if each[0].call_begin is not None:
                begun[by, value, hour_of(moment(each[0].call_begin), zone)[0]] += 1
    assert {(line.by, line.value, line.begin): line.reserved for line in lines} == reserved
    hours = hours_of(over, zone)
    for line in lines:
        same = [each for each in hours if of_week(each, zone) == of_week(line.begin, zone)]
        counts = [begun[line.by, line.value, each] for each in same]
        assert line.days == len(counts)
        assert line.usual == (median(counts) if counts else None)
        assert (line.begin, line.end) == hour_of(line.begin, zone)
    found = {(each["by"], each["value"]): each for each in load_values(table).to_dicts()}
    of_value = groupby((x for x in lines if x.by != "all"), key=lambda x: (x.by, x.value))
    for value, each in of_value:
        own = list(each)
        known = [line for line in own if line.usual is not None] or own
        full = max(known, key=lambda x: (x.reserved - (x.usual or 0), x.reserved))
        told = found.pop(value)
        assert told["total"] == sum(line.reserved for line in own)
        assert told["hours_over"] == sum(line.is_over for line in own)
        assert (told["begin"], told["reserved"], told["usual"]) == (
            *(full.begin, full.reserved, full.usual),
        )
    assert not found


def test_more_than_usual_is_over_and_the_unknown_is_not() -> None:
    line = {"by": "all", "value": None, "name": None, "begin": NOON, "end": NOON, "reserved": 3}
    assert LoadLine(**line, usual=2.5, days=2).is_over
    assert not LoadLine(**line, usual=3, days=1).is_over
    assert not LoadLine(**line, usual=None, days=0).is_over


@given(worlds())
def test_a_collision_is_a_run_of_calls_without_room_between(world: World) -> None:
    now, _zone, data = world
    frame = framed(data, now)
    ahead = frame.filter(frame["state"].cast(str).is_in(["due", "upcoming"]))
    talked = talk_times(frame)
    lengths = [
        row.call_end - row.call_begin
        for row, _at in (each for each in seen(data, now) if state_of(each) == "reached")
        if row.call_end is not None and row.call_begin is not None
    ]
    known = [each for each in lengths if each >= 0]
    assert talked.unclear == len(lengths) - len(known)
    if not known:
        assert talked.usual is None
        assert collision_lines(ahead, talked) == []
        return
    assert talked.usual is not None
    length = talked.usual
    assert abs(length.total_seconds() * 1000 - median(known)) < 1
    times: defaultdict[str, list[datetime]] = defaultdict(list)
    for each in seen(data, now):
        if is_ahead(each) and each[0].agent is not None:
            at = datetime.fromtimestamp((each[0].appoint_time or 0) / 1000, UTC)
            times[each[0].agent].append(at)
    crowded = {
        (agent, at)
        for agent, own in times.items()
        for number, at in enumerate(own)
        if any(abs(at - other) < length for place, other in enumerate(own) if place != number)
    }
    lines = collision_lines(ahead, talked)
    assert sum(line.calls for line in lines) == sum(
        (agent, at) in crowded for agent, own in times.items() for at in own
    )
    for line in lines:
        own = [at for at in times[line.agent] if line.begin <= at <= line.end]
        assert len(own) == line.calls
        within = {at: sum(at <= x < at + length for x in own) for at in own}
        assert line.at_once == within[line.fullest] == max(within.values())


def test_an_agent_s_own_talk_time_counts_from_twenty_calls_on() -> None:
    def reached(number: int, agent: str, seconds: int) -> dict[str, Any]:
        begin = AROUND - 10_000_000
        return raw(
            number,
            userAccount=agent,
            beginTime=begin,
            endTime=begin + seconds * 1000,
            failCode="00000",
        )

    rows = [reached(number, "101", 600) for number in range(20)]
    rows += [reached(number, "102", 60) for number in range(20, 39)]
    talked = talk_times(framed(rows, NOON))
    assert talked.of("101") == talked.of("102") == timedelta(minutes=10)
    rows.append(reached(39, "102", 60))
    talked = talk_times(framed(rows, NOON))
    assert talked.of("102") == timedelta(minutes=1)


@given(worlds(), st.sampled_from(["Mon-Fri 09:00-18:00", "Mon-Sun 22:00-06:00", "Wed 1:00-2:00"]))
def test_every_call_outside_of_working_hours_is_in_one_stretch(world: World, hours: str) -> None:
    now, zone, data = world
    written = working_hours(hours, "")
    assert written
    day = now.astimezone(zone).date()
    working = written.windows(day - timedelta(days=3), day + timedelta(days=3), zone)
    over = Window(now - timedelta(days=2), now + timedelta(days=2))
    inside = [
        Window(max(each.begin, over.begin), min(each.end, over.end))
        for each in working
        if each.begin and each.end and over.begin and over.end
        and each.end > over.begin and each.begin < over.end
    ]  # fmt: skip
    lines = outside_lines(framed(data, now), inside, over)
    expected = 0
    for each in seen(data, now):
        if each[0].appoint_time is None:
            continue
        at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=each[0].appoint_time)
        works = any(one.begin <= at < one.end for one in inside if one.begin and one.end)
        if over.begin and over.end and over.begin <= at < over.end and not works:
            expected += 1
            assert sum(line.begin <= at < line.end for line in lines) == 1
    assert sum(line.calls for line in lines) == expected
    assert all(line.calls and line.begin < line.end for line in lines)


def test_talk_times_of_calls_that_ended_before_they_began_are_only_counted() -> None:
    rows = [raw(0, beginTime=AROUND, endTime=AROUND - MINUTE, failCode="00000")]
    talked = talk_times(framed(rows, NOON))
    assert (talked.usual, talked.unclear) == (None, 1)
