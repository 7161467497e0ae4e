"""Every picture's numbers, against the same rows counted in plain Python."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from appoints.query.query import Query
from appoints.query.time_range import Window
from appoints.results import facets
from appoints.results.histogram import buckets
from appoints.results.result import Result
from tests import oracle
from tests.compared_oracle import compared
from tests.factories import MINUTE, NOON
from tests.results.test_export import ZONES, bounds, frame_of, queries
from tests.strategies import pages


@given(pages, queries, bounds, bounds, st.sampled_from(ZONES))
def test_each_picture_holds_every_row_that_a_plain_reading_finds(
    found: list[tuple[list[object], int]],
    query: Query,
    begin: datetime | None,
    end: datetime | None,
    zone: ZoneInfo,
) -> None:
    window = Window(begin, end)
    whole, seen = frame_of(found)
    every = compared([oracle.Record(row, {}) for row in seen], window)
    rows = [each.values() for each in every if each.matches(query, window)]
    result = Result.of(whole, query, window, mode="whole", as_of=NOON)

    failed = Counter(row["fail_code"] for row in rows if row["state"] == "failed")
    lines = facets.failures(result.facets or {}, query)
    assert {line.value: line.rows for line in lines} == failed

    behind = facets.by_agent(result.rows)
    for state in ("overdue", "failed"):
        agents = Counter(row["agent"] for row in rows if row["state"] == state)
        assert Counter({each.value: getattr(each, state) for each in behind}) == agents
    assert behind == sorted(behind, key=lambda each: (-each.overdue, -each.failed))

    bars = buckets(result.rows, window, zone)
    timed = [row["state"] for row in rows if row["appoint_time"] is not None]
    if bars:
        assert sum(bar.reserved for bar in bars) == len(timed)
        for name in ("reached", "failed", "overdue"):
            assert sum(getattr(bar, name) for bar in bars) == timed.count(name)


def test_an_agent_goes_by_the_newest_name() -> None:
    names = ["Bo", "Ann", "Bo", None, "", "Bo"]
    minutes = [1, 9, 2, 10, 11, 3]
    rows = [
        {
            "appointId": str(minute),
            "userAccount": "116",
            "userName": name,
            "appointTime": round(NOON.timestamp() * 1000) + minute * MINUTE,
        }
        for name, minute in zip(names, minutes, strict=True)
    ]
    whole, _ = frame_of([(rows, 0)])
    result = Result.of(whole, Query(), Window(None, None), mode="whole", as_of=NOON)
    assert (result.facets or {})["agents"] == [facets.ValueCount("116", "Ann", 6)]
