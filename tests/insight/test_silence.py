"""No sign of life, against a plain reading of the rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given

from appoints.insight.silence import SilenceLine, silence_lines, silent_agents
from tests.factories import NOON, raw
from tests.insight.made_up import framed, seen, state_of, worlds
from tests.oracle import Seen

WAITING = ("due", "overdue")


def at(value: int | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


@given(worlds())
def test_each_line_is_what_a_plain_reading_finds(
    world: tuple[datetime, ZoneInfo, list[Any]],
) -> None:
    now, _zone, data = world
    by_agent: defaultdict[str | None, list[Seen]] = defaultdict(list)
    for each in seen(data, now):
        by_agent[each[0].agent].append(each)
    lines = silence_lines(framed(data, now))
    for line in lines:
        own = by_agent.pop(line.agent)
        states = [state_of(each) for each in own]
        assert (line.due, line.overdue, line.calling) == tuple(
            states.count(name) for name in ("due", "overdue", "calling")
        )
        begun = [each[0].call_begin for each in own if each[0].call_begin is not None]
        waiting = [
            each[0].appoint_time
            for each, state in zip(own, states, strict=True)
            if state == "overdue" and each[0].appoint_time is not None
        ]
        assert line.last_begin == at(max(begin for begin in begun) if begun else None)
        assert line.first_overdue == at(min(waiting) if waiting else None)
    for rest in by_agent.values():
        assert not any(state_of(each) in WAITING for each in rest)
    assert [line.is_silent for line in lines] == sorted(
        (line.is_silent for line in lines), reverse=True
    )


def agents(*rows: dict[str, Any]) -> list[SilenceLine]:
    frame = framed(list(rows), NOON)
    return silent_agents(frame, NOON, longer_than=timedelta(minutes=15))


def test_an_agent_with_an_older_overdue_call_and_no_begin_since_is_silent() -> None:
    [line] = agents(raw(-20, userAccount="101"), raw(-2, userAccount="101"))
    assert (line.agent, line.waiting, line.last_begin) == ("101", 2, None)


def test_a_call_that_began_since_or_goes_on_is_a_sign_of_life() -> None:
    noon = round(NOON.timestamp() * 1000)
    begun = raw(-40, userAccount="101", beginTime=noon - 300_000, failCode="00604")
    going_on = raw(-40, userAccount="101", beginTime=noon - 9_000_000, callFlag="1")
    assert not agents(raw(-20, userAccount="101"), begun)
    assert not agents(raw(-20, userAccount="101"), going_on)


def test_a_call_that_is_overdue_for_a_moment_only_is_no_silence() -> None:
    assert not agents(raw(-14, userAccount="101"))


def test_a_call_that_is_overdue_for_a_moment_tells_nothing() -> None:
    [line] = silence_lines(framed([raw(-4, userAccount="101")], NOON))
    assert (line.overdue, line.is_silent, line.as_of) == (1, False, NOON)


def test_a_call_that_is_only_due_and_calls_without_an_agent_are_no_silence() -> None:
    lines = silence_lines(framed([raw(2, userAccount="101"), raw(-60, userAccount=None)], NOON))
    assert [line.is_silent for line in lines] == [False, False]
