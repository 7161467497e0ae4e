"""Which attempt a call was: in the table, in files and in detail, and said to be inferred."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.factories import MINUTE, NOON, browser_of, person, raw
from tests.screen import Screen

LIST, FILE = "/appoints/", "/appoints/export.json"
NOW = round(NOON.timestamp() * 1000)
CALLED = {"failCode": "00603"}
MATTER = {"calledNo": "13900000011", "taskId": "7"}
AT_NOON = time_machine.travel(NOON, tick=False)


@pytest.fixture(autouse=True)
def _rows(connection: Connection, simulator: Simulator) -> Any:
    """A number was called twice for a task, by two agents, and is to be called once more."""
    rows = [
        raw(-60, userAccount="ann", **MATTER, **CALLED, beginTime=NOW - 59 * MINUTE),
        raw(-30, userAccount="bob", **MATTER, **CALLED, beginTime=NOW - 29 * MINUTE),
        raw(30, userAccount="ann", **MATTER),
        raw(-20, calledNo="13900000022", taskId="7", **CALLED),
        raw(-10, calledNo="13900000033", taskId=None, **CALLED),
    ]
    simulator.listing.source = rows
    with AT_NOON:
        yield


BOOKED = "booked unknown · reserved for 2026-06-01"
SHOWN = ["1 of 2", "2 of 2", "? of 1", "— none", "2 so far"]


def test_the_column_says_which_of_how_many_and_that_it_is_inferred(signed_in: Client) -> None:
    signed_in.post("/columns/", {"column": ["appoint_time", "attempt"]})
    page = Screen(signed_in.get(f"{LIST}?preset=today"))
    assert page.texts("td.col-attempt") == SHOWN
    assert "Attempts are inferred" in page.text


def test_files_have_both_numbers_where_they_are_asked_for(signed_in: Client) -> None:
    rows = json.loads(signed_in.get(f"{FILE}?sort=appoint_time&repeats=1").content)["rows"]
    found = [(row["attempt"], row["attempts"]) for row in rows]
    assert found == [(1, 2), (2, 2), (None, 1), (None, None), (None, 2)]


@pytest.mark.parametrize("rights", [("see_numbers",), ()])
def test_the_detail_has_them_in_order(
    transactional_db: None, connection: Connection, rights: tuple[str, ...]
) -> None:
    client = browser_of(person("somebody", rights=rights))
    page = Screen(client.get(f"{LIST}{raw(-30)['appointId']}/?preset=today&state=failed"))
    assert page.texts(".attempts h2 .count") == ["2 of 2"]
    assert page.texts(".attempts li") == [
        f"1 of 2 Failed no answer Open {BOOKED} 11:00 · began 2026-06-01 11:01",
        f"2 of 2 Failed no answer this one {BOOKED} 11:30 · began 2026-06-01 11:31",
        f"Upcoming Open {BOOKED} 12:30",
    ]
    assert "Inferred from number and task, from the calls of this range." in page.text
    [first, last] = page.links(".attempts a")
    assert client.get(first).status_code == client.get(last).status_code == 200


def test_without_a_task_nothing_is_inferred(signed_in: Client) -> None:
    page = Screen(signed_in.get(f"{LIST}{raw(-10)['appointId']}/?preset=today"))
    assert page.texts(".attempts li") == []
    assert "Without a number or a task, nothing can be inferred." in page.text


def test_of_one_agents_calls_alone_nothing_is_inferred(signed_in: Client) -> None:
    page = Screen(signed_in.get(f"{LIST}{raw(-30)['appointId']}/?agent=bob"))
    assert page.texts(".attempts li") == []
    assert "Not known here" in page.text
