from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from appoints.display.timeline import Step, steps
from appoints.isales.rows import parse_row
from appoints.results.states import Rules, derived
from appoints.snapshots.frame import Fetched, plain

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def life(**minutes: Any) -> list[Step]:
    """The steps of a row whose times are minutes after noon, fetched an hour after noon."""
    at = round(NOON.timestamp() * 1000)
    raw = {
        name: at + round(value * 60_000) if name.endswith("Time") and value != "soon" else value
        for name, value in minutes.items()
    }
    fetched = Fetched(0, [parse_row(raw)], NOON.replace(hour=13))
    return steps(derived(plain([fetched]), Rules()).to_dicts()[0], ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("begin", "gap", "late"),
    [
        (0, "on time", False),
        (-2, "2 min early", False),
        (3, "3 min after its time, in time", False),
        (7.5, "7 min 30 s late", True),
        (125, "2 h 5 min late", True),
    ],
)
def test_the_call_is_said_to_be_early_or_late(begin: float, gap: str, late: bool) -> None:
    step = life(appointTime=0, beginTime=begin)[2]
    assert (step.gap, step.late) == (gap, late)


@pytest.mark.parametrize(
    ("code", "end", "gap"),
    [
        ("00000", 2 + 5 / 60, "talked 2 min 5 s"),
        ("00604", 0.2, "lasted 12 s"),
        ("00000", -1, "ended 1 min before it began"),
    ],
)
def test_the_call_is_said_to_have_lasted(code: str, end: float, gap: str) -> None:
    assert life(beginTime=0, endTime=end, failCode=code)[3].gap == gap


def test_booking_is_said_to_be_ahead_or_after() -> None:
    assert life(createTime=-90, appointTime=0)[1].gap == "booked 1 h 30 min ahead"
    assert life(createTime=1, appointTime=0)[1].gap == "booked 1 min after its time"


@pytest.mark.parametrize(
    ("raw", "notes"),
    [
        ({"appointTime": 30}, ["not called, or not reported", "not yet"]),
        ({"appointTime": 90}, ["not yet", "not yet"]),
        ({"appointTime": 30, "failCode": "00604"}, ["not reported", "not reported"]),
        ({"appointTime": 90, "beginTime": "soon"}, ["soon", "not yet"]),
        ({}, ["not reported", "not reported"]),
    ],
)
def test_what_is_not_known_says_why(raw: dict[str, Any], notes: list[str]) -> None:
    assert [step.note for step in life(**raw)[2:]] == notes


def test_what_is_planned_is_told_from_what_happened() -> None:
    assert [step.planned for step in life(appointTime=0)] == [False, True, False, False]
