"""How long a part of a window is fresh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from appoints.snapshots import ageing
from appoints.snapshots.models import Snapshot
from tests.factories import NOON

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NO_WORK = timedelta()


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def part(first: float, **changes: object) -> Snapshot:
    """A day that begins so many days from now, and has just been loaded."""
    begin = NOON + first * DAY
    moments = {"begin": begin, "end": begin + DAY, "as_of": NOON, "ended": NOON}
    return Snapshot(**(moments | changes))


def age(part: Snapshot, work: timedelta = NO_WORK) -> timedelta:
    return ageing.partition_fresh_until(part, work) - NOON


@pytest.mark.parametrize("first", [-1.9, -1, -0.5, 0, 0.9])
def test_near_now_a_day_is_fresh_as_long_as_any_result(first: float) -> None:
    assert age(part(first)) == timedelta(seconds=20)


def test_the_farther_a_day_the_longer_it_is_fresh() -> None:
    for direction in (1, -1):
        ages = [age(part(direction * days + (-1 if direction < 0 else 0))) for days in range(12)]
        assert ages == sorted(ages)
        assert ages[-1] == 5 * MINUTE


def test_a_day_with_unfinished_calls_is_fresh_for_a_shorter_time() -> None:
    assert age(part(-2, unfinished=1)) == age(part(-2)) / 2


def test_all_parts_together_leave_isales_as_long_to_itself_as_one_load() -> None:
    work = timedelta(seconds=80)
    loaded = part(-9, worked=4.0, ended=NOON + timedelta(seconds=4))
    assert age(loaded, work) == 5 * work
    assert age(loaded, 2 * work) == ageing.LONGEST_TURN
    assert age(loaded, 5 * work) == 2 * 5 * work
    assert age(loaded, 9 * work) == ageing.LONGEST_REST


def test_a_person_may_ask_for_a_day_anew_once_isales_has_rested_as_long_as_all_took() -> None:
    work = timedelta(seconds=120)
    asked = part(-9, worked=4.0, refresh_requested=True)
    assert (
        age(asked, work)
        == ageing.partition_rested(asked, work) - NOON
        == 2 * work - timedelta(seconds=4)
    )
