"""Which attempt at a number a call was: in order, and unknown where that cannot be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results import attempts
from appoints.results.numbers import NO_PLAN, NumberingPlan
from appoints.results.result import Result
from tests.compared_oracle import compared
from tests.factories import MINUTE, NOON, raw
from tests.oracle import Record
from tests.results.test_export import frame_of
from tests.results.test_numbers import CHINA
from tests.results.test_repeats import same_numbers
from tests.strategies import NOW, bounds


def attempts_of(*rows: Any, window: Window = EVER) -> list[tuple[int | None, int | None]]:
    frame, _ = frame_of([(list(rows), 0)])
    result = Result.of(frame, Query(), window, mode="loading", as_of=NOON, plan=CHINA)
    return result.with_attempts(result.rows).select(attempts.ATTEMPTS).rows()


@pytest.mark.parametrize("few", [0, 1000])
@given(same_numbers, bounds, bounds, st.sampled_from([NO_PLAN, CHINA]))
def test_each_row_is_the_attempt_that_a_plain_reading_finds(
    few: int, rows: list[Any], begin: datetime | None, end: datetime | None, plan: NumberingPlan
) -> None:
    window = Window(begin, end)
    frame, seen = frame_of([(rows, 0)])
    expected = compared([Record(each, {}) for each in seen], window, plan)
    result = Result.of(frame, Query(), window, mode="loading", as_of=NOON, plan=plan)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "FEW", few)
        found = result.with_attempts(result.rows)
    assert found.select(attempts.ATTEMPTS).rows() == [each.attempts for each in expected]
    assert sorted(found.columns) == sorted(result.rows.columns)


def call(number: int, **changes: Any) -> dict[str, Any]:
    """A call to one number for one task, which began so many minutes after noon."""
    own = {"calledNo": "13900000001", "taskId": "7", "failCode": "00603"}
    return raw(number, **{**own, "beginTime": NOW + number * MINUTE, **changes})


OPEN = {"beginTime": None, "failCode": None}


def test_calls_are_counted_in_the_order_in_which_they_began() -> None:
    first, second = call(9, beginTime=NOW), call(2, calledNo="+86 139 0000 0001")
    assert attempts_of(second, first) == [(2, 2), (1, 2)]


def test_what_is_open_is_no_attempt_yet() -> None:
    assert attempts_of(call(1), call(2), call(3, **OPEN)) == [(1, 2), (2, 2), (None, 2)]
    assert attempts_of(call(3, **OPEN)) == [(None, 0)]


@pytest.mark.parametrize("other", [{"taskId": "8"}, {"calledNo": "13900000002"}])
def test_another_number_or_task_is_another_matter(other: dict[str, str]) -> None:
    assert attempts_of(call(1), call(2, **other)) == [(1, 1), (1, 1)]


@pytest.mark.parametrize("missing", [{"taskId": None}, {"calledNo": None}, {"calledNo": ["1"]}])
def test_without_a_number_or_a_task_nothing_is_inferred(missing: dict[str, Any]) -> None:
    assert attempts_of(call(1, **missing), call(2, **missing)) == [(None, None)] * 2


def test_of_calls_that_began_together_the_order_is_unknown() -> None:
    assert attempts_of(call(1), call(2), call(3, beginTime=NOW + 2 * MINUTE)) == [
        (1, 3), (None, 3), (None, 3)
    ]  # fmt: skip


def test_a_call_without_its_begin_may_be_any_of_them() -> None:
    assert attempts_of(call(1), call(2, beginTime=None)) == [(None, 2), (None, 2)]


def test_calls_outside_the_range_are_not_counted() -> None:
    window = Window(NOON, NOON + timedelta(hours=1))
    assert attempts_of(call(-5), call(5), window=window) == [(1, 1)]


def test_rows_are_sorted_by_their_attempt() -> None:
    frame, _ = frame_of([([call(5), call(1), call(9)], 0)])
    result = Result.of(frame, Query(sort="-attempt"), EVER, mode="whole", as_of=NOON)
    assert result.rows["attempt"].to_list() == [3, 2, 1]
