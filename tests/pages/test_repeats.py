"""A number that is promised more than once is marked, counted, found and told of everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from dashboard.accounts.models import User
from tests.factories import MINUTE, NOON, browser_of, person, raw
from tests.screen import Screen, total_of, words_of

LIST, FILE = "/appoints/", "/appoints/export.json"
NOW = round(NOON.timestamp() * 1000)
BOOKED = {"createTime": NOW - 600 * MINUTE}
TWICE, SINCE, ONCE = "13900000011", "13900000022", "13900000033"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture(autouse=True)
def _rows(connection: Connection, simulator: Simulator) -> None:
    """Two agents have promised one number, another was reached since, a third is called once."""
    Connection.objects.update(country_code="86", trunk_prefix="0")
    called = {"failCode": "00000", "beginTime": NOW - 60 * MINUTE}
    rows = [
        raw(30, calledNo=TWICE, userAccount="ann", **BOOKED),
        raw(40, calledNo=f"+86 {TWICE}", userAccount="bob", **BOOKED),
        raw(50, calledNo=SINCE, userAccount="bob", **BOOKED),
        raw(-60, calledNo=SINCE, userAccount="ann", **called),
        raw(60, calledNo=ONCE, userAccount="ann", **BOOKED),
        raw(70, calledNo=["odd"], userAccount="ann", **BOOKED),
    ]
    simulator.listing.source = rows


def in_file(client: Client, query: str = "") -> list[tuple[str | None, int | None]]:
    response = client.get(f"{FILE}?sort=appoint_time&repeats=1&{query}")
    assert response.status_code == 200, response.content
    return [(row["repeat"], row["repeat_count"]) for row in json.loads(response.content)["rows"]]


def test_the_row_says_it_beside_its_state_and_leads_to_the_numbers_rows(signed_in: Client) -> None:
    page = Screen(signed_in.get(f"{LIST}?preset=today"))
    marks = page.texts(".col-state .repeat")
    assert marks == ["2 open of this number"] * 2 + ["reached since it was booked"]
    number, again, _since = page.links("td.col-state a")
    for address, typed in ((number, TWICE), (again, f"+86 {TWICE}")):
        asked = parse_qs(address.partition("?")[2])
        assert asked == {"connection": ["demo"], "preset": ["today"], "number": [typed]}
        assert total_of(signed_in.get(address)) == 2


def test_the_summary_and_the_menu_lead_to_the_rows_they_count(signed_in: Client) -> None:
    page = Screen(signed_in.get(f"{LIST}?preset=today"))
    tiles = page.all("a.tile-repeat")
    assert [words_of(tile) for tile in tiles] == [
        "2 Repeats",
        "1 Reached since",
    ]
    for tile, rows in zip(tiles, (2, 1), strict=True):
        narrowed = Screen(signed_in.get(LIST + (tile.attributes["href"] or "")))
        assert total_of(narrowed.tree.html or "") == rows
        assert "Compared within this range" in narrowed.text
    menu = Screen(signed_in.get("/choices/repeats/?preset=today"))
    counts = dict(zip(menu.texts("main li bdi"), menu.texts("main li .count"), strict=True))
    assert counts == {
        "Open more than once": "2",
        "Reached since it was booked": "1",
        "Cannot be compared": "1",
        "none": "2",
    }


def test_files_have_it_in_their_last_columns_where_it_is_asked_for(signed_in: Client) -> None:
    assert in_file(signed_in) == [
        (None, 1), ("open", 2), ("open", 2), ("reached", 1), (None, 1), ("unknown", None)
    ]  # fmt: skip
    header = signed_in.get("/appoints/export.csv?repeats=1").content.decode().split("\r\n")[0]
    assert header.endswith(",create_time,repeat,repeat_count,attempt,attempts")


def test_the_column_counts_the_open_ones_of_the_number(signed_in: Client) -> None:
    signed_in.post("/columns/", {"column": ["appoint_time", "repeat_count"]})
    page = Screen(signed_in.get(f"{LIST}?preset=today&sort=-repeat_count"))
    assert page.texts("td.col-repeat_count") == ["2", "2", "1", "1", "1", "— none"]


def test_an_agents_rows_are_compared_with_those_of_all(
    signed_in: Client, simulator: Simulator
) -> None:
    assert in_file(signed_in, "agent=ann&repeat=open") == [("open", 2)]
    assert "userAccountList" not in simulator.list_calls[-1].body


def test_where_only_an_agents_rows_are_loaded_it_is_not_known(
    signed_in: Client, simulator: Simulator
) -> None:
    assert in_file(signed_in, "agent=bob") == [("unknown", None)] * 2
    assert simulator.list_calls[-1].body["userAccountList"] == ["bob"]
    page = Screen(signed_in.get(f"{LIST}?agent=bob"))
    assert "it is not known which repeat others" in page.text
    [way] = page.links(".compared a")
    assert total_of(signed_in.get(LIST + way)) == 2


def test_a_numbers_rows_are_compared_in_every_writing(signed_in: Client) -> None:
    assert in_file(signed_in, f"number={TWICE}&repeat=open") == [("open", 2)] * 2


@pytest.fixture
def masked(transactional_db: None) -> User:
    return person("masked", rights=("export_files",))


def test_who_sees_no_digits_sees_the_mark_and_no_digit(masked: User) -> None:
    browser = browser_of(masked)
    page = Screen(browser.get(f"{LIST}?preset=today&repeat=open"))
    assert page.texts(".col-state .repeat") == ["2 open of this number"] * 2
    assert TWICE[:8] not in (page.tree.html or "")
    for address in page.links("td.col-state a"):
        assert total_of(browser.get(address)) == 2


def test_the_advice_for_an_empty_answer_names_it(signed_in: Client) -> None:
    page = Screen(signed_in.get(f"{LIST}?agent=ann&repeat=reached"))
    advice = {
        words_of(link).removeprefix("Remove this filter: × ") for link in page.all(".suggestions a")
    }
    assert advice == {"Reached since it was booked 4 calls", "agent ann 1 call"}


def detail_of(client: Client, number: int, query: str = "preset=today") -> Screen:
    return Screen(client.get(f"{LIST}{raw(number)['appointId']}/?{query}"))


def notes(page: Screen) -> list[str]:
    return page.texts(".others li .repeat")


def test_the_detail_says_which_are_open_too_and_which_was_reached_since(signed_in: Client) -> None:
    twice = detail_of(signed_in, 30)
    assert twice.texts(".verdict .repeat") == ["2 open of this number"]
    assert notes(twice) == ["open too"]
    since = detail_of(signed_in, 50)
    assert since.texts(".verdict .repeat") == ["reached since it was booked"]
    assert notes(since) == ["reached since this one was booked"]
    assert notes(detail_of(signed_in, -60)) == ["booked before this call, and still open"]
    assert notes(detail_of(signed_in, 60)) == []


def test_the_detail_has_those_of_other_agents_too(signed_in: Client) -> None:
    signed_in.get(f"{LIST}?preset=today")
    assert notes(detail_of(signed_in, 30, "preset=today&agent=ann")) == ["open too"]
