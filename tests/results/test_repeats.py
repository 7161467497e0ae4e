"""Numbers promised more than once, and those reached since, against a plain reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.access.masking import masked
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results.number_reading import reading
from appoints.results.numbers import NO_PLAN, NumberingPlan, compact, writings
from appoints.results.repeats import with_repeats
from appoints.results.result import Result
from tests import compared_oracle
from tests.compared_oracle import compared
from tests.factories import MINUTE, NOON, raw
from tests.oracle import Record
from tests.results.test_export import frame_of
from tests.results.test_numbers import CHINA, numbers, plans
from tests.strategies import NOW, bounds, moments, raw_rows, rows_with_fields

# Few numbers in several writings, so that rows share them.
_called = st.sampled_from(
    ["13812345678", "+86 138-1234-5678", "008613812345678", "013812345678", "13899999999", "*7"]
)
_booked = st.integers(-3, 3).map(lambda minutes: NOW + minutes * MINUTE)


def _calling(row: Any, number: Any, booked: Any, begun: Any) -> Any:
    return {**row, "calledNo": number, "createTime": booked, "beginTime": begun}


same_numbers = st.lists(
    st.one_of(
        raw_rows,
        st.builds(
            _calling,
            rows_with_fields,
            st.one_of(_called, _called, st.sampled_from([None, "nobody", ["13812345678"], 7])),
            st.one_of(_booked, moments),
            st.one_of(_booked, moments),
        ),
    ),
    min_size=4,
    max_size=14,
)


@given(same_numbers, bounds, bounds, st.sampled_from([NO_PLAN, CHINA]), st.booleans())
def test_each_row_repeats_what_a_plain_reading_finds(
    rows: list[Any],
    begin: datetime | None,
    end: datetime | None,
    plan: NumberingPlan,
    is_masked: bool,
) -> None:
    window = Window(begin, end)
    frame, seen = frame_of([(rows, 0)])
    expected = compared([Record(each, {}) for each in seen], window, plan)
    shown = masked(frame) if is_masked else frame
    found = Result.of(shown, Query(), window, mode="loading", as_of=NOON, plan=plan).rows
    assert found.select("repeat", "repeat_count").rows() == [each.repeats for each in expected]


@given(st.lists(numbers, min_size=1, max_size=6), plans)
def test_numbers_of_one_reading_are_the_same_number(texts: list[str], plan: NumberingPlan) -> None:
    keys = pl.select(reading(pl.lit(pl.Series(map(compact, texts))), plan)).to_series().to_list()
    assert keys == [compared_oracle.reading(each, plan) for each in texts]
    for one, key in zip(texts, keys, strict=True):
        for other, same in zip(texts, keys, strict=True):
            assert key != same or compact(other) in writings(one, plan)


HOUR = 60 * MINUTE
PROMISED = raw(1, appointTime=NOW + HOUR, createTime=NOW - 3 * HOUR)
REACHED = raw(1, appointId="2", failCode="00000", beginTime=NOW - HOUR)


def repeats_of(*rows: Any, window: Window = EVER) -> list[tuple[str | None, int | None]]:
    frame, _ = frame_of([(list(rows), 0)])
    return with_repeats(frame, window, CHINA).select("repeat", "repeat_count").rows()


@pytest.mark.parametrize(
    ("other", "repeat"),
    [
        (PROMISED | {"appointId": "2"}, ("open", 2)),
        (PROMISED | {"appointId": "2", "calledNo": "+86 139-0000-0001"}, ("open", 2)),
        (PROMISED | {"appointId": "2", "callFlag": "1"}, (None, 1)),
        (PROMISED | {"appointId": "2", "calledNo": "13900000009"}, (None, 1)),
        (REACHED, ("reached", 1)),
        (REACHED | {"beginTime": NOW - 4 * HOUR}, (None, 1)),
        (REACHED | {"beginTime": None}, ("unknown", 1)),
        (REACHED | {"failCode": "00604"}, (None, 1)),
    ],
)
def test_an_open_reservation_repeats(other: Any, repeat: tuple[str | None, int]) -> None:
    assert repeats_of(PROMISED, other)[0] == repeat


def test_a_booking_without_its_time_cannot_be_compared_with_a_call() -> None:
    assert repeats_of(PROMISED | {"createTime": None}, REACHED)[0] == ("unknown", 1)


def test_rows_outside_the_range_are_not_compared() -> None:
    later = PROMISED | {"appointId": "2", "appointTime": NOW + 48 * HOUR}
    assert repeats_of(PROMISED, later)[0] == ("open", 2)
    day = Window(NOON, NOON + timedelta(days=1))
    assert repeats_of(PROMISED, later, window=day)[0] == (None, 1)


def test_a_number_of_both_kinds_is_found_and_counted_under_each() -> None:
    frame, _ = frame_of([([PROMISED, PROMISED | {"appointId": "3"}, REACHED], 0)])

    def asked(*ways: str) -> Result:
        return Result.of(frame, Query(repeats=ways), EVER, mode="whole", as_of=NOON)

    assert [asked(*ways).total for ways in (("open",), ("reached",), ("open", "reached"))] == [
        2
    ] * 3
    lines = {line.value: line.rows for line in (asked().facets or {})["repeats"]}
    assert lines == {"open": 2, "reached": 2, None: 1}
