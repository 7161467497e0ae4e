"""Rows for the figures, and the moments that clocks change at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import strategies as st

from appoints.isales.rows import parse_row
from appoints.results import states
from appoints.snapshots import frame
from tests.factories import MINUTE
from tests.oracle import Record, Seen, settled

# Clocks go on and back, by an hour and by half of one, and never.
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata")
]
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 6, 1, 12, tzinfo=UTC),
]
zones = st.sampled_from(ZONES)
starts = st.sampled_from(CHANGES)


def moments(now: int) -> st.SearchStrategy[Any]:
    """Moments within two days of one, most of them close together, and what is none."""
    near = st.integers(-40, 40).map(lambda minutes: now + minutes * 2 * MINUTE)
    far = st.integers(-48, 48).map(lambda hours: now + hours * 60 * MINUTE + 7)
    return st.one_of(near, near, far, st.sampled_from([None, "soon", -1, 10**20, ""]))


def raw_rows(now: int) -> st.SearchStrategy[Any]:
    """A row around a moment, as iSales may send it."""
    times = moments(now)
    fields = st.fixed_dictionaries(
        {"appointTime": times},
        optional={
            "appointId": st.sampled_from([*map(str, range(20)), "", None]),
            "callType": st.sampled_from(["1", "2", None, "9"]),
            "taskId": st.sampled_from(["1", "2", None]),
            "taskName": st.sampled_from(["Renewals", "=1", None]),
            "userAccount": st.sampled_from(["101", "102", "103", None, [1]]),
            "userName": st.sampled_from(["Ana", "Bo", None]),
            "beginTime": times,
            "endTime": times,
            "callFlag": st.sampled_from(["0", "1", "2", None]),
            "failCode": st.sampled_from(["00000", "00604", "34601", "", None]),
            "result": st.sampled_from(["0000", "0101", None]),
            "timeout": st.sampled_from([True, False, None]),
            "createTime": times,
        },
    )
    return st.one_of(fields, fields, fields, st.sampled_from([None, 3]))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[datetime, ZoneInfo, list[Any]]:
    """A moment, a zone, and the rows that were fetched at the moment."""
    now = draw(starts)
    found = draw(st.lists(raw_rows(round(now.timestamp() * 1000)), max_size=40))
    return now, draw(zones), found


def framed(raw: list[Any], now: datetime) -> pl.DataFrame:
    """The rows as a frame, each reservation once."""
    parsed = [each[0] for each in seen(raw, now)]
    return states.derived(frame.plain([frame.Fetched(0, parsed, now)]), states.Rules())


def seen(raw: list[Any], now: datetime) -> list[Seen]:
    """The rows as plain Python has them, each reservation once."""
    return settled([(0, [parse_row(each) for each in raw], now)])


def state_of(each: Seen) -> str:
    """The state of a row."""
    return str(Record(each, {}).values()["state"])


def local(value: int, zone: ZoneInfo) -> datetime:
    """Epoch milliseconds as a local time."""
    whole, rest = divmod(value, 1000)
    return datetime.fromtimestamp(whole, zone) + timedelta(milliseconds=rest)
