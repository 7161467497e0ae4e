"""When customers are reached, against a plain reading of the rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from appoints.insight.reach import ReachLine, reach_lines
from appoints.snapshots.frame import SHARED
from tests.factories import NOON, raw
from tests.insight.made_up import framed, local, seen, worlds
from tests.oracle import Record

World = tuple[datetime, ZoneInfo, list[Any]]


@given(
    worlds(),
    st.sampled_from([(), ("customer",), ("platform", "network")]),
    st.sampled_from([(), ("00604",)]),
)
def test_each_line_is_what_a_plain_reading_counts(
    world: World, groups: tuple[str, ...], causes: tuple[str, ...]
) -> None:
    now, zone, data = world
    counts: Counter[tuple[str, int | None, int | None]] = Counter()
    for each in seen(data, now):
        values, row = Record(each, {}).values(), each[0]
        state = values["state"]
        if groups and values["fail_group"] not in groups and state == "failed":
            continue
        if causes and row.fail_code not in causes and state == "failed":
            continue
        if state not in ("reached", "failed"):
            continue
        if row.call_begin is None:
            counts["uncounted", None, None] += 1
            continue
        at = local(row.call_begin, zone)
        for day in (None, at.isoweekday()):
            for hour in (None, at.hour):
                counts[state, day, hour] += 1
    lines = reach_lines(framed(data, now), zone, groups=groups, causes=causes)
    found: Counter[tuple[str, int | None, int | None]] = Counter()
    for line in lines:
        found["reached", line.weekday, line.hour] += line.reached
        found["failed", line.weekday, line.hour] += line.failed
        found["uncounted", line.weekday, line.hour] += line.uncounted
    assert +found == +counts
    assert len(lines) == len({(line.weekday, line.hour) for line in lines})


def test_fewer_than_thirty_calls_have_no_rate() -> None:
    few, enough = (ReachLine(weekday=1, hour=9, reached=9, failed=each) for each in (20, 21))
    assert (few.rate, enough.rate) == (None, 0.3)


def test_a_cause_that_no_call_has_stays_in_no_memory_once_it_was_asked_for() -> None:
    rows = framed([raw(1, failCode="603")], NOON)
    kept = len(SHARED.categories.to_series())
    reach_lines(rows, ZoneInfo("UTC"), causes=("no cause",))
    assert len(SHARED.categories.to_series()) == kept
