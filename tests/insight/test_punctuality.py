"""Kept promises, against a plain reading of the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.insight.line import columns, table
from appoints.insight.punctuality import PunctualityLine, punctuality_lines
from appoints.isales.rows import Row
from tests.factories import MINUTE, NOON, raw
from tests.insight.made_up import framed, local, seen, state_of, worlds
from tests.oracle import Seen

World = tuple[datetime, ZoneInfo, list[Any]]
AROUND = round(NOON.timestamp() * 1000)


def began(each: Seen, most: int) -> str:
    row, state = each[0], state_of(each)
    if row.appoint_time is not None and row.call_begin is not None:
        delay = row.call_begin - row.appoint_time
        ahead = max(most, 5) if row.call_type == "2" else most
        if delay > most * MINUTE:
            return "late"
        return "early" if delay < -ahead * MINUTE else "on_time"
    if row.call_begin is None and state in ("due", "upcoming"):
        return "ahead"
    return "not_called" if row.call_begin is None and state == "overdue" else "unclear"


def group(by: str, row: Row, zone: ZoneInfo) -> str | None:
    if by in ("hour", "weekday"):
        if row.appoint_time is None:
            return None
        at = local(row.appoint_time, zone)
        return str(at.hour if by == "hour" else at.isoweekday())
    return {"all": None, "agent": row.agent, "task": row.task_id}[by]


def delays(found: Iterable[Seen]) -> list[int]:
    return sorted(
        row.call_begin - row.appoint_time
        for row, _ in found
        if row.call_begin is not None and row.appoint_time is not None
    )


def ms(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds() * 1000)


@given(worlds(), st.sampled_from([0, 2, 5, 30]))
def test_each_line_is_what_a_plain_reading_counts(world: World, most: int) -> None:
    now, zone, data = world
    rows = seen(data, now)
    lines = punctuality_lines(framed(data, now), timedelta(minutes=most), zone)
    assert lines[0].by == "all"
    for line in lines:
        own = [each for each in rows if group(line.by, each[0], zone) == line.value]
        counts = Counter(began(each, most) for each in own)
        names = ("on_time", "early", "late", "ahead", "not_called", "unclear")
        assert {name: getattr(line, name) for name in names} == {x: counts[x] for x in names}
        length = delays(own)
        if not length:
            assert line.median_delay is line.ninetieth_delay is None
            continue
        assert ms(line.ninetieth_delay) == length[ceil(0.9 * len(length)) - 1]
        middle = (length[(len(length) - 1) // 2] + length[len(length) // 2]) / 2
        assert abs((ms(line.median_delay) or 0) - middle) < 1
    for by in ("agent", "task", "hour", "weekday"):
        parts = [line for line in lines if line.by == by]
        assert sum(line.calls for line in parts) == lines[0].calls
        assert {line.value for line in parts} == {group(by, each[0], zone) for each in rows}


@given(worlds())
def test_the_range_before_is_counted_by_the_same_rule(world: World) -> None:
    now, zone, data = world
    rows, most = framed(data, now), timedelta(minutes=5)
    half = rows.head(rows.height // 2)
    alone = {(each.by, each.value): each for each in punctuality_lines(half, most, zone)}
    for line in punctuality_lines(rows, most, zone, before=half):
        then = alone.get((line.by, line.value))
        assert line.before_calls == (then.calls if then else 0)
        assert line.before_on_time == (then.on_time if then else 0)


def line(on_time: int, late: int, before: tuple[int, int] | None = None) -> PunctualityLine:
    minutes = [*[1] * on_time, *[30] * late]
    rows = [
        raw(number, beginTime=AROUND + (number + each) * MINUTE)
        for number, each in enumerate(minutes)
    ]
    found = punctuality_lines(framed(rows, NOON), timedelta(minutes=5), ZoneInfo("UTC"))[0]
    if before:
        values = {name: getattr(found, name) for name in PunctualityLine.__dataclass_fields__}
        values |= {"before_on_time": before[0], "before_calls": sum(before)}
        found = PunctualityLine(**values)
    return found


@pytest.mark.parametrize(
    ("on_time", "late", "before", "share", "points"),
    [
        (18, 7, (19, 6), 0.72, -4),
        (18, 7, (18, 1), 0.72, None),  # the range before has 19 calls
        (12, 7, (19, 6), None, None),
        (20, 0, (20, 0), 1, 0),
    ],
)
def test_fewer_than_twenty_calls_are_not_judged(
    on_time: int, late: int, before: tuple[int, int], share: float | None, points: int | None
) -> None:
    found = line(on_time, late, before)
    assert (found.share, found.points) == (share, points)


def test_lines_become_a_frame_of_every_column() -> None:
    found = table(PunctualityLine, [line(18, 7)])
    assert found.columns == list(columns(PunctualityLine))
    assert found["share"].to_list() == [0.72]
    assert found["median_delay"].to_list() == [60]
