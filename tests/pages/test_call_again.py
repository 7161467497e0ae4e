"""Beside a call that failed stands when its customer, and most others, are reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.factories import MINUTE, NOON, raw
from tests.screen import Screen, total_of

LIST = "/appoints/"
NOW = round(NOON.timestamp() * 1000)
CODES = {"reached": "00000", "failed": "00603", "platform": "34606"}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def call(number: int, hour: int, outcome: str, **changes: Any) -> dict[str, Any]:
    """A call that began at an hour of this day, in UTC."""
    begin = NOW + (hour - 12) * 60 * MINUTE
    ended = {"failCode": CODES[outcome], "beginTime": begin, "endTime": begin + MINUTE}
    return raw(number, appointTime=begin, **{**ended, **changes})


def day(reached: int, failed: int = 34) -> list[dict[str, Any]]:
    """A morning's calls to one number that failed, and an afternoon in which some are reached."""
    mine = [call(hour, hour, "failed", calledNo="13900000099") for hour in (10, 9)]
    others = [call(100 + each, 17 + each % 2, "reached") for each in range(reached)]
    others += [call(200 + each, 17, "failed") for each in range(failed)]
    return [*mine, *others, *(call(300 + each, 17, "platform") for each in range(50))]


def detail(client: Client, row: dict[str, Any], query: str = "preset=today") -> Screen:
    return Screen(client.get(f"{LIST}{row['appointId']}/?{query}"))


def test_a_failed_call_says_when_to_call_again(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = rows = day(16)
    page = detail(signed_in, rows[0])
    [words] = page.texts(".call-again")
    assert words.startswith("Not reached at 9, 10. Most often reached 17–19 (16 of 50), next today")
    [address] = page.links(".call-again a")
    assert total_of(signed_in.get(address)) == 16


def test_hours_are_those_of_the_viewers_zone(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = rows = day(16)
    page = detail(signed_in, rows[0], "preset=today&tz=Asia/Kolkata")
    [words] = page.texts(".call-again")
    assert words.startswith("Not reached at 14, 15. Most often reached 22–24 (16 of 50)")


def test_of_few_calls_it_says_no_hours(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = rows = day(9, 20)
    assert detail(signed_in, rows[0]).texts(".call-again") == ["Not reached at 9, 10."]


def test_a_call_that_was_reached_says_nothing(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = rows = day(16)
    assert detail(signed_in, rows[2]).all(".call-again") == []


def test_the_outcome_in_the_table_says_it_in_short_and_its_title_in_full(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = day(16)
    page = Screen(signed_in.get(f"{LIST}?preset=today&per_page=25"))
    titles = page.values("td.col-fail_code .state-failed [title]", "title")
    assert titles[0] == "00603 · Most often reached 17–19 (16 of 50), next today"
    assert page.texts("td.col-fail_code .again")[0] == "again 17–19, today"
    narrowed = Screen(signed_in.get(f"{LIST}?preset=today&cause_group=platform&per_page=25"))
    titles = narrowed.values("td.col-fail_code .state-failed [title]", "title")
    assert titles == ["34606 · Most often reached 17–19 (16 of 66), next today"] * 25


def test_hours_in_which_nobody_works_are_not_advised(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.listing.source = rows = day(16)
    office = {"working_hours": "Mon-Fri 09:00-19:00", "time_zone": "UTC"}
    Connection.objects.update(**office, holidays="2026-06-01")  # today
    [words] = detail(signed_in, rows[0]).texts(".call-again")
    assert "17–19 (16 of 50), next tomorrow" in words
    Connection.objects.update(working_hours="Mon-Fri 09:00-18:00")
    [words] = detail(signed_in, rows[0]).texts(".call-again")
    assert "Most often reached 16–18 (8 of 42)" in words
    Connection.objects.update(working_hours="Mon-Fri 09:00-17:00")
    assert detail(signed_in, rows[0]).texts(".call-again") == ["Not reached at 9, 10."]
