"""Odd rows of an outside server, in the night in which clocks go back by half an hour: the page,
the file and the answer of each section count alike, and every row counts somewhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from appoints.isales.simulator import Options, Simulator
from appoints.pages.insight.sections import SECTIONS
from dashboard.accounts.models import User
from tests.api.conftest import reader_of
from tests.factories import MINUTE, browser_of, connected, raw
from tests.insight.centre import opened
from tests.screen import Screen, number_of, words_of

CHANGE = datetime(2026, 4, 4, 15, tzinfo=UTC)
AT = round(CHANGE.timestamp() * 1000)
RANGE = "preset=last-7d&tz=Australia/Lord_Howe"
ODD: list[dict[str, Any]] = [
    {"beginTime": AT, "endTime": AT - MINUTE, "failCode": "00000"},  # ended before it began
    {"beginTime": 1, "endTime": AT, "failCode": "00000"},  # began in 1970
    {"createTime": AT + 999 * MINUTE, "failCode": "00604"},  # booked after it
    {"appointId": None},
    {"userAccount": None, "taskId": None},
    {"userAccount": [1], "callType": "9"},
    {"failCode": "no such", "beginTime": None},
    {"calledNo": None, "callFlag": "1"},
    {"result": "0000", "beginTime": None, "endTime": -5},
]


@pytest.fixture(autouse=True)
def _night(transactional_db: None, settings: Any) -> Iterator[None]:
    settings.APPOINTS_PAGE_WAIT = settings.APPOINTS_REST_WAIT = 20
    rows = [
        raw(n, **{"appointTime": AT + (n - 48) * 7 * MINUTE, **ODD[n % len(ODD)]})
        for n in range(96)
    ]
    hours = {"working_hours": "Mon-Fri 09:00-12:00", "time_zone": "Australia/Lord_Howe"}
    with (
        time_machine.travel(CHANGE + timedelta(hours=1)),
        Simulator(Options(data=rows)).running() as simulator,
        connected(simulator.base_url, **hours),
    ):
        yield


@pytest.fixture
def browser(supervisor: User) -> Client:
    return browser_of(supervisor)


def lines(browser: Client, section: str) -> list[dict[str, str]]:
    """The lines of a section's file."""
    text = browser.get(f"/insight/{section}/export.csv?{RANGE}").content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_figure_opens_the_rows_that_it_counts(browser: Client, section: str) -> None:
    page = Screen(browser.get(f"/insight/{section}/?{RANGE}"))
    links = page.all(f"#{section} .insight-sum a, #{section} td a, .insight-days a")
    numbers = [each for each in links if re.fullmatch("[0-9,]+", words_of(each))]
    assert numbers or section in {"collisions", "lanes"}  # none are here, and marks in place of any
    for link in numbers[:: 1 + len(numbers) // 5]:
        address = link.attributes["href"] or ""
        assert (address, opened(browser, address)) == (address, number_of(words_of(link)))


@pytest.mark.parametrize("section", SECTIONS)
def test_file_and_answer_have_the_same_lines(
    browser: Client, supervisor: User, section: str
) -> None:
    answer = reader_of(supervisor).get(f"/api/v1/insight/{section}/?{RANGE}").json()
    told = [[_text(value) for value in row.values()] for row in answer["rows"]]
    assert told == [list(row.values()) for row in lines(browser, section)]


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_every_call_is_punctual_or_not_or_ahead_or_unclear(browser: Client) -> None:
    counts = ("on_time", "early", "late", "ahead", "not_called", "unclear")
    every = opened(browser, f"?{RANGE}")
    sums = {"all": 0, "agent": 0, "task": 0, "hour": 0, "weekday": 0}
    for line in lines(browser, "punctuality"):
        sums[line["by"]] += sum(int(line[name]) for name in counts)
    assert set(sums.values()) == {every}


def test_every_call_of_the_day_has_a_lane(browser: Client) -> None:
    day = f"from=2026-04-05&to=2026-04-05&{RANGE.partition('&')[2]}"
    assert len(lines(browser, "lanes")) == opened(browser, f"?{day}") > 0


def test_every_call_to_come_is_in_one_hour_of_the_load(browser: Client) -> None:
    ahead = f"preset=next-7d&state=due&state=upcoming&{RANGE.partition('&')[2]}"
    sums = {"all": 0, "agent": 0, "task": 0}
    for line in lines(browser, "load"):
        sums[line["by"]] += int(line["reserved"])
    assert sums["all"] and set(sums.values()) == {opened(browser, f"?{ahead}")}
